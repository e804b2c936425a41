"""One bot at a time: a second one on the same database waits until the first is gone.

A lock alone does not keep that promise. PostgreSQL's belongs to a session: when the server restarts, or
fails over, a second bot gets the lock while the first still works. So each bot that takes the lock begins a
term, numbered one higher than any before, while it verifiably holds the lock: on PostgreSQL within the very
session that holds it. Claiming a message, and ending the leases of the bot before, require in their own
transaction that the term is still the newest. They lock the term's row for as long, so that no other bot can
begin a term meanwhile: what a bot claims is committed before the next term, or not at all.

Settling a message needs no term. It is fenced by the message itself, and what Telegram answered to an
earlier bot stays true as long as nobody else has claimed the message since.
"""

from typing import Protocol

from sqlalchemy import Connection, select, update
from sqlmodel import Session, col

from storage.tables import BotTerm


class LockLostError(Exception):
    """Another bot may work on this database now; the message says why."""


class BotLock(Protocol):
    """The lock that one bot holds while it works."""

    term: int
    """The number of the term that the last `take` began; 0 before."""

    def take(self) -> bool:
        """Try to take the lock, and begin a term; return False if another bot holds it.

        Raises SQLAlchemy's DBAPIError while the database does not answer, and OSError.
        """

    def require(self) -> None:
        """Raise LockLostError if the lock is no longer held. Asks the server, or the disk."""

    def release(self) -> None: ...


def begin_term(connection: Connection) -> int:
    """Begin a term, for the process that holds the lock; return its number."""
    return int(connection.execute(_BEGIN).scalar_one())


def require_term(session: Session, term: int) -> None:
    """Raise LockLostError if a newer term has begun; let none begin before this transaction ends."""
    newest = session.connection().execute(_NEWEST).scalar_one()
    if newest != term:
        raise LockLostError("Another bot has taken over this database.")


_BEGIN = update(BotTerm).values(number=BotTerm.number + 1).returning(col(BotTerm.number))
_NEWEST = select(col(BotTerm.number)).with_for_update(read=True)
