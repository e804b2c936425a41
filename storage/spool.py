"""Where fetches wait on disk while the database cannot take them.

Each pixel server of a machine holds a file of its own beside the database: `readback.spool`,
`readback.2.spool`, … A fetch is one line (spool_lines.py) and is synced to disk before it is answered.
Nobody can check tokens while the database is away, so unknown ones wait here too. Storing a fetch twice is
harmless: the database knows its id.

What no transaction takes, however often it is tried, is set aside in `readback.poison`, in the same form.
"""

import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import monotonic

from storage.files import APPEND, hold, write_whole
from storage.ingest import Arrival
from storage.spool_lines import arrival_in, line_of

log = logging.getLogger(__name__)

LARGEST = 64 * 2**20
"""Bytes of one file: some 250,000 fetches. Beyond it a fetch is answered 503, and the provider asks again."""

BETWEEN_WARNINGS = 60.0
"""Seconds between two log lines about dropped fetches: a poisoned link may be fetched often."""


class SpoolError(Exception):
    """No fetch can be kept here now; the message says why."""


class Spool:
    """One spool file, held by one process for as long as it lives. Safe between threads."""

    def __init__(self, path: Path, held: int) -> None:
        self.path, self._held = path, held
        self._file: int | None = None
        """Where fetches are appended: closed and opened again after a failure, unlike `held`, the lock."""
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


class Spools:
    """The spool files that this process holds: its own, and those that ended pixel servers left behind."""

    def __init__(self, base: Path) -> None:
        self._base, self._poison = base, base.with_suffix(".poison")
        self._held: list[Spool] = []
        """Our own file first, then the adopted ones."""
        self._unreadable = set[Path]()
        """Left by others, and said in the log once."""
        self._holding = threading.Lock()
        self.unusable = ""
        """Why no fetch can be kept while the database is away, and what to set; empty when one can."""
        try:
            self.hold_files()
        except SpoolError as error:
            log.warning("%s", error)
        self.set_aside = _lines_in(self._poison)
        """The number of fetches that no transaction takes and that are kept on disk."""
        self.dropped = 0
        """The number of fetches, since the start, that no transaction takes and that are lost."""
        self._warned_at = -BETWEEN_WARNINGS

    @property
    def waiting(self) -> int:
        """The number of fetches that wait for the database."""
        return sum(spool.waiting for spool in self._held)

    @property
    def oldest(self) -> float:
        """When the oldest waiting fetch came, in epoch seconds; 0 when none waits."""
        return min((spool.oldest for spool in self._held if spool.waiting), default=0.0)

    def append(self, arrivals: Sequence[Arrival]) -> None:
        """Keep fetches: they are on disk when this returns. Raises SpoolError."""
        if not self._held:
            self.hold_files()
        self._held[0].append(arrivals)

    def fullest(self) -> Spool | None:
        """Return a spool in which fetches wait: what others left behind comes before our own."""
        return next((spool for spool in reversed(self._held) if spool.waiting), None)

    def put_aside(self, arrivals: Sequence[Arrival]) -> None:
        """Keep what no transaction takes, for people to look at; drop it when there is no room left.

        Raises OSError.
        """
        if not arrivals:
            return
        file = os.open(self._poison, APPEND, 0o600)
        try:
            if os.fstat(file).st_size >= LARGEST:
                self._drop(len(arrivals))
                return
            write_whole(file, b"".join(map(line_of, arrivals)))
        finally:
            os.close(file)
        self.set_aside += len(arrivals)

    def _drop(self, number: int) -> None:
        """Count fetches that are lost, and say so in the log now and then."""
        self.dropped += number
        if monotonic() < self._warned_at + BETWEEN_WARNINGS:
            return
        self._warned_at = monotonic()
        log.error(
            "%d fetches that no transaction takes were dropped since the start: %s is full. "
            "Move it away, and report what the log says about the fetches in it.",
            self.dropped,
            self._poison,
        )

    def erase_unknown(self, unknown_tokens: Callable[[set[str]], set[str]]) -> None:
        """Blank what was set aside for links that were erased. Raises OSError.

        Lines are overwritten where they are: another pixel server may be appending to the file.
        """
        if not self._poison.exists():
            return
        with self._poison.open("r+b") as file:
            lines = list(file)
            tokens = [arrival.token if (arrival := arrival_in(line)) else "" for line in lines]
            gone = unknown_tokens({*tokens} - {""})
            file.seek(0)
            for line, token in zip(lines, tokens, strict=True):
                if token in gone:
                    file.write(b"\n" * len(line))
                else:
                    file.seek(len(line), os.SEEK_CUR)
            file.flush()
            os.fdatasync(file.fileno())
        self.set_aside = _lines_in(self._poison)

    def close(self) -> None:
        """Let other processes hold the files."""
        for spool in self._held:
            spool.close()

    def hold_files(self) -> None:
        """Hold a file of our own, adopt what ended pixel servers left, and give drained files back.

        To be called at the start, and now and then while the server runs. Raises SpoolError when no file of
        our own can be held. Drained files are given back because a server that starts again would otherwise
        not find its file, and make a new one at every restart.
        """
        with self._holding:
            if not self._held:
                self._held = [self._hold_own()]
            drained = [spool for spool in self._held[1:] if spool.is_empty]
            self._held = [spool for spool in self._held if spool not in drained]
            for spool in drained:
                spool.close()
            held = {spool.path for spool in self._held} | self._unreadable
            for path in _spool_files(self._base):
                if path not in held and (adopted := self._adopt(path)):
                    self._held = [*self._held, adopted]

    def _hold_own(self) -> Spool:
        """Hold the first file that no other process holds. Raises SpoolError."""
        path, number = self._base, 1
        try:
            while (held := hold(path)) is None:
                number += 1
                path = self._base.with_suffix(f".{number}{self._base.suffix}")
        except OSError as error:
            self.unusable = (
                f"No fetch can be kept in {self._base} while the database is away: {error.strerror}. "
                f"Make the folder {self._base.parent} writable for the pixel server, or, on PostgreSQL, set "
                "KEY_FILE to a file in a folder that is."
            )
            raise SpoolError(self.unusable) from error
        self.unusable = ""
        return Spool(path, held)

    def _adopt(self, path: Path) -> Spool | None:
        """Hold a file that is not empty and that no other process holds."""
        try:
            if path.stat().st_size and (held := hold(path)):
                return Spool(path, held)
        except OSError as error:
            self._unreadable.add(path)
            log.warning("What an ended pixel server left in %s cannot be read: %s", path, error)
        return None


def lying_in(base: Path) -> tuple[int, int]:
    """Return how many fetches wait, and how many were set aside, in the files of all pixel servers."""
    return sum(map(_lines_in, _spool_files(base))), _lines_in(base.with_suffix(".poison"))


def _spool_files(base: Path) -> list[Path]:
    # Not `readback2.spool`, which is another database's.
    ours = re.compile(rf"{re.escape(base.stem)}(\.\d+)?{re.escape(base.suffix)}")
    try:
        return sorted(path for path in base.parent.iterdir() if ours.fullmatch(path.name))
    except OSError:
        return []


def _lines_in(path: Path) -> int:
    try:
        return sum(1 for line in path.read_bytes().split(b"\n") if line)
    except OSError:
        return 0
