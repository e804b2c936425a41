"""Notifications beside a SQLite file: datagrams to unix sockets in one folder, `readback.sockets/`.

Each subscriber binds a socket of its own there, such as `news-1f0c9a3e`, and a notifier sends to all
sockets of its topic: several pixel servers may wait beside one file.
"""

import asyncio
import hashlib
import logging
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from storage.notifying import Topic

log = logging.getLogger(__name__)

LONGEST_ADDRESS = 100
"""Bytes: a unix socket's address holds 108 on Linux, 104 elsewhere."""
LONGEST_NAME = len("/erased-01234567")
TICK_NS = 1_000_000_000
"""Some disks note times to the second."""


def socket_folder(database: Path) -> Path:
    """Return the folder beside the database, or one in the temporary folder where that path is too long."""
    beside = database.with_suffix(".sockets")
    if len(os.fsencode(beside)) + LONGEST_NAME <= LONGEST_ADDRESS:
        return beside
    digest = hashlib.sha256(os.fsencode(beside)).hexdigest()[:24]
    return Path(tempfile.gettempdir()) / f"readback-{digest}.sockets"


class SocketNotifier:
    """Sends a datagram to every subscriber's socket."""

    def __init__(self, database: Path, topic: Topic) -> None:
        self._folder, self._prefix = f"{socket_folder(database)}/", f"{topic}-"
        self._addresses: list[str] = []
        self._listed_at = 0
        """The folder's time of change, in nanoseconds, when the addresses were listed."""
        self._socket: socket.socket | None = None
        try:
            self._socket = _datagram_socket()
        except OSError as error:
            log.warning("Nobody can be notified (%s): what is new is found by polling only.", error)

    def in_transaction(self, connection: Connection) -> None:
        """Do nothing: a subscriber that is woken now would not see the transaction yet."""

    def after_commit(self) -> None:
        if self._socket:
            # No folder: nobody has ever subscribed.
            with suppress(OSError):
                for address in self._subscribers():
                    self._send(self._socket, address)

    def close(self) -> None:
        if self._socket:
            self._socket.close()

    def _subscribers(self) -> list[str]:
        # Listing a folder takes six times as long as asking when it changed, and pathlib four times as long.
        changed = os.stat(self._folder).st_mtime_ns  # noqa: PTH116
        if changed != self._listed_at:
            names = os.listdir(self._folder)  # noqa: PTH208
            self._addresses = [self._folder + name for name in names if name.startswith(self._prefix)]
            # A socket that is bound within the same tick of the disk's clock leaves the time as it is.
            self._listed_at = changed if time.time_ns() - changed > TICK_NS else 0
        return self._addresses

    def _send(self, sender: socket.socket, address: str) -> None:
        try:
            sender.sendto(b"!", address)
        except ConnectionRefusedError:
            # Its process was killed. Names are never used twice, so nobody will bind it again.
            Path(address).unlink(missing_ok=True)
        except OSError:
            pass  # its buffer is full: that subscriber will wake up anyway


class SocketSubscriber:
    """Calls `on_notification` in the running event loop for every datagram to a socket of its own."""

    def __init__(self, database: Path, topic: Topic, on_notification: Callable[[], None]) -> None:
        self._on_notification, self._loop = on_notification, asyncio.get_running_loop()
        self._path = socket_folder(database) / f"{topic}-{secrets.token_hex(4)}"
        self._is_folder_temporary = self._path.parent != database.with_suffix(".sockets")
        self._socket: socket.socket | None = None
        self.trouble = ""

    def start(self) -> None:
        try:
            self._socket = self._bound()
        except OSError as error:
            self.trouble = (
                f"Notifications are off ({error}): what is new is found by polling only. "
                f"Make {self._path.parent} a folder that can hold unix sockets."
            )
            return
        self._loop.add_reader(self._socket, self._receive)

    def stop(self) -> None:
        if self._socket:
            self._loop.remove_reader(self._socket)
            self._socket.close()
            self._path.unlink(missing_ok=True)
            self._remove_temporary_folder()

    def _remove_temporary_folder(self) -> None:
        """Remove a folder in the temporary folder once nobody subscribes: nobody else would."""
        if self._is_folder_temporary:
            with suppress(OSError):  # another subscriber's socket is in it
                self._path.parent.rmdir()

    def _bound(self) -> socket.socket:
        bound = _datagram_socket()
        try:
            self._bind(bound)
        except OSError:
            bound.close()
            raise
        return bound

    def _bind(self, unbound: socket.socket) -> None:
        # Twice: a subscriber that ends may remove the folder between the two calls.
        for _ in range(2):
            self._path.parent.mkdir(exist_ok=True)
            with suppress(FileNotFoundError):
                return unbound.bind(str(self._path))
        raise FileNotFoundError(f"{self._path.parent} is removed again and again")

    def _receive(self) -> None:
        with suppress(BlockingIOError):
            while self._socket and self._socket.recv(64):
                pass
        self._on_notification()


def _datagram_socket() -> socket.socket:
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    opened.setblocking(False)
    return opened
