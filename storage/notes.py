"""Notes: what people write into a link's story, such as a telephone call."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from storage.tables import Link, Note
from storage.times import moment


def add(session: Session, link: Link, *, by: int, text: str, now: float) -> None:
    """Add a note to a locked link. `by` is the Telegram id of its author, `now` is in epoch seconds."""
    session.add(Note(link_id=link.id, at=moment(now), by=by, text=text))
    link.last_event_at = max(link.last_event_at, moment(now))
    session.flush()


def of_link(session: Session, link_id: int, limit: int) -> Sequence[Note]:
    """Return the newest notes of a link, newest first."""
    query = select(Note).where(col(Note.link_id) == link_id).order_by(col(Note.id).desc())
    return session.exec(query.limit(limit)).all()
