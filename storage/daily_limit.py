"""The number of links that a chat may make in any 24 hours. An erased link counts as long as any other.

Of an erased link, its chat keeps the time at which it was made, and nothing else, until it counts no more.
Else `/delete everything` after each fifty links made the limit none.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from storage.tables import Chat, Link
from storage.times import moment, seconds

DAY = 86400


class DailyLimitError(Exception):
    """The chat may not make so many links now: a host allows a number of them in any 24 hours.

    `left` is how many the chat may still make; `free_at` is when it may make one more, in epoch seconds.
    """

    def __init__(self, left: int, free_at: float) -> None:
        super().__init__(f"{left} left")
        self.left, self.free_at = left, free_at


def check_room(session: Session, chat: Chat, now: float, *, wanted: int, daily: int) -> None:
    """Raise DailyLimitError if the chat may not make `wanted` links now."""
    since = moment(now) - timedelta(days=1)
    query = select(Link.created_at).where(col(Link.chat_id) == chat.id, col(Link.created_at) > since)
    there = session.exec(query.order_by(col(Link.created_at)).limit(daily)).all()
    made = sorted([*map(seconds, there), *(at for at in _erased(chat) if at > now - DAY)])
    if len(made) + wanted > daily:
        free_at = made[max(0, len(made) - daily)] + DAY if made else now
        raise DailyLimitError(max(0, daily - len(made)), free_at)


def note_erased(chat: Chat, made: Iterable[datetime]) -> None:
    """Keep when links were made that are about to be erased. Those of one day are as many as allowed."""
    times = [*_erased(chat), *(int(seconds(at)) for at in made)]
    since = max(times, default=0) - DAY
    _keep(chat, (at for at in times if at > since))


def merge_erased(old: Chat, new: Chat) -> None:
    """Let the links count in a group's new chat that were made and erased in its old one."""
    _keep(new, (*_erased(new), *_erased(old)))


def forget(session: Session, now: float) -> None:
    """Drop the times that count no more."""
    for chat in session.exec(select(Chat).where(col(Chat.erased_links) != "").with_for_update()).all():
        _keep(chat, (at for at in _erased(chat) if at > now - DAY))


def _erased(chat: Chat) -> list[int]:
    return [int(at) for at in chat.erased_links.split()]


def _keep(chat: Chat, times: Iterable[int]) -> None:
    chat.erased_links = " ".join(map(str, sorted(times)))
