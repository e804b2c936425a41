"""Ends a recording for good, because its recipient pressed "Stop recording". The sender is told once."""

from sqlmodel import Session, col, select

from storage import outbox
from storage.kinds import MessageKind, objected_key
from storage.outbox import Owed
from storage.statements import record_statements
from storage.tables import Link
from tracking import Statement, StatementKind, Windows
from tracking.status import LinkStatus


def has_objected(session: Session, token: str) -> bool:
    """Return True if the recipient stopped the recording of this token's link. No link has not."""
    return session.exec(select(Link.status).where(Link.token == token)).first() == LinkStatus.OBJECTED


def can_object(session: Session, token: str) -> bool:
    """Return True if there is a recording of this token's link to end."""
    status = session.exec(select(Link.status).where(Link.token == token)).first()
    return status not in (None, LinkStatus.OBJECTED)


def object_to(session: Session, token: str, now: float, windows: Windows) -> None:
    """End the recording of this token's link, and owe its sender one message. A second time does nothing."""
    query = select(Link).where(col(Link.token) == token).with_for_update(key_share=True)
    link = session.exec(query).first()
    if link is None or link.status == LinkStatus.OBJECTED:
        return
    record_statements(
        session, link, Statement(StatementKind.OBJECTED, now), by=None, now=now, windows=windows
    )
    told = Owed(
        objected_key(link.id),
        link.chat_id,
        MessageKind.OBJECTED,
        now,
        link_id=link.id,
        thread_id=link.thread_id,
    )
    outbox.owe(session.connection(), [told])
