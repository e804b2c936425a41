"""A strict local Telegram: the Bot API over real HTTP, and the person's side of every chat.

It refuses what Telegram refuses, in Telegram's words. It keeps everything in memory.
"""

from demo.telegram.faults import Fault, close, hang, junk, late, not_ok, refusal
from demo.telegram.limits import LIFTED, Limits, Pace
from demo.telegram.model import Chat, Message, User
from demo.telegram.people import Telegram
from demo.telegram.serving import Running, running
from demo.telegram.world import Query, made_up_token

__all__ = [
    "LIFTED",
    "Chat",
    "Fault",
    "Limits",
    "Message",
    "Pace",
    "Query",
    "Running",
    "Telegram",
    "User",
    "close",
    "hang",
    "junk",
    "late",
    "made_up_token",
    "not_ok",
    "refusal",
    "running",
]
