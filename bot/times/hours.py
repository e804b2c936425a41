"""The chat's own clock: what time it is there, and when it wants quiet."""

from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.times import moments
from storage import reminders
from storage.tables import Chat


def zone_of(chat: Chat) -> ZoneInfo:
    return ZoneInfo(chat.zone or "UTC")


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
