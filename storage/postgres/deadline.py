"""A connection to PostgreSQL on which every call has a deadline on this side.

A frozen server's kernel goes on acknowledging, so that neither `statement_timeout` (which the server keeps)
nor TCP notices: writers have been seen in COMMIT for more than 700 seconds.
"""

from typing import Any, Self

import psycopg
from psycopg import errors

ANSWER = 3.0
"""Seconds this side waits for one answer of the server."""


class DeadlineConnection(psycopg.Connection[Any]):
    """A connection that hangs up on a server that does not answer.

    The server may still carry out what it was asked: a commit has to be repeated by id, on another
    connection.
    """

    @classmethod
    def to(cls, url: str) -> Self:
        """Return a connection outside SQLAlchemy's pool, that commits each statement."""
        address = url.replace("postgresql+psycopg://", "postgresql://", 1)
        return cls.connect(address, autocommit=True, connect_timeout=3)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the network: psycopg's one place that does. Raises psycopg.OperationalError."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, ANSWER)
        except errors._WaitTimeout as late:
            # Not `cancel`: that asks the same server, and waits for it as well.
            self.pgconn.finish()
            raise psycopg.OperationalError(f"PostgreSQL did not answer within {ANSWER:.0f} s") from late
