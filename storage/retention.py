"""Purges old fetches. What they meant stays in the summaries of their links."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage import outbox, peeks
from storage.histories import dump, load
from storage.ingest import first_id
from storage.kinds import card_key
from storage.statements import fetch_from
from storage.tables import FetchRow, Link
from tracking import History, Windows, rejudge

LINKS_AT_ONCE = 100
"""Links in one transaction, so that it does not hold the database for long."""


def purge(session: Session, now: float, days: int, windows: Windows) -> int:
    """Delete fetches older than so many days, of a hundred links at most. Return how many links had some.

    Once none has any, the peeks that were over by then are deleted too.
    """
    before = first_id(now - days * 86400)
    old = select(FetchRow.link_id).where(col(FetchRow.id) < before).distinct().limit(LINKS_AT_ONCE)
    link_ids = session.exec(old).all()
    links = (
        select(Link).where(col(Link.id).in_(link_ids)).order_by(col(Link.id)).with_for_update(key_share=True)
    )
    cards = list[str]()
    for link in session.exec(links):
        rows = session.exec(
            select(FetchRow)
            .where(col(FetchRow.link_id) == link.id, col(FetchRow.id) < before)
            .order_by(col(FetchRow.seq))
        ).all()
        if _purge_into_histories(link, rows, windows):
            cards.append(card_key(link.id, link.list_id))
        session.connection().execute(
            delete(FetchRow).where(col(FetchRow.link_id) == link.id, col(FetchRow.id) < before)
        )
    session.flush()
    outbox.refresh(session.connection(), cards)
    if not link_ids:
        peeks.forget(session, now - days * 86400)
    return len(link_ids)


def _purge_into_histories(link: Link, rows: Sequence[FetchRow], windows: Windows) -> bool:
    """Keep what the oldest fetches of a locked link meant. Return True if its card asks about one of them.

    It asks no longer then: nobody could answer.
    """
    history, start = load(link.history), load(link.history_before_purge).summary
    _, purged = rejudge([fetch_from(row) for row in rows], history.statements, windows, start)
    link.history_before_purge = dump(_without_quiet(purged))
    quiet = history.summary.quiet
    if quiet is None or quiet.id not in {row.id for row in rows}:
        return False
    link.history = dump(_without_quiet(history))
    return True


def _without_quiet(history: History) -> History:
    return history._replace(summary=history.summary._replace(quiet=None))
