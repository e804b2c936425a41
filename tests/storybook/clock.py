"""The clock of a story: it stands still until the story says that time passes."""

import mmap
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

BEGIN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC).timestamp()
"""Monday, 2 March 2026, 14:00: when every story begins."""
_SECONDS = struct.Struct("d")


class Clock:
    """The hands, for who tells the story."""

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


def watching(path: Path) -> Callable[[], float]:
    """The same time, for who only looks at the clock."""
    with path.open("rb") as file:
        shown = mmap.mmap(file.fileno(), _SECONDS.size, access=mmap.ACCESS_READ)
    return lambda: float(_SECONDS.unpack(shown)[0])
