"""The chat's own clock: what time it is there, and when it wants quiet."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.times import moments
from storage import reminders
from storage.tables import Chat

ELSEWHERE = ZoneInfo("Etc/GMT-5")
"""Any clock but UTC's: what is the same moment on both hangs on no clock."""


def zone_of(chat: Chat) -> ZoneInfo:
    return ZoneInfo(chat.zone or "UTC")


def is_guessed(chat: Chat, moment: Callable[[ZoneInfo], float | None]) -> bool:
    """Whether a moment hangs on the chat's clock, and nobody has said where that is."""
    return not chat.zone and moment(ZoneInfo("UTC")) != moment(ELSEWHERE)


def quiet_end(chat: Chat, now: float) -> float | None:
    """When the quiet hours end that the chat is in; None when it is in none."""
    start, end = chat.quiet_from, chat.quiet_until
    if start is None or end is None or not moments.within(start, end, now, zone_of(chat)):
        return None
    return moments.next_time(end, now, zone_of(chat))


def plan_digest(session: Session, chat: Chat, now: float) -> None:
    """Owe the next digest by the chat's clock as it is now; none where none is wanted."""
    reminders.drop_digest(session, chat)
    if chat.digest_at is not None:
        reminders.owe_digest(session, chat, moments.next_time(chat.digest_at, now, zone_of(chat)), now)
