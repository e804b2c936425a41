"""`python -m pixel_server`: serve the pixel until SIGTERM, then finish what is under way."""

import gc
import os
import signal

# Before anything heavy is imported: who ends us in the first half second asked politely as well.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

# What is imported and read at the start stays: a collector that walks through it again and again takes a
# sixth of a second, and finds nothing.
gc.disable()

import sys  # noqa: E402  # see above

from pixel_server.process import main  # noqa: E402  # see above

if __name__ == "__main__":
    sys.exit(main())
