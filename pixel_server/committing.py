"""Fetches into the database: one transaction for many, repeated by their ids, the poisoned ones found."""

import logging
import time
from collections.abc import Sequence

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from storage.engine import (
    abandon,
    begin,
    checkpoint,
    commit,
    describe_database_error,
    is_passing,
    is_postgres,
)
from storage.file_identity import require_same_file
from storage.ingest import Arrival, record
from storage.notifying import Notifier
from tracking import Windows

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds a transaction is tried again before its fetches go elsewhere."""

COMMITS_BETWEEN = 256
"""Between two checkpoints: three pages of the log each, where fetches come alone."""


class AwayError(Exception):
    """The database takes nothing now; the message says why."""


class Committer:
    """Commits in one thread, on a connection of its own."""

    def __init__(self, engine: Engine, windows: Windows, notifier: Notifier) -> None:
        self._engine, self._windows, self._notifier = engine, windows, notifier
        self._connection: Connection | None = None
        """Kept open: to ask the pool for one costs as much as a dozen fetches."""
        driver = engine.dialect.loaded_dbapi
        self._poisoned = (DataError, IntegrityError, driver.DataError, driver.IntegrityError)
        self._failing = (DBAPIError, driver.Error)
        self._passing = (OperationalError, driver.OperationalError)
        self._commits = 0
        """Since SQLite's log was last brought into its file."""
        self.fail_fast = False
        """The process is about to end: nothing is tried for long any more."""

    def keep(self, arrivals: Sequence[Arrival], *, again: bool = False) -> list[Arrival]:
        """Commit fetches; returns those that no transaction takes. Raises AwayError.

        `again` says that they may have been committed before.
        """
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                self._commit(arrivals, again=again)
                return []
            except self._poisoned as error:
                return self._halve(arrivals, error)
            except self._failing as error:
                if not self._may_pass(error) or self.fail_fast or time.monotonic() > give_up:
                    raise AwayError(describe_database_error(error)) from error
                time.sleep(0.05)
            except Exception as error:
                # A history that cannot be read, say: it costs its own link's fetches, and no other's.
                return self._halve(arrivals, error)
            again = True

    def _may_pass(self, error: Exception) -> bool:
        """A collision, or a server's connection that broke: not a full disk, a spoilt or missing file."""
        if not isinstance(error, self._passing):
            return False
        return is_postgres(self._engine) or is_passing(error)

    def _halve(self, arrivals: Sequence[Arrival], error: Exception) -> list[Arrival]:
        """Find the poisoned fetches: one must not stop the others."""
        if len(arrivals) == 1:
            log.error("A fetch that cannot be kept is set aside: %s", describe_database_error(error))
            return list(arrivals)
        half = len(arrivals) // 2
        return self.keep(arrivals[:half], again=True) + self.keep(arrivals[half:], again=True)

    def _commit(self, arrivals: Sequence[Arrival], *, again: bool) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            begin(self._connection)
            news = record(self._connection, arrivals, self._windows, again=again)
            if news:
                self._notifier.in_transaction(self._connection)
            commit(self._connection)
            self._commits += 1
            require_same_file(self._connection)
        except BaseException:
            # What the connection is worth after a failure nobody knows: the next attempt opens another.
            connection, self._connection = self._connection, None
            abandon(connection)
            raise
        if news:
            self._notifier.after_commit()

    def tidy(self) -> None:
        """While nobody waits: what SQLite would otherwise do within a commit, once its log is long."""
        if self._commits >= COMMITS_BETWEEN and self._connection and not is_postgres(self._engine):
            self._commits = 0
            checkpoint(self._connection)

    def close(self) -> None:
        if self._connection:
            self._connection.close()
