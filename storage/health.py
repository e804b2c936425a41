"""What `/readyz` reads from the database: the bot's heartbeat, and how many messages wait."""

from sqlalchemy import and_, case
from sqlmodel import Session, col, func, select

from storage.tables import OutboxMessage, Pulse
from storage.times import moment, seconds

BOT = "bot"
STALE = 90.0
"""Seconds without a heartbeat after which the bot counts as gone."""


def beat(session: Session, name: str, trouble: str, now: float) -> None:
    """Write a process's heartbeat, with what keeps it from its work; `trouble` is empty when nothing does."""
    session.merge(Pulse(name=name, at=moment(now), trouble=trouble))


def trouble_of(session: Session, name: str, now: float) -> str:
    """Return what is wrong with a process; empty when nothing is."""
    pulse = session.get(Pulse, name)
    if pulse is None:
        return "has not started yet"
    age = now - seconds(pulse.at)
    return pulse.trouble or (f"was last seen {age:.0f} s ago" if age > STALE else "")


def owed(session: Session, now: float) -> dict[str, int]:
    """Count the messages by state, without those that are sent. `later` has a time that is still to come."""
    later = and_(col(OutboxMessage.state) == "pending", col(OutboxMessage.not_before) > moment(now))
    shown = case((later, "later"), else_=col(OutboxMessage.state)).label("shown")
    query = select(shown, func.count()).where(col(OutboxMessage.state) != "sent").group_by(shown)
    return dict(session.exec(query).all())
