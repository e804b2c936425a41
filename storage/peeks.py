"""Peeks at all links: for a while, every open of a chat's links is the chat's own.

`/peek 7` is a statement about one link. `/peek` is one row for the chat, because judging all fetches of all
links takes seconds (200 links of 100 fetches: 2.8 s), and no fetch can be stored meanwhile.

A link gets the peek as a statement of its own when a fetch comes that it covers (`storage.ingest`), or here,
if such a fetch is stored already. So a link is always judged again from its own row, with the same verdicts
even after the peek's row is gone.
"""

from collections.abc import Sequence

from sqlalchemy import delete, exists, update
from sqlmodel import Session, col, select

from storage.ingest import first_id
from storage.links import history_of
from storage.statements import judge_again
from storage.tables import Chat, FetchRow, Link, Peek
from storage.times import moment, seconds
from tracking import Statement, StatementKind, Windows
from tracking.status import ENDED


def begin(
    session: Session, chat: Chat, *, at: float, until: float, by: int | None, now: float, windows: Windows
) -> None:
    """Count the opens of a locked chat's links from `at` to `until` as its own, the stored ones too.

    No fetch is judged without the peek, on PostgreSQL either: the links are locked first, in the order in
    which a pixel server locks them. One that holds a lock stores its fetch before this goes on, and the fetch
    is judged again here. One that waits for a lock reads the new `peeked_until` when it gets it.
    """
    ours = col(Link.chat_id) == chat.id
    session.exec(select(Link.id).where(ours).order_by(col(Link.id)).with_for_update(key_share=True)).all()
    session.add(Peek(chat_id=chat.id, said_at=moment(now), said_by=by, at=at, until=until))
    session.flush()
    earlier = update(Link).where(ours, col(Link.peeked_until) < until)
    session.connection().execute(earlier.values(peeked_until=until))
    for link in _fetched_since(session, chat.id, at):
        said = history_of(link).statements.apply(Statement(StatementKind.PEEK, at, until=until))
        judge_again(session, link, said, windows)


def _fetched_since(session: Session, chat_id: int, at: float) -> Sequence[Link]:
    """Return the chat's links with a stored fetch from then on: none, unless the update waited somewhere."""
    stored = exists().where(col(FetchRow.link_id) == Link.id, col(FetchRow.id) >= first_id(at))
    query = select(Link).where(col(Link.chat_id) == chat_id, col(Link.last_event_at) >= moment(at), stored)
    return session.exec(query.execution_options(populate_existing=True)).all()


def of_link(session: Session, link: Link, limit: int) -> Sequence[Peek]:
    """Return the newest peeks of the chat while this link recorded, newest first."""
    query = select(Peek).where(Peek.chat_id == link.chat_id, col(Peek.until) >= seconds(link.created_at))
    if link.status in ENDED and link.status_since:
        query = query.where(col(Peek.at) < seconds(link.status_since))
    return session.exec(query.order_by(col(Peek.id).desc()).limit(limit)).all()


def forget(session: Session, before: float) -> None:
    """Delete the peeks that ended before then: every fetch that they cover is purged."""
    session.connection().execute(delete(Peek).where(col(Peek.until) < before))
