"""Translates Telegram's answer, or its silence, into the outcome of a message. Nothing else decides that.

PTB's exceptions mislead where it matters. BadRequest and TimedOut are both NetworkErrors, and a message that
TimedOut may or may not have arrived. The cause underneath tells.
"""

import re
from collections.abc import Mapping
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

import logs
from bot.delivery.refusals import Refusal, refusal_of
from storage.claims import Ended, Outcome

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request did not leave this machine: it can be sent again without a doubt."""

UNNAMED_WAIT = 5.0
"""Seconds to wait after a 429 that does not say how long."""

ENDED_BY: Mapping[Refusal, Ended] = {
    Refusal.UNCHANGED: Ended.SHOWN,
    Refusal.GONE: Ended.GONE,
    # A message in a topic goes with it. What is new has been tried outside of the topic.
    Refusal.TOPIC: Ended.GONE,
    Refusal.FIXED: Ended.UNEDITABLE,
    Refusal.CHAT: Ended.UNREACHABLE,
}
"""The outcome of a refusal that no other form of the message helps against. Any other parks the message."""

_TOO_LARGE = "(413)"
_SLOWED = re.compile(r"(?:slowmode|flood)_wait_(\d+)")

NEXT = {
    Ended.WAIT: "The chat waits as long as Telegram asks.",
    Ended.NOT_SENT: "It did not arrive, and is tried again.",
    Ended.IN_DOUBT: "It may have arrived. It is tried again; a second doubt parks it, and /status shows it.",
    Ended.REFUSED: "It is parked, and /status shows it.",
    Ended.GONE: "The message to edit was deleted. A new message is parked, and /status shows it.",
    Ended.UNEDITABLE: "The message cannot be edited: a card or an answer is sent anew, all else is parked.",
    Ended.SHOWN: "The chat shows it already.",
    Ended.UNREACHABLE: "It waits until the chat is back. It is tried after a minute, then every six hours.",
    Ended.MIGRATED: "It goes to the chat's new id.",
}
"""The next step with a message that was not delivered, in words for the log."""


def outcome_of(error: Exception) -> Outcome:
    """Return what an attempt that raised this means for the message. Never raises."""
    # An error page can repeat the address, and the address holds the token: redact it, then shorten.
    trouble = logs.redact(f"{type(error).__name__}: {error}")[:200]
    return _outcome(error)._replace(trouble=trouble)


def _outcome(error: Exception) -> Outcome:
    match error:
        case RetryAfter():
            return Outcome(Ended.WAIT, wait=_seconds(error.retry_after))
        case ChatMigrated():
            return Outcome(Ended.MIGRATED, new_chat_id=error.new_chat_id)
        case InvalidToken():
            return Outcome(Ended.REVOKED)
        case BadRequest() if slowed := _SLOWED.search(str(error).lower()):
            return Outcome(Ended.WAIT, wait=float(slowed[1]))
        case Forbidden() | BadRequest():
            return Outcome(ENDED_BY.get(refusal_by(error) or Refusal.UNKNOWN, Ended.REFUSED))
        case Conflict():
            return Outcome(Ended.NOT_SENT)
        case NetworkError():
            return _network(error)
        case _:
            # Bytes that are not Telegram's: something answered, and nobody knows what it did.
            return Outcome(Ended.IN_DOUBT)


def is_answered(error: Exception) -> bool:
    """Return True if Telegram itself answered, and be it with a no: the request got through.

    A 5xx may come from a proxy in front of Telegram.
    """
    return isinstance(error, Conflict) or _outcome(error).ended not in (Ended.NOT_SENT, Ended.IN_DOUBT)


def refusal_by(error: Exception) -> Refusal | None:
    """Return why Telegram refused a message as it is; None for an error that is no such refusal."""
    match error:
        case BadRequest():
            return None if _SLOWED.search(str(error).lower()) else refusal_of(str(error))
        case Forbidden():
            # Whatever its words are: all but those about files mean the chat.
            return Refusal.FILE if refusal_of(str(error)) is Refusal.FILE else Refusal.CHAT
        case NetworkError() if _TOO_LARGE in str(error):
            return Refusal.FILE
        case _:
            return None


def _network(error: NetworkError) -> Outcome:
    cause = error.__cause__
    if cause is None and "too many requests" in str(error).lower():
        return Outcome(Ended.WAIT, wait=UNNAMED_WAIT)
    if refusal_by(error):
        return Outcome(Ended.REFUSED)
    # Anything else may have been carried out: silence, a cut connection, and a 5xx too. A 5xx may come from
    # a proxy in front of Telegram that gave up waiting for the answer.
    return Outcome(Ended.NOT_SENT if isinstance(cause, NEVER_LEFT) else Ended.IN_DOUBT)


def _seconds(wait: int | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def describe_telegram_error(error: Exception) -> str:
    """Return in words what keeps the bot from Telegram, and what to do about it."""
    if isinstance(error, InvalidToken):
        return (
            "Telegram refuses BOT_TOKEN. Everything is kept; get a valid token from @BotFather and restart."
        )
    if isinstance(error, Conflict):
        return "Another program asks Telegram for this bot's updates; stop one of the two."
    return logs.redact(f"Telegram cannot be reached, trying again: {error}")
