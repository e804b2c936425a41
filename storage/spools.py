"""The spool files beside a database: which of them a pixel server holds, and what it sets aside.

Each pixel server of a machine holds a file of its own: `readback.spool`, `readback.spool-2`, … No database's
own spool has a numbered name, because those all end in `.spool`. A server that runs adopts the files of those
that have ended.

A fetch that no transaction takes, however often it is tried, is set aside in `readback.poison`, in the same
form.
"""

import logging
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from time import monotonic

from storage.files import APPEND, hold, write_whole
from storage.ingest import Arrival
from storage.spool import ALL, LARGEST, Spool, SpoolError
from storage.spool_lines import arrival_in, line_of

log = logging.getLogger(__name__)

BETWEEN_WARNINGS = 60.0
"""Seconds between two log lines about dropped fetches: a poisoned link may be fetched often."""


class Spools:
    """The spool files that this process holds: its own, and those that ended pixel servers left behind.

    `known` has the tokens that existed before the database went away: there is more room for them.
    """

    def __init__(self, base: Path, known: Container[str] = ALL) -> None:
        self._base, self._poison = base, base.with_suffix(".poison")
        self._known = known
        self._held: list[Spool] = []
        """Our own file first, then the adopted ones."""
        self._unreadable = set[Path]()
        """Files of ended servers that cannot be read. The log says so once for each."""
        self._holding = threading.Lock()
        self.unusable = ""
        """The reason why no fetch can be kept while the database is away, and what to set; else empty."""
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
        """The time at which the oldest waiting fetch came, in epoch seconds; 0 when none waits."""
        return min((spool.oldest for spool in self._held if spool.waiting), default=0.0)

    def append(self, arrivals: Sequence[Arrival]) -> frozenset[str]:
        """Keep fetches: they are on disk when this returns. Raises SpoolError.

        Return the ids of those for which there is no room.
        """
        if not self._held:
            self.hold_files()
        return self._held[0].append(arrivals, self._known)

    def next_to_drain(self) -> Spool | None:
        """Return a spool in which fetches wait; None if none do. Ended servers' files come before our own."""
        return next((spool for spool in reversed(self._held) if spool.waiting), None)

    def put_aside(self, arrivals: Sequence[Arrival]) -> None:
        """Keep fetches that no transaction takes, for people to look at; drop them if there is no room left.

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
                path = self._base.with_name(f"{self._base.name}-{number}")
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
    """Return the spool files of this database's pixel servers, and of no other database's.

    Before 0.9.0 numbered files had names such as `readback.2.spool`. The spool of a database `readback.2.db`
    is called so, too. Such a file is ours only if the folder holds nothing else of such a database.
    """
    numbered = re.compile(rf"{re.escape(base.name)}(-\d+)?")
    numbered_before = re.compile(rf"{re.escape(base.stem)}\.\d+{re.escape(base.suffix)}")
    try:
        found = sorted(base.parent.iterdir())
    except OSError:
        return []
    stems = Counter(path.stem for path in found)
    return [
        path
        for path in found
        if numbered.fullmatch(path.name) or (numbered_before.fullmatch(path.name) and stems[path.stem] == 1)
    ]


def _lines_in(path: Path) -> int:
    try:
        return sum(1 for line in path.read_bytes().split(b"\n") if line)
    except OSError:
        return 0
