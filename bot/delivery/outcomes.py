"""Translates Telegram's answer, or its silence, into the outcome of a message. Nothing else decides that.

PTB's exceptions mislead where it matters. BadRequest and TimedOut are both NetworkErrors, and a message that
TimedOut may or may not have arrived. The cause underneath tells.
"""

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
from storage.claims import Ended, Outcome

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request did not leave this machine: it can be sent again without a doubt."""

UNNAMED_WAIT = 5.0
"""Seconds to wait after a 429 that does not say how long."""

# Telegram's error codes do not tell these cases apart: its own sentences do.
NOT_MODIFIED = "message is not modified"
GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message thread not found",
    "topic_deleted",
    "topic_closed",
)
UNREACHABLE = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "group chat was deactivated",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
)

NEXT = {
    Ended.WAIT: "The chat waits as long as Telegram asks.",
    Ended.NOT_SENT: "It did not arrive, and is tried again.",
    Ended.IN_DOUBT: "It may have arrived. It is tried again; a second doubt parks it, and /status shows it.",
    Ended.REFUSED: "It is parked, and /status shows it.",
    Ended.GONE: "The message to edit, or the topic to answer in, was deleted.",
    Ended.UNREACHABLE: "It waits until the chat comes back.",
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
        case Forbidden():
            return Outcome(Ended.UNREACHABLE)
        case BadRequest():
            return _refusal(str(error).lower())
        case Conflict():
            return Outcome(Ended.NOT_SENT)
        case NetworkError():
            return _network(error)
        case _:
            # Bytes that are not Telegram's: something answered, and nobody knows what it did.
            return Outcome(Ended.IN_DOUBT)


def _refusal(text: str) -> Outcome:
    if NOT_MODIFIED in text:
        return Outcome(Ended.SENT)
    if any(sentence in text for sentence in GONE):
        return Outcome(Ended.GONE)
    if any(sentence in text for sentence in UNREACHABLE):
        return Outcome(Ended.UNREACHABLE)
    return Outcome(Ended.REFUSED)


def _network(error: NetworkError) -> Outcome:
    cause = error.__cause__
    if cause is None and "too many requests" in str(error).lower():
        return Outcome(Ended.WAIT, wait=UNNAMED_WAIT)
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
