"""A local Telegram: the Bot API over real HTTP, and the people's side of every chat.

It refuses what Telegram refuses, with Telegram's error messages. It keeps everything in memory.

http:    bot_api (for the bot), people_api (for the chat page), serving, connections, parameters, polling
state:   world, people, model, update_queue, transcript, monitor
checks:  entities, html_reader, html_writer, keyboards, flood_limits, errors, faults
methods/ has one module for each group of the Bot API's methods.
"""

from demo.telegram.faults import Fault, close, hang, junk, late, not_ok, refusal
from demo.telegram.flood_limits import LIFTED, Limits, Pace
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
