"""`python -m bot`: serve the chats until SIGTERM, then finish the messages in flight."""

import gc
import os
import signal

# Before anything heavy is imported: a SIGTERM in the first half second must exit 0 too.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

# All modules that are imported at the start stay in use. A garbage collector that goes through them again
# and again takes a sixth of a second, and frees nothing. process.py turns it on again.
gc.disable()

import sys  # noqa: E402  # see above

from bot.process import main  # noqa: E402  # see above

if __name__ == "__main__":
    sys.exit(main())
