"""Where fetches wait, on disk, while the database cannot take them: a capped file beside it.

One line a fetch: the length and the CRC of what follows, and the fetch as JSON. What was appended is
synced before anybody hears of it; a line that a crash tore is passed over, and was never answered.
Tokens are not checked here: nobody can while the database is away. Taking a fetch out twice is harmless,
its id is known.
"""

import fcntl
import json
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from zlib import crc32

from storage.ingest import Arrival
from tracking import Agent, Network, Reason, Sighting

log = logging.getLogger(__name__)

LARGEST = 64 * 2**20
"""Bytes: some 250,000 fetches. Beyond it a fetch is answered 503, and the provider asks again."""

FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC


class SpoolError(Exception):
    """Nothing can be kept here now; the message says why."""


class Spool:
    """One file, held by one process for as long as it lives. Safe between threads."""

    def __init__(self, path: Path, held: int) -> None:
        self.path, self._held = path, held
        self._file: int | None = None
        self._lock = threading.Lock()
        self._size = os.fstat(held).st_size
        """Bytes that are known to be on disk."""
        self._read = 0
        """Bytes that were taken out; a restart begins again at the first."""
        self.waiting, self.oldest = 0, 0.0
        """How many fetches, and when the oldest came, in epoch seconds."""
        for arrival, _ in self._from(0):
            self.waiting, self.oldest = self.waiting + 1, self.oldest or arrival.at

    def append(self, arrivals: Sequence[Arrival]) -> None:
        """Keep fetches: on disk when this returns. Raises SpoolError."""
        data = b"".join(map(line_of, arrivals))
        with self._lock:
            if self._size + len(data) > LARGEST:
                raise SpoolError(f"{self.path} is full")
            try:
                self._write(data)
            except OSError as error:
                self._dismiss()
                raise SpoolError(f"{self.path} cannot be written: {error.strerror}") from error
            self.waiting, self.oldest = self.waiting + len(arrivals), self.oldest or arrivals[0].at

    def _write(self, data: bytes) -> None:
        if self._file is None:
            self._file = os.open(self.path, FLAGS, 0o600)
            # What an attempt that failed has left behind ends here.
            data = b"\n" + data
        write_whole(self._file, data)
        found = os.fstat(self._file)
        if not found.st_nlink or not os.path.samestat(found, os.fstat(self._held)):
            raise FileNotFoundError(0, "it was deleted")
        self._size = found.st_size

    def _dismiss(self) -> None:
        """What the file is worth after a failed sync nobody knows, and a second sync may lie."""
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def first(self, limit: int) -> tuple[list[Arrival], int]:
        """The oldest fetches that wait, and where they end. They stay until they are `taken`."""
        with self._lock:
            found = list(islice(self._from(self._read), limit))
            return [arrival for arrival, _ in found], found[-1][1] if found else self._size

    def taken(self, end: int, number: int) -> None:
        """So many fetches, that end there, are in the database now."""
        with self._lock:
            self._read = end
            if following := next(self._from(end), None):
                self.waiting, self.oldest = max(1, self.waiting - number), following[0].at
                return
            os.ftruncate(self._held, 0)
            self._read = self._size = self.waiting = 0
            self.oldest = 0.0

    def close(self) -> None:
        """Let another process have it."""
        self._dismiss()
        os.close(self._held)

    def _from(self, start: int) -> Iterator[tuple[Arrival, int]]:
        """Fetches from a place on, each with the place where it ends."""
        with os.fdopen(os.dup(self._held), "rb") as file:
            file.seek(start)
            end = start
            while end < self._size and (line := file.readline()):
                end += len(line)
                if arrival := arrival_in(line):
                    yield arrival, end


def write_whole(file: int, data: bytes) -> None:
    """Write all of it, and wait for the disk. Raises OSError."""
    while data:
        data = data[os.write(file, data) :]
    os.fdatasync(file)


def line_of(arrival: Arrival) -> bytes:
    identifier, token, at, sighting, device, user_agent = arrival
    body = json.dumps([identifier, token, at, sighting, device, user_agent]).encode()
    return b"%d %08x %s\n" % (len(body), crc32(body), body)


_LINE = re.compile(rb"(\d{1,9}) ([0-9a-f]{8}) (.*)\n", re.DOTALL)


def arrival_in(line: bytes) -> Arrival | None:
    """The fetch a line holds; None when it is torn, spoilt, or nothing but an end."""
    found = _LINE.fullmatch(line)
    if found is None or int(found[1]) != len(found[3]) or int(found[2], 16) != crc32(found[3]):
        if line.strip():
            log.warning("A line of the spool is torn or spoilt, and passed over.")
        return None
    try:
        identifier, token, at, (agent, network, sign, rendered), device, user_agent = json.loads(found[3])
        sighting = Sighting(Agent(agent), Network(network), Reason(sign) if sign else None, rendered)
    except ValueError as error:
        log.error("A fetch in the spool is from another version, and passed over: %s", error)
        return None
    return Arrival(identifier, token, at, sighting, device, user_agent)


class Spools:
    """The spools this process holds: its own, and those that servers which are gone have left behind.

    Each of several pixel servers on a machine has a file of its own: `a.spool`, `a.2.spool`, … What no
    transaction takes lies in `a.poison`, in the same form.
    """

    def __init__(self, base: Path) -> None:
        self._base, self._poison = base, base.with_suffix(".poison")
        self._held: list[Spool] = []
        try:
            self._claim()
        except OSError as error:
            log.warning("Nothing can be kept in %s while the database is away: %s", base, error.strerror)
        self.set_aside = _lines_in(self._poison)
        """Fetches that no transaction would take."""

    @property
    def waiting(self) -> int:
        return sum(spool.waiting for spool in self._held)

    @property
    def oldest(self) -> float:
        """When the oldest fetch that waits came, in epoch seconds; 0 when none does."""
        return min((spool.oldest for spool in self._held if spool.waiting), default=0.0)

    def append(self, arrivals: Sequence[Arrival]) -> None:
        """Keep fetches: on disk when this returns. Raises SpoolError."""
        try:
            if not self._held:
                self._claim()
        except OSError as error:
            raise SpoolError(f"{self._base} cannot be opened: {error.strerror}") from error
        self._held[0].append(arrivals)

    def fullest(self) -> Spool | None:
        """One in which fetches wait: what others left behind comes before our own."""
        return next((spool for spool in reversed(self._held) if spool.waiting), None)

    def put_aside(self, arrivals: Sequence[Arrival]) -> None:
        """Keep what no transaction takes, for people to look at. Raises OSError."""
        if not arrivals:
            return
        file = os.open(self._poison, FLAGS, 0o600)
        try:
            if os.fstat(file).st_size < LARGEST:
                write_whole(file, b"".join(map(line_of, arrivals)))
        finally:
            os.close(file)
        self.set_aside += len(arrivals)

    def drop(self, unknown_tokens: Callable[[set[str]], set[str]]) -> None:
        """Blank what was set aside for tokens that are no link's any more. Raises OSError.

        In its place: another server may be adding to the file.
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
        for spool in self._held:
            spool.close()

    def _claim(self) -> None:
        """Hold all that nobody holds, and one at least. Raises OSError."""
        for number in count(1):
            path = self._base if number == 1 else self._base.with_suffix(f".{number}{self._base.suffix}")
            if not path.exists() and self._held:
                return
            if held := _hold(path):
                self._held.append(Spool(path, held))


def lying_in(base: Path) -> tuple[int, int]:
    """How many fetches wait, and how many were set aside, whoever holds the files."""
    spools = base.parent.glob(f"{base.stem}*{base.suffix}")
    return sum(map(_lines_in, spools)), _lines_in(base.with_suffix(".poison"))


def _lines_in(path: Path) -> int:
    try:
        return sum(1 for line in path.read_bytes().split(b"\n") if line)
    except OSError:
        return 0


def _hold(path: Path) -> int | None:
    """The file, opened and ours; None when another process has it."""
    held = os.open(path, FLAGS, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    # A file whose name a power cut forgets holds nothing.
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return held
