"""Purges old fetches. What they meant stays in the summaries of their links."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage import peeks
from storage.ingest import first_id
from storage.statements import fetch_from
from storage.tables import FetchRow, Link
from tracking import Windows, rejudge
from tracking.history import dump, load

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
    for link in session.exec(links):
        rows = session.exec(
            select(FetchRow)
            .where(col(FetchRow.link_id) == link.id, col(FetchRow.id) < before)
            .order_by(col(FetchRow.seq))
        ).all()
        statements, start = load(link.history).statements, load(link.history_before_purge).summary
        _, purged = rejudge([fetch_from(row) for row in rows], statements, windows, start)
        # The card asks about a quiet fetch as long as that can be answered.
        link.history_before_purge = dump(purged._replace(summary=purged.summary._replace(quiet=None)))
        session.connection().execute(
            delete(FetchRow).where(col(FetchRow.link_id) == link.id, col(FetchRow.id) < before)
        )
    if not link_ids:
        peeks.forget(session, now - days * 86400)
    return len(link_ids)
