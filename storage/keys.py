"""The key file, and the keys derived from it. It is kept apart from the database and its backups.

Every derived key is an HMAC-SHA256 under the host's key, of a purpose, a zero byte and the text: a value made
for one purpose is useless for another.
"""

import hmac
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32
"""The key's length; the file holds it as hexadecimal digits."""
PROBE_SECONDS = 300
"""Seconds that a probe may be old, and that the clocks of bot and pixel server may differ."""
LARGEST_ID = 2**31 - 1
"""Links are numbered by 32-bit integers: PostgreSQL raises an error for a larger one."""


class KeyFileError(Exception):
    """The key file cannot be used; the message says why and what to do."""


class Keys:
    """Derives all other keys from the host's key. Each token is a link's: 22 characters."""

    def __init__(self, key: bytes, *, is_new: bool = False) -> None:
        self._key = key
        self.is_new = is_new
        """True if the key file was made just now."""

    def owner_key(self, link_id: int, token: str) -> str:
        """Return the key to the owner's pages of a link, `<link id>-<128 bits in hexadecimal>`.

        It is derived anew for every card, and stored nowhere.
        """
        return f"{link_id}-{self._mac('owner', f'{link_id}:{token}')[:32]}"

    def is_owner_key(self, owner_key: str, link_id: int, token: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.owner_key(link_id, token), owner_key)

    def test_key(self, link_id: int, token: str) -> str:
        """Return the key to a self-test's page, of the same shape. That page loads the image itself."""
        return f"{link_id}-{self._mac('test', f'{link_id}:{token}')[:32]}"

    def is_test_key(self, test_key: str, link_id: int, token: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.test_key(link_id, token), test_key)

    def device(self, token: str, home: str, user_agent: str) -> str:
        """Return a device's pseudonym, 64 bits in hexadecimal. It joins nothing across links.

        `home` is an IPv4 address or the /64 of an IPv6 address, as text.
        """
        return self._mac("device", f"{token}\0{home}\0{user_agent}")[:16]

    def installation_id(self) -> str:
        """Return 64 bits in hexadecimal, the same in all processes of this installation, for `/healthz`."""
        return self._mac("instance", "")[:16]

    def probe(self, at: float) -> str:
        """Return the token that makes `/healthz` tell how a request arrived: `<Unix time>-<128 bits>`."""
        return f"{int(at)}-{self._mac('probe', str(int(at)))[:32]}"

    def is_probe(self, probe: str, now: float) -> bool:
        """Return True if this installation made the probe, and lately: proxies on its way may keep it."""
        at = probe.partition("-")[0]
        known = re.fullmatch(r"[0-9]{1,12}", at, re.ASCII) and abs(now - int(at)) <= PROBE_SECONDS
        return bool(known) and hmac.compare_digest(self.probe(int(at)).encode(), probe.encode())

    def _mac(self, purpose: str, text: str) -> str:
        message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, "sha256").hex()


def link_id_in(owner_key: str) -> int | None:
    """Return the link that an owner key or a test key claims to be for; None if it has no such shape."""
    found = re.fullmatch(r"([0-9]{1,10})-[0-9a-f]{32}", owner_key, re.ASCII)
    return int(found[1]) if found and int(found[1]) <= LARGEST_ID else None


def open_keys(path: Path) -> Keys:
    """Read the host's key; make the file, for its owner only, when there is none yet. Raises KeyFileError."""
    try:
        if is_new := not path.exists():
            _make(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise KeyFileError(f"KEY_FILE {path} cannot be used: {error}") from None
    if len(key) < KEY_BYTES:
        raise KeyFileError(f"KEY_FILE {path} holds {len(key)} bytes; expected {KEY_BYTES} as hexadecimal.")
    return Keys(key, is_new=is_new)


def _make(path: Path) -> None:
    """Make the file whole or not at all: two processes may start together, and the first one wins."""
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
