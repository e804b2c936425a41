"""PostgreSQL on a client-side deadline: a frozen server holds a plain connection for minutes.

Its kernel goes on acknowledging, so that neither `statement_timeout` (which the server keeps) nor TCP
notices; writers have been seen in COMMIT for more than 700 seconds.

Imported where PostgreSQL is used and nowhere else: psycopg takes 9 MB.
"""

from typing import Any, Self

import psycopg
from psycopg import errors

from settings import Settings

ANSWER = 3.0
"""Seconds for one answer of the server, above its own `statement_timeout`."""


class DeadlineConnection(psycopg.Connection[Any]):
    """A connection that hangs up on a server that does not answer.

    What was asked may still be carried out: whoever commits asks again by id, on another connection.
    """

    @classmethod
    def to(cls, settings: Settings) -> Self:
        """A connection beside SQLAlchemy's, for what outlives a transaction: locks, and listening."""
        address = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        return cls.connect(address, autocommit=True, connect_timeout=3)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """psycopg's one place that waits for the network. Raises OperationalError."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, ANSWER)
        except errors._WaitTimeout as late:
            # Not `cancel`: that asks the same server, and waits for it as well.
            self.pgconn.finish()
            raise psycopg.OperationalError(f"PostgreSQL did not answer within {ANSWER:.0f} s") from late
