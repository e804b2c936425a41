"""Plans messages for a time to come: nudges before a deadline, the question about a draft, the daily summary.

Each is a row of the outbox (storage/reminders.py), and is worded when its time has come. Times are epoch
seconds.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.messages.nudges import draft_rests_at
from bot.times import moments
from bot.times.hours import zone_of
from storage import reminders
from storage.tables import Chat, Link
from storage.times import moment


def set_deadline(session: Session, chat: Chat, link: Link, day: date, now: float) -> None:
    """Let the link's deadline be the end of that day, and plan its nudges, in the mornings before."""
    zone = zone_of(chat)
    link.deadline = moment(moments.end_of(day, zone))
    for before in _days_before(day, zone, now):
        reminders.owe_deadline(session, link, _morning(day, before, zone), now)


def _days_before(day: date, zone: ZoneInfo, now: float) -> set[int]:
    """Return how many days before the deadline to nudge: as early as three, while the post helps; and one."""
    to_come = [before for before in (3, 2, 1, 0) if _morning(day, before, zone) > now]
    return {*to_come[:1], *({1} & {*to_come})}


def _morning(day: date, before: int, zone: ZoneInfo) -> float:
    return moments.moment(day - timedelta(days=before), moments.MORNING, zone)


def plan_unsent(session: Session, link: Link, now: float) -> None:
    """If the draft was opened, owe the question whether the mail was sent, for when the draft has rested."""
    rests_at = draft_rests_at(link)
    if rests_at is not None:
        reminders.owe_unsent(session, link, rests_at, now)


def plan_digest(session: Session, chat: Chat, now: float) -> None:
    """Owe the next digest, by the chat's zone as it is now; drop it if the chat wants none."""
    reminders.drop_digest(session, chat)
    if chat.digest_at is not None:
        reminders.owe_digest(session, chat, moments.next_time(chat.digest_at, now, zone_of(chat)), now)
