"""The clock of a story, shared through a file: it stands still until the story says that time passes."""

import mmap
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

BEGIN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC).timestamp()
"""Monday, 2 March 2026, 14:00: the time at which every story begins."""
_SECONDS = struct.Struct("d")


class Clock:
    """The clock for the test, which sets it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(_SECONDS.pack(BEGIN))
        with path.open("r+b") as file:
            self._shown = mmap.mmap(file.fileno(), _SECONDS.size)

    def __call__(self) -> float:
        shown: float = _SECONDS.unpack(self._shown)[0]
        return shown

    def set(self, at: float) -> None:
        self._shown[:] = _SECONDS.pack(at)


def reader(path: Path) -> Callable[[], float]:
    """Return a function that reads this clock, in seconds since 1970, from another process."""
    with path.open("rb") as file:
        shown = mmap.mmap(file.fileno(), _SECONDS.size, access=mmap.ACCESS_READ)
    return lambda: float(_SECONDS.unpack(shown)[0])
