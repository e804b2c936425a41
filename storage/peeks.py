"""Peeks: for a while, every open of a chat's links, or of one of them, is the chat's own.

A peek is one row for the chat and no statement about each link, because judging all fetches of all links
takes seconds (200 links of 100 fetches: 2.8 s), and no fetch can be stored meanwhile. It changes no link's
times, and can be ended.

A link gets the peek as a statement of its own when a fetch comes that it covers (`storage.ingest`), or here,
if such a fetch is stored already. So a link is always judged again from its own row, with the same verdicts
even after the peek's row is gone.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, update
from sqlmodel import Session, col, select

from storage.fetch_ids import first_id
from storage.links import history_of
from storage.rejudging import judge_again
from storage.tables import Chat, FetchRow, Link, Peek
from storage.times import moment
from tracking import Statement, StatementKind, Windows


def begin(
    session: Session,
    chat: Chat,
    link: Link | None,
    *,
    at: float,
    until: float,
    by: int | None,
    now: float,
    windows: Windows,
) -> None:
    """Count the opens of a locked chat's links from `at` to `until` as its own, the stored ones too.

    Without a link, those of all links. No fetch is judged without the peek, on PostgreSQL either: the links
    are locked first. A pixel server that holds a lock stores its fetch before this goes on, and the fetch is
    judged again here. One that waits for a lock reads the new `peeked_until` when it gets it.
    """
    ours = col(Link.chat_id) == chat.id if link is None else col(Link.id) == link.id
    _lock(session, ours)
    link_id = None if link is None else link.id
    session.add(Peek(chat_id=chat.id, link_id=link_id, said_at=moment(now), said_by=by, at=at, until=until))
    session.flush()
    earlier = update(Link).where(ours, col(Link.peeked_until) < until)
    session.connection().execute(earlier.values(peeked_until=until))
    for fetched in _fetched_since(session, ours, at):
        said = history_of(fetched).statements.apply(Statement(StatementKind.PEEK, at, until=until))
        judge_again(session, fetched, said, windows)


def _lock(session: Session, ours: ColumnElement[bool]) -> None:
    """Lock the links in the order in which a pixel server locks them, so that no two deadlock."""
    session.exec(select(Link.id).where(ours).order_by(col(Link.id)).with_for_update(key_share=True)).all()


def _fetched_since(session: Session, ours: ColumnElement[bool], at: float) -> Sequence[Link]:
    """Return the links with a stored fetch from then on: none, unless the update waited somewhere."""
    stored = exists().where(col(FetchRow.link_id) == Link.id, col(FetchRow.id) >= first_id(at))
    query = select(Link).where(ours, col(Link.last_event_at) >= moment(at), stored)
    return session.exec(query.execution_options(populate_existing=True)).all()


def running(session: Session, chat_id: int, at: float) -> Sequence[Peek]:
    """Return the chat's peeks that run at this time (epoch seconds), the oldest first."""
    query = select(Peek).where(Peek.chat_id == chat_id, col(Peek.at) <= at, col(Peek.until) > at)
    return session.exec(query.order_by(col(Peek.id))).all()


def end(session: Session, chat: Chat, link: Link | None, *, at: float, windows: Windows) -> bool:
    """End the peeks of a locked chat at that time. Return True if one was running then.

    With a link, only those at this link: a peek at all links goes on. The opens until then stay the chat's
    own. Later ones that are stored already are judged again. The links are locked as in `begin`, so that no
    fetch is judged by the time that held before.
    """
    ours = col(Link.chat_id) == chat.id if link is None else col(Link.id) == link.id
    _lock(session, ours)
    found, others = list[Peek](), list[Peek]()
    for peek in running(session, chat.id, at):
        (found if link is None or peek.link_id == link.id else others).append(peek)
    for peek in found:
        peek.until = at
    session.flush()
    for peeked in _with_peeks(session, ours) if found else ():
        before = history_of(peeked).statements
        said = before.apply(Statement(StatementKind.PEEK_ENDED, at))
        for peek in others:
            if peek.link_id is None:
                said = said.apply(Statement(StatementKind.PEEK, at, until=peek.until))
        if said != before:
            judge_again(session, peeked, said, windows)
    return bool(found)


def _with_peeks(session: Session, ours: ColumnElement[bool]) -> Sequence[Link]:
    """Return the links that a peek has become a statement about."""
    query = select(Link).where(ours, col(Link.history).contains('"peeks"'))
    return session.exec(query.execution_options(populate_existing=True)).all()


def of_link(session: Session, link: Link, limit: int) -> Sequence[Peek]:
    """Return the newest peeks at this link alone, newest first. One at all links says nothing of this one."""
    query = select(Peek).where(Peek.chat_id == link.chat_id, Peek.link_id == link.id)
    return session.exec(query.order_by(col(Peek.id).desc()).limit(limit)).all()


def forget(session: Session, before: float) -> None:
    """Delete the peeks that ended before then: every fetch that they cover is purged."""
    session.connection().execute(delete(Peek).where(col(Peek.until) < before))
