"""Is all well? The bot's signs of life, and what is waiting, for `/readyz`."""

from sqlalchemy import and_, case
from sqlmodel import Session, col, func, select

from storage.tables import OutboxMessage, Pulse
from storage.times import moment, seconds

BOT = "bot"
STALE = 90.0
"""Seconds without a sign of life after which the bot counts as gone."""


def beat(session: Session, name: str, trouble: str, now: float) -> None:
    """A sign of life, with what is wrong; empty when nothing is."""
    session.merge(Pulse(name=name, at=moment(now), trouble=trouble))


def trouble_of(session: Session, name: str, now: float) -> str:
    """What is wrong with a process; empty when nothing is."""
    pulse = session.get(Pulse, name)
    if pulse is None:
        return "has not started yet"
    age = now - seconds(pulse.at)
    return pulse.trouble or (f"was last seen {age:.0f} s ago" if age > STALE else "")


def owed(session: Session, now: float) -> dict[str, int]:
    """How many messages are in each state but sent; `later` is what is owed at a time to come."""
    later = and_(col(OutboxMessage.state) == "pending", col(OutboxMessage.not_before) > moment(now))
    standing = case((later, "later"), else_=col(OutboxMessage.state)).label("standing")
    query = select(standing, func.count()).where(col(OutboxMessage.state) != "sent").group_by(standing)
    return dict(session.exec(query).all())
