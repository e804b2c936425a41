"""`python -m pixel_server`: serve until SIGTERM, then finish what is under way."""

import gc
import os
import signal

# Set before the slow imports: a SIGTERM in the first half second must exit 0 too.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

# All modules and data that are loaded at the start stay in use. A garbage collector that goes through them
# again and again takes a sixth of a second, and frees nothing. process.py turns it on again.
gc.disable()

import sys  # noqa: E402  # see above

from pixel_server.process import main  # noqa: E402  # see above

if __name__ == "__main__":
    sys.exit(main())
