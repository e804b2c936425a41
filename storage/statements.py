"""What people say about a link: kept, and the link's past judged again in the light of it."""

from sqlmodel import Session, col, select

from storage import outbox
from storage.links import card_key, history_of, opened_key, proxied_key
from storage.tables import FetchRow, Link, StatementRow
from storage.times import moment, seconds
from tracking import (
    Agent,
    Fetch,
    History,
    Network,
    Reason,
    Sighting,
    Statement,
    Telling,
    Verdict,
    Windows,
    rejudge,
)
from tracking.history import dump, load


def state(
    session: Session, link: Link, statement: Statement, *, by: int | None, now: float, windows: Windows
) -> History:
    """Keep a statement about a locked link, judge its fetches again, and renew what the chat shows."""
    rows = session.exec(
        select(FetchRow).where(col(FetchRow.link_id) == link.id).order_by(col(FetchRow.seq))
    ).all()
    if statement.telling in (Telling.STOPPED, Telling.OBJECTED) and rows:
        # What was kept while this was on its way came before it.
        statement = statement._replace(at=max(statement.at, seconds(rows[-1].at) + 0.001))
    session.add(
        StatementRow(
            link_id=link.id,
            said_at=moment(now),
            said_by=by,
            telling=statement.telling,
            at=statement.at,
            of=statement.of,
            until=statement.until,
        )
    )
    said = history_of(link).said.hear(statement)
    start = load(link.kept_from).memory
    verdicts, history = rejudge([fetch_from(row) for row in rows], said, windows, start)
    changed = [row.id for row, verdict in zip(rows, verdicts, strict=True) if _correct(row, verdict)]
    link.history = dump(history)
    link.last_event_at = max(link.last_event_at, moment(now))
    session.flush()
    about = [statement.of] if statement.of else []
    keys = [card_key(link.id), *map(opened_key, {*changed, *about})]
    if changed:
        keys.append(proxied_key(link.id))
    outbox.renew(session.connection(), keys)
    return history


def mark_sent(session: Session, link: Link, *, by: int | None, now: float, windows: Windows) -> bool:
    """What a Sent button does, in the chat and on the copy page; False when it is known as sent already."""
    if history_of(link).sent():
        return False
    state(session, link, Statement(Telling.SENT, now), by=by, now=now, windows=windows)
    return True


def fetch_from(row: FetchRow) -> Fetch:
    """The judge's view of a stored fetch."""
    sighting = Sighting(
        Agent(row.agent), Network(row.network), Reason(row.sign) if row.sign else None, row.rendered
    )
    return Fetch(row.id, seconds(row.at), sighting, row.device)


def _correct(row: FetchRow, verdict: Verdict) -> bool:
    """Write the new verdict; whether it differs from the old one."""
    if (row.kind, row.reason, row.confidence) == verdict:
        return False
    row.kind, row.reason, row.confidence = verdict
    return True
