"""The key file, and what is derived from it: kept apart from the database and its backups."""

import hmac
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32
LARGEST_ID = 2**31 - 1
"""Links are numbered by 32-bit integers: PostgreSQL refuses to look for a larger one."""


class KeyFileError(Exception):
    """The key file cannot be used; the message says why and what to do."""


class Keys:
    """HMACs under the host's key, each with a purpose of its own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def owner_key(self, link_id: int, token: str) -> str:
        """What opens the owner's pages of a link: shown again on every card, stored nowhere."""
        return f"{link_id}-{self._mac('owner', f'{link_id}:{token}')[:32]}"

    def opens(self, owner_key: str, link_id: int, token: str) -> bool:
        return hmac.compare_digest(self.owner_key(link_id, token), owner_key)

    def test_key(self, link_id: int, token: str) -> str:
        """What opens a self-test's page, which loads the image; no other link is ever given one."""
        return f"{link_id}-{self._mac('test', f'{link_id}:{token}')[:32]}"

    def opens_test(self, test_key: str, link_id: int, token: str) -> bool:
        return hmac.compare_digest(self.test_key(link_id, token), test_key)

    def device(self, token: str, home: str, user_agent: str) -> str:
        """A pseudonym of a device, 64 bits, that joins nothing outside its link."""
        return self._mac("device", f"{token}\0{home}\0{user_agent}")[:16]

    def instance(self) -> str:
        """Which installation this is: the same in all its processes, told by /healthz."""
        return self._mac("instance", "")[:16]

    def _mac(self, purpose: str, text: str) -> str:
        message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, "sha256").hex()


def link_id_in(owner_key: str) -> int | None:
    """The link an owner key claims to open; None when it is not of that shape."""
    found = re.fullmatch(r"([0-9]{1,10})-[0-9a-f]{32}", owner_key, re.ASCII)
    return int(found[1]) if found and int(found[1]) <= LARGEST_ID else None


def open_keys(path: Path) -> Keys:
    """The host's keys; the file is made, readable by its owner only, when there is none yet."""
    try:
        if not path.exists():
            _make(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise KeyFileError(f"KEY_FILE {path} cannot be used: {error}") from None
    if len(key) < KEY_BYTES:
        raise KeyFileError(f"KEY_FILE {path} holds {len(key)} bytes; expected {KEY_BYTES} as hexadecimal.")
    return Keys(key)


def _make(path: Path) -> None:
    """Two processes may start together: whole files only, and the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
