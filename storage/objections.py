"""The recipient's word: recording stops for good, and the sender is told, once."""

from sqlmodel import Session, col, select

from storage import outbox
from storage.kinds import MessageKind, objected_key
from storage.links import history_of
from storage.outbox import Owed
from storage.statements import state
from storage.tables import Link
from tracking import Statement, StatementKind, Windows


def has_objected(session: Session, token: str) -> bool:
    """Whether recording was stopped on the recipient's page; False for a token that is nobody's."""
    link = session.exec(select(Link).where(Link.token == token)).first()
    return link is not None and history_of(link).statements.objected


def object_to(session: Session, token: str, now: float, windows: Windows) -> None:
    """Record nothing more for this token, and owe its sender one message; said twice, it is said once."""
    query = select(Link).where(col(Link.token) == token).with_for_update(key_share=True)
    link = session.exec(query).first()
    if link is None or history_of(link).statements.objected:
        return
    state(session, link, Statement(StatementKind.OBJECTED, now), by=None, now=now, windows=windows)
    told = Owed(
        objected_key(link.id),
        link.chat_id,
        MessageKind.OBJECTED,
        now,
        link_id=link.id,
        thread_id=link.thread_id,
    )
    outbox.owe(session.connection(), [told])
