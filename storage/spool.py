"""One spool file: fetches wait in it, on disk, while the database cannot take them.

A fetch is one line (spool_lines.py). It is synced to disk before it is answered. Nobody can check tokens
while the database is away, so fetches of unknown tokens wait here too. Storing a fetch twice is harmless: the
database knows its id. spools.py says which files a pixel server holds.
"""

import os
import threading
from array import array
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from itertools import islice
from pathlib import Path

from storage.files import APPEND, write_whole
from storage.ingest import Arrival
from storage.spool_lines import arrival_in, line_of

LARGEST = 64 * 2**20
"""Bytes of one file: some 220,000 ordinary fetches, or 47,000 of the longest (1,420 bytes). Beyond it a fetch
is answered 503, and the provider asks again."""
STRANGERS_PART = 2
"""Tokens that were not known before the outage share one half of the file: a stranger can invent them."""
ONE_TOKENS_PART = 64
"""One token may take one part of so many. Whoever has one mail can fetch its pixel without end."""
SLOTS = 2**16
"""Tokens are counted in so many slots: a count for each token would let a stranger fill memory."""


class _All:
    def __contains__(self, _: object) -> bool:
        return True


ALL = _All()
"""For `known`: every token was known before the outage."""


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
        self._taken = _no_bytes()
        """Bytes that each slot's tokens take."""
        start = 0
        for arrival, end in self._from(0):
            self.waiting, self.oldest = self.waiting + 1, self.oldest or arrival.at
            self._taken[hash(arrival.token) % SLOTS] += end - start
            start = end

    def append(self, arrivals: Sequence[Arrival], known: Container[str] = ALL) -> frozenset[str]:
        """Keep fetches: they are on disk when this returns. Raises SpoolError.

        Return the ids of those for which there is no room. Most of it is kept for `known` tokens.
        """
        with self._lock:
            kept = self._those_with_room(arrivals, known)
            if kept:
                try:
                    self._write(b"".join(line for _, line in kept))
                except OSError as error:
                    self._close_file()
                    raise SpoolError(f"{self.path} cannot be written: {error.strerror}") from error
                self.waiting, self.oldest = self.waiting + len(kept), self.oldest or kept[0][0].at
            for arrival, line in kept:
                self._taken[hash(arrival.token) % SLOTS] += len(line)
        return frozenset({arrival.id for arrival in arrivals} - {arrival.id for arrival, _ in kept})

    def _those_with_room(
        self, arrivals: Sequence[Arrival], known: Container[str]
    ) -> list[tuple[Arrival, bytes]]:
        """Return the fetches for which there is room, each with its line."""
        kept, size = list[tuple[Arrival, bytes]](), self._size
        taken = Counter[int]()
        for arrival in arrivals:
            line, slot = line_of(arrival), hash(arrival.token) % SLOTS
            room = LARGEST if arrival.token in known else LARGEST // STRANGERS_PART
            alike = self._taken[slot] + taken[slot] + len(line)
            if size + len(line) <= room and alike <= LARGEST // ONE_TOKENS_PART:
                kept.append((arrival, line))
                size, taken[slot] = size + len(line), taken[slot] + len(line)
        return kept

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
            self.oldest, self._taken = 0.0, _no_bytes()

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


def _no_bytes() -> "array[int]":
    return array("L", bytes(array("L").itemsize * SLOTS))
