"""The bot: commands and buttons, what messages say, and how they are delivered."""

import os

# python-telegram-bot reads this when it is imported. Without it, each wait of Telegram's is a warning.
os.environ.setdefault("PTB_TIMEDELTA", "1")
