"""Secrets that must never be in a log: planted in every test, and looked for behind every test."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import logs

PASSWORD = "canary-of-the-database"
"""The password of every PostgreSQL address here; the server asks for none."""

KEY = re.compile(r"[0-9a-f]{64}")
"""What a key file holds."""


def leaks(said: str, keys: Iterable[str] = ()) -> list[str]:
    """The secrets in a log, shortened, so that the finding is none either."""
    found = [*logs.TOKEN.findall(said), *logs.OWNER_KEY.findall(said)]
    found += [secret for secret in (PASSWORD, *keys) if secret in said]
    return [f"{secret[:6]}…" for secret in found]


def keys_in(folder: Path) -> Iterator[str]:
    """The keys of all key files below a folder."""
    for path in folder.rglob("*.key"):
        if path.is_file() and KEY.fullmatch(key := path.read_text("latin-1").strip()):
            yield key


def logs_in(folder: Path) -> Iterator[str]:
    """What processes wrote below a folder."""
    for path in folder.rglob("log"):
        if path.is_file():
            yield path.read_text("utf-8", "replace")
