"""`python -m storage check`: checks that the database is sound, and that its rows agree with each other."""

from sqlalchemy import Engine, and_, func, or_, select
from sqlmodel import Session, col

from settings import Settings
from storage.engine import SchemaError, database_of, reading, require_schema
from storage.kinds import MessageState
from storage.spools import lying_in
from storage.tables import FetchRow, Link, OutboxMessage


def check(engine: Engine) -> list[str]:
    """Return what is wrong, a line each. Takes minutes on a large file. Raises UnusableDatabaseError."""
    if damage := database_of(engine).integrity():
        return damage
    try:
        require_schema(engine)
    except SchemaError as error:
        return [str(error)]
    with reading(engine) as session:
        return [*_gaps(session), *_impossible(session)]


def notes(settings: Settings) -> list[str]:
    """Return what is not wrong but should be known: fetches that wait in the spool, or were set aside."""
    waiting, set_aside = lying_in(settings.spool_path)
    told = []
    if waiting:
        told.append(f"{waiting} fetches wait beside the database until the pixel server can store them.")
    if set_aside:
        told.append(f"{set_aside} fetches that no transaction takes were set aside beside the database.")
    return told


def _gaps(session: Session) -> list[str]:
    """Return the links whose fetches are numbered with a gap, or not up to the number that was counted."""
    count, first, last = func.count(), func.min(col(FetchRow.seq)), func.max(col(FetchRow.seq))
    query = (
        select(col(Link.id), col(Link.fetches), first, last, count)
        .join(FetchRow, col(FetchRow.link_id) == Link.id)
        .group_by(col(Link.id), col(Link.fetches))
        .having(or_(last != col(Link.fetches), last - first + 1 != count))
    )
    return [
        f"link {link}: {held} fetches, numbered {lowest} to {highest}, and {known} were counted"
        for link, known, lowest, highest, held in session.connection().execute(query)
    ]


def _impossible(session: Session) -> list[str]:
    """Return the messages in a state that the outbox cannot bring them to."""
    query = select(
        col(OutboxMessage.id),
        col(OutboxMessage.state),
        col(OutboxMessage.version),
        col(OutboxMessage.delivered_version),
    ).where(
        or_(
            col(OutboxMessage.state).not_in(
                (MessageState.PENDING, MessageState.SENDING, MessageState.SENT, MessageState.PARKED)
            ),
            col(OutboxMessage.delivered_version) > col(OutboxMessage.version),
            and_(
                col(OutboxMessage.state) == MessageState.SENT,
                col(OutboxMessage.delivered_version) < col(OutboxMessage.version),
            ),
            and_(col(OutboxMessage.state) == MessageState.SENDING, col(OutboxMessage.lease_until).is_(None)),
        )
    )
    return [
        f"message {number} is {state}, version {version} is owed and {delivered} was delivered"
        for number, state, version, delivered in session.connection().execute(query)
    ]
