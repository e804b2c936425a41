"""A log of JSON lines. Each is on disk before anything depends on it."""

import json
import os
import time
from pathlib import Path
from typing import Any


class Logbook:
    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self.entries: list[dict[str, Any]] = []

    def note(self, **seen: Any) -> None:
        entry = {"at": time.time(), **seen}
        self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        os.fdatasync(self._file.fileno())
        self.entries.append(entry)

    def close(self) -> None:
        self._file.close()
