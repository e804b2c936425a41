"""One spool file: fetches wait in it, on disk, while the database cannot take them.

A fetch is one line (spool_lines.py). It is synced to disk before it is answered. Nobody can check tokens
while the database is away, so fetches of unknown tokens wait here too. Storing a fetch twice is harmless: the
database knows its id. spools.py says which files a pixel server holds.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from storage.files import APPEND, write_whole
from storage.ingest import Arrival
from storage.spool_lines import arrival_in, line_of

LARGEST = 64 * 2**20
"""Bytes of one file: some 250,000 fetches. Beyond it a fetch is answered 503, and the provider asks again."""


class SpoolError(Exception):
    """No fetch can be kept here now; the message says why."""


class Spool:
    """One spool file, held by one process for as long as it lives. Safe between threads."""

    def __init__(self, path: Path, held: int) -> None:
        self.path, self._held = path, held
        self._file: int | None = None
        """Fetches are appended to it. It is opened anew after a failure, unlike `held`, the lock."""
        self._lock = threading.Lock()
        self._size = os.fstat(held).st_size
        """Bytes that are known to be on disk."""
        self._read = 0
        """Bytes that are in the database. A restart begins at 0 again."""
        self.waiting, self.oldest = 0, 0.0
        """The number of fetches that wait, and when the oldest came, in epoch seconds."""
        for arrival, _ in self._from(0):
            self.waiting, self.oldest = self.waiting + 1, self.oldest or arrival.at

    def append(self, arrivals: Sequence[Arrival]) -> None:
        """Keep fetches: they are on disk when this returns. Raises SpoolError."""
        data = b"".join(map(line_of, arrivals))
        with self._lock:
            if self._size + len(data) > LARGEST:
                raise SpoolError(f"{self.path} is full")
            try:
                self._write(data)
            except OSError as error:
                self._close_file()
                raise SpoolError(f"{self.path} cannot be written: {error.strerror}") from error
            self.waiting, self.oldest = self.waiting + len(arrivals), self.oldest or arrivals[0].at

    def _write(self, data: bytes) -> None:
        if self._file is None:
            self._file = os.open(self.path, APPEND, 0o600)
            # A failed attempt may have left half a line: end it.
            data = b"\n" + data
        write_whole(self._file, data)
        found = os.fstat(self._file)
        if not found.st_nlink or not os.path.samestat(found, os.fstat(self._held)):
            raise FileNotFoundError(0, "it was deleted")
        self._size = found.st_size

    def _close_file(self) -> None:
        """Open the file anew next time: after a failed fsync a second one may report success and lie."""
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def first(self, limit: int) -> tuple[list[Arrival], int]:
        """Return the oldest fetches, and the byte at which they end. They stay until `taken` is called."""
        with self._lock:
            found = list(islice(self._from(self._read), limit))
            return [arrival for arrival, _ in found], found[-1][1] if found else self._size

    def taken(self, end: int, number: int) -> None:
        """Forget the first `number` fetches, which end at byte `end`: the database has them."""
        with self._lock:
            self._read = end
            if following := next(self._from(end), None):
                self.waiting, self.oldest = max(1, self.waiting - number), following[0].at
                return
            os.ftruncate(self._held, 0)
            self._read = self._size = self.waiting = 0
            self.oldest = 0.0

    @property
    def is_empty(self) -> bool:
        """Nothing is in the file, not even a line that cannot be read."""
        return self._size == 0

    def close(self) -> None:
        """Let another process hold the file."""
        self._close_file()
        os.close(self._held)

    def _from(self, start: int) -> Iterator[tuple[Arrival, int]]:
        """Yield the fetches from a byte on, each with the byte at which it ends."""
        with os.fdopen(os.dup(self._held), "rb") as file:
            file.seek(start)
            end = start
            while end < self._size and (line := file.readline()):
                end += len(line)
                if arrival := arrival_in(line):
                    yield arrival, end
