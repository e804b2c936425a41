"""Secrets that must never be in a log: every test plants them, and its logs are searched afterwards."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import logs

PASSWORD = "canary-of-the-database"
"""The password in every PostgreSQL address of the tests. The server does not ask for one."""

KEY = re.compile(r"[0-9a-f]{64}")
"""The content of a key file."""


def leaks(text: str, keys: Iterable[str] = ()) -> list[str]:
    """Return the secrets in the text of a log, cut to six characters, so that the report leaks nothing."""
    found = [*logs.TOKEN.findall(text), *logs.OWNER_KEY.findall(text)]
    found += [secret for secret in (PASSWORD, *keys) if secret in text]
    return [f"{secret[:6]}…" for secret in found]


def keys_in(folder: Path) -> Iterator[str]:
    """Yield the key in every key file below a folder."""
    for path in folder.rglob("*.key"):
        if path.is_file() and KEY.fullmatch(key := path.read_text("latin-1").strip()):
            yield key


def logs_in(folder: Path) -> Iterator[str]:
    """Yield the text of every log file below a folder."""
    for path in folder.rglob("log"):
        if path.is_file():
            yield path.read_text("utf-8", "replace")
