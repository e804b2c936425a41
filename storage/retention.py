"""Purges old fetches. What they meant stays in the summaries of their links."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage import outbox, peeks
from storage.fetch_ids import first_id
from storage.histories import dump, load
from storage.kinds import card_key
from storage.rejudging import fetch_from, outdate
from storage.tables import FetchRow, Link
from tracking import History, Windows, rejudge

LINKS_AT_ONCE, AT_ONCE = 100, 1000
"""Links and fetches in one transaction, at most, so that it does not hold the database for long."""


def purge(session: Session, now: float, days: int, windows: Windows) -> int:
    """Delete some of the fetches older than so many days. Return how many; 0 once none is left.

    Then the peeks that were over by then are deleted too.
    """
    before = first_id(now - days * 86400)
    oldest = select(FetchRow.link_id).where(col(FetchRow.id) < before).order_by(col(FetchRow.id))
    link_ids = [*dict.fromkeys(session.exec(oldest.limit(AT_ONCE)))][:LINKS_AT_ONCE]
    links = (
        select(Link).where(col(Link.id).in_(link_ids)).order_by(col(Link.id)).with_for_update(key_share=True)
    )
    cards, purged = list[str](), 0
    for link in session.exec(links).all():
        rows = session.exec(
            select(FetchRow)
            .where(col(FetchRow.link_id) == link.id, col(FetchRow.id) < before)
            .order_by(col(FetchRow.seq))
            .limit(AT_ONCE - purged)
        ).all()
        if _purge_into_histories(link, rows, windows):
            cards.append(card_key(link.id, link.list_id))
        outdate(session, link.id)
        gone = [row.id for row in rows]
        session.connection().execute(delete(FetchRow).where(col(FetchRow.id).in_(gone)))
        purged += len(rows)
    session.flush()
    outbox.refresh(session.connection(), cards)
    if not purged:
        peeks.forget(session, now - days * 86400)
    return purged


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
