"""A chat's own clock: its zone, and its quiet hours. Times are epoch seconds."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from bot.times import moments
from storage.tables import Chat

ELSEWHERE = ZoneInfo("Etc/GMT-5")
"""Any zone but UTC: a text that means the same moment in both does not depend on the zone."""


def zone_of(chat: Chat) -> ZoneInfo:
    return ZoneInfo(chat.zone or "UTC")


def is_guessed(chat: Chat, moment: Callable[[ZoneInfo], float | None]) -> bool:
    """Return True if a moment depends on the chat's zone, and the chat has not set one."""
    return not chat.zone and moment(ZoneInfo("UTC")) != moment(ELSEWHERE)


def quiet_end(chat: Chat, now: float) -> float | None:
    """Return when the quiet hours end that the chat is in now; None if it is in none."""
    start, end = chat.quiet_from, chat.quiet_until
    if start is None or end is None or not moments.within(start, end, now, zone_of(chat)):
        return None
    return moments.next_time(end, now, zone_of(chat), twice=True)
