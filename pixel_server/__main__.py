"""`python -m pixel_server`: serve until SIGTERM, then finish what is under way."""

import gc
import os
import signal
import sys

NOT_OURS = ("BOT_TOKEN", "BOT_TOKEN_FILE")
"""The bot's secret, which whoever starts both processes gives to both. This one answers the whole world."""

if __name__ == "__main__" and any(map(os.environ.get, NOT_OURS)):
    # Taken out of `os.environ`, it would stay readable in /proc for as long as this process runs. So the
    # process starts itself anew without it. A SIGTERM meanwhile waits until somebody handles it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], kept)  # noqa: S606  # no shell is meant

# Set before the slow imports: a SIGTERM in the first half second must exit 0 too.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

# All modules and data that are loaded at the start stay in use. A garbage collector that goes through them
# again and again takes a sixth of a second, and frees nothing. process.py turns it on again.
gc.disable()

from pixel_server.process import main  # noqa: E402  # see above

if __name__ == "__main__":
    sys.exit(main())
