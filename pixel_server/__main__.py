"""`python -m pixel_server`: serve the pixel until SIGTERM, then finish what is under way."""

import os
import signal

# Before anything heavy is imported: who ends us in the first half second asked politely as well.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

import sys  # noqa: E402  # see above

from pixel_server.process import main  # noqa: E402  # see above

if __name__ == "__main__":
    sys.exit(main())
