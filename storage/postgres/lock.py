"""The lock of the one bot on PostgreSQL."""

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from storage.lock import LockLostError, begin_term

ADVISORY = 0x52656164
"""The key of the advisory lock: "Read"."""


class AdvisoryLock:
    """An advisory lock, held by a session of its own: it is lost with that session."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._session: Connection | None = None
        self.term = 0

    def take(self) -> bool:
        if self._session is None:
            self._session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # Out of the pool, which would lend it to somebody else, or replace it.
            self._session.detach()
        try:
            if not self._session.execute(_TRY_LOCK).scalar():
                return False
            # In this session: that it can be done at all proves that the lock is still held.
            self.term = begin_term(self._session)
        except DBAPIError:
            self.release()
            raise
        return True

    def require(self) -> None:
        try:
            if self._session is None:
                raise LockLostError("The bot does not hold its lock.")
            self._session.execute(_STILL_THERE)
        except DBAPIError as error:
            self.release()
            raise LockLostError(f"The session that held the bot's lock is gone: {error.orig}") from error

    def release(self) -> None:
        if self._session:
            self._session.close()
        self._session = None


_TRY_LOCK = text(f"SELECT pg_try_advisory_lock({ADVISORY})")
_STILL_THERE = text("SELECT 1")
