"""The chat: commands, wording, and the delivery of what is owed."""

import os

# Read by python-telegram-bot when it is imported: waits are timedeltas, and nothing warns about it.
os.environ.setdefault("PTB_TIMEDELTA", "1")
