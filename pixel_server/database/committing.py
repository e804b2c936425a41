"""Commits fetches: many in one transaction, retried by their ids, with the poisoned ones found."""

import logging
import time
from collections.abc import Sequence

from sqlalchemy import Connection, Engine

from storage.database import Failure
from storage.engine import abandon, commit, database_of, describe_database_error
from storage.ingest import Arrival, record
from storage.notifying import Notifier
from tracking import Windows

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
"""A transaction is retried for so long before its fetches go to the spool."""

COMMITS_BETWEEN_CHECKPOINTS = 256
"""About three pages of SQLite's WAL each, when fetches come alone."""

MAY_PASS = (Failure.COLLISION, Failure.DISCONNECTED)
"""Worth a retry. A full disk, or a damaged or missing file, does not pass by itself."""


class UnavailableError(Exception):
    """The database takes nothing now; the message says why."""


class Committer:
    """Commits in one thread, on a connection of its own."""

    def __init__(self, engine: Engine, windows: Windows, notifier: Notifier) -> None:
        self._engine, self._windows, self._notifier = engine, windows, notifier
        self._connection: Connection | None = None
        """Kept open: taking one from the pool costs as much as a dozen fetches."""
        self._database = database_of(engine)
        self._commits = 0
        """Since the last checkpoint."""
        self.fail_fast = False
        """The process is about to end: retry nothing any more."""

    def keep(self, arrivals: Sequence[Arrival], *, again: bool = False) -> list[Arrival]:
        """Commit fetches. Return those that no transaction takes. Raises UnavailableError.

        `again` says that they may have been committed before.
        """
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._commit(arrivals, again=again)
                return []
            except Exception as error:
                failure = self._database.failure(error)
                if failure is Failure.POISONED:
                    # For example a history that cannot be read. It must cost only its own link's fetches.
                    return self._halve(arrivals, error)
                if failure not in MAY_PASS or self.fail_fast or time.monotonic() > give_up:
                    raise UnavailableError(describe_database_error(error)) from error
                time.sleep(0.05)
            again = True

    def _halve(self, arrivals: Sequence[Arrival], error: Exception) -> list[Arrival]:
        """Find the poisoned fetches by halving, so that one of them does not stop the others."""
        if len(arrivals) == 1:
            log.error("A fetch that no transaction takes is set aside: %s", describe_database_error(error))
            return list(arrivals)
        half = len(arrivals) // 2
        return self.keep(arrivals[:half], again=True) + self.keep(arrivals[half:], again=True)

    def _commit(self, arrivals: Sequence[Arrival], *, again: bool) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            self._database.begin(self._connection)
            has_alerts = record(self._connection, arrivals, self._windows, again=again)
            if has_alerts:
                self._notifier.in_transaction(self._connection)
            commit(self._connection)
            self._commits += 1
            self._database.require_same_file()
        except BaseException:
            # After a failure the connection's state is unknown: the next attempt opens another.
            connection, self._connection = self._connection, None
            abandon(connection)
            raise
        if has_alerts:
            self._notifier.after_commit()

    def checkpoint_if_due(self) -> None:
        """Checkpoint SQLite's WAL while no fetch waits.

        Otherwise a commit would do it as soon as the WAL is long, while its fetches wait.
        """
        if self._commits >= COMMITS_BETWEEN_CHECKPOINTS and self._connection:
            self._commits = 0
            self._database.checkpoint(self._connection)

    def close(self) -> None:
        if self._connection:
            self._connection.close()
