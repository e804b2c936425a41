"""`python -m bot`: serve the chats until SIGTERM, then finish what is under way."""

import os
import signal

# Before anything heavy is imported: who ends us in the first half second asked politely as well.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

import sys  # noqa: E402  # see above

from bot.process import main  # noqa: E402  # see above

if __name__ == "__main__":
    sys.exit(main())
