"""Fetches whose network was in doubt: settled afterwards, and their link judged again.

Such a fetch came in the name of Gmail's proxy, from an address that is on no list. The pixel server looks up
what the address is called, as the address itself is never stored.
"""

from sqlmodel import Session, col, select

from storage import outbox, statements
from storage.kinds import MessageKind, opened_key
from storage.links import history_of
from storage.outbox import Owed
from storage.tables import FetchRow, Link
from storage.times import moment
from tracking import Confidence, Fetch, Kind, Network, Reason, Verdict, Windows
from tracking.alerting import first_with_a_sound
from tracking.reverse_names import confirmed, is_doubtful
from tracking.summary import FetchSummary


def is_in_doubt(session: Session, fetch_id: str) -> bool | None:
    """Return True if a stored fetch is still in doubt; None if no such fetch is stored."""
    row = session.get(FetchRow, fetch_id)
    return None if row is None else is_doubtful(statements.fetch_from(row).sighting)


def settle(session: Session, fetch_id: str, network: Network, now: float, windows: Windows) -> bool:
    """Write down where a doubtful fetch came from, judge its link again, and refresh what the chat shows.

    Return False if the fetch is gone, or no longer in doubt. An open that is found this way rings as if it
    had been known at once: the opens after it make no sound because of it.
    """
    query = select(Link).join(FetchRow, col(FetchRow.link_id) == Link.id).where(FetchRow.id == fetch_id)
    link = session.exec(query.with_for_update(of=Link, key_share=True)).first()
    row = session.get(FetchRow, fetch_id)
    if link is None or row is None or not is_doubtful(sighting := statements.fetch_from(row).sighting):
        return False
    agent, known, sign, _rendered = confirmed(sighting, network)
    row.agent, row.network, row.sign = agent.value, known.value, sign.value if sign else ""
    link.last_event_at = max(link.last_event_at, moment(now))
    session.flush()
    said, before = history_of(link)
    statements.judge_again(session, link, said, windows)
    if said.closed_at is None:
        _owe_alert(session, link, before, windows)
    return True


def _owe_alert(session: Session, link: Link, before: FetchSummary, windows: Windows) -> None:
    """Owe the alert of the first open that would have made a sound, given the summary `before` it was found.

    That open may be another fetch: a settled prefetch shows that the mail was sent. An open that was known
    already makes none by that summary.
    """
    query = select(FetchRow).where(FetchRow.link_id == link.id, FetchRow.kind == Kind.OPENED)
    rows = session.exec(query.order_by(col(FetchRow.seq)))
    opens = ((statements.fetch_from(row), _verdict(row)) for row in rows)
    if fetch := first_with_a_sound(opens, before, windows, muted=link.muted):
        outbox.owe(session.connection(), [_alert(link, fetch)])


def _verdict(row: FetchRow) -> Verdict:
    return Verdict(Kind(row.kind), Reason(row.reason), Confidence(row.confidence))


def _alert(link: Link, fetch: Fetch) -> Owed:
    return Owed(
        opened_key(fetch.id),
        link.chat_id,
        MessageKind.OPENED,
        fetch.at,
        link_id=link.id,
        fetch_id=fetch.id,
        thread_id=link.thread_id,
    )
