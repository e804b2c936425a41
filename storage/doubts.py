"""Fetches whose network was in doubt: settled afterwards, and their link judged again.

Such a fetch came in the name of Gmail's proxy, from an address that is on no list. The pixel server looks up
what the address is called, as the address itself is never stored.
"""

from sqlmodel import Session, col, select

from storage import rejudging
from storage.links import history_of
from storage.tables import FetchRow, Link
from storage.times import moment
from tracking import Network, Windows
from tracking.reverse_names import confirmed, is_doubtful


def is_in_doubt(session: Session, fetch_id: str) -> bool | None:
    """Return True if a stored fetch is still in doubt; None if no such fetch is stored."""
    row = session.get(FetchRow, fetch_id)
    return None if row is None else is_doubtful(rejudging.fetch_from(row).sighting)


def settle(session: Session, fetch_id: str, network: Network, now: float, windows: Windows) -> bool:
    """Write down where a doubtful fetch came from, judge its link again, and refresh what the chat shows.

    Return False if the fetch is gone, or no longer in doubt. An open that is found this way rings as if it
    had been known at once: the opens after it make no sound because of it.
    """
    query = select(Link).join(FetchRow, col(FetchRow.link_id) == Link.id).where(FetchRow.id == fetch_id)
    link = session.exec(query.with_for_update(of=Link, key_share=True)).first()
    row = session.get(FetchRow, fetch_id)
    if link is None or row is None or not is_doubtful(sighting := rejudging.fetch_from(row).sighting):
        return False
    agent, known, sign, _rendered = confirmed(sighting, network)
    row.agent, row.network, row.sign = agent.value, known.value, sign.value if sign else ""
    link.last_event_at = max(link.last_event_at, moment(now))
    session.flush()
    said, before, _ = history_of(link)
    # The open that rings may be another fetch: a settled prefetch shows that the mail was sent.
    rejudging.judge_again(session, link, said, windows, ask=before)
    return True
