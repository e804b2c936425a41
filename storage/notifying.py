"""How one process tells the other that something is due: within milliseconds, at no cost when idle.

Beside a SQLite file it is a datagram to a unix socket, on PostgreSQL it is NOTIFY. News can be lost
(nobody listens yet, the buffer is full): whoever listens also looks by itself every few seconds.
"""

import asyncio
import hashlib
import logging
import socket
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from settings import Settings
from storage.engine import is_postgres

if TYPE_CHECKING:
    from storage.postgres import DeadlineConnection

log = logging.getLogger(__name__)

CHANNEL = "readback_news"
LISTENED = 10
"""Waits of a second between two looks whether PostgreSQL is still there."""
LONGEST_SOCKET_PATH = 100
"""A unix socket's address holds 108 bytes on Linux, 104 elsewhere."""


ERASED = "erased"
"""News for the pixel server: something was erased, and SQLite's log still holds it."""


def socket_path(settings: Settings, name: str = "news") -> Path:
    """Beside the database; in the temporary folder where that path is too long for a socket."""
    assert settings.sqlite_path, "PostgreSQL has NOTIFY"  # noqa: S101  # only called beside a file
    beside = settings.sqlite_path.with_suffix(f".{name}")
    if len(str(beside)) <= LONGEST_SOCKET_PATH:
        return beside
    digest = hashlib.sha256(str(beside).encode()).hexdigest()[:24]
    return Path(tempfile.gettempdir()) / f"readback-{digest}.{name}"


class Notifier:
    """Tells the news. `in_transaction` belongs inside the transaction, `after_commit` behind it."""

    def __init__(self, settings: Settings, name: str = "news") -> None:
        self._path = str(socket_path(settings, name)) if settings.sqlite_path else ""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if self._path else None
        if self._socket:
            self._socket.setblocking(False)

    def in_transaction(self, connection: Connection) -> None:
        if is_postgres(connection):
            connection.execute(text(f"NOTIFY {CHANNEL}"))

    def after_commit(self) -> None:
        if self._socket:
            # Nobody listening, or a full buffer: the slow look finds it.
            with suppress(OSError):
                self._socket.sendto(b"!", self._path)

    def close(self) -> None:
        if self._socket:
            self._socket.close()


class Subscriber:
    """Calls `on_notification` in the event loop whenever news arrives."""

    def __init__(self, settings: Settings, on_notification: Callable[[], None], name: str = "news") -> None:
        self._settings, self._on_notification, self._name = settings, on_notification, name
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._stopping = threading.Event()
        self._connection: DeadlineConnection | None = None

    def start(self) -> None:
        if self._settings.sqlite_path:
            self._bind()
        else:
            threading.Thread(target=self._listen, name="news", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        if self._socket:
            self._loop.remove_reader(self._socket)
            self._socket.close()
            socket_path(self._settings, self._name).unlink(missing_ok=True)
        if self._connection:
            self._connection.close()

    def _bind(self) -> None:
        path = socket_path(self._settings, self._name)
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(path))
        self._loop.add_reader(self._socket, self._receive)

    def _receive(self) -> None:
        with suppress(BlockingIOError):
            while self._socket and self._socket.recv(64):
                pass
        self._on_notification()

    def _listen(self) -> None:
        """In a thread of its own, on a connection of its own; a lost one is opened again."""
        import psycopg

        from storage.postgres import DeadlineConnection

        while not self._stopping.is_set():
            try:
                with DeadlineConnection.to(self._settings) as self._connection:
                    while not self._stopping.is_set():
                        # Again and again: a server that froze is only noticed by who asks it something.
                        self._connection.execute(f"LISTEN {CHANNEL}")
                        self._hear(self._connection)
            except (psycopg.Error, RuntimeError) as error:
                if not self._stopping.wait(1):
                    log.warning("Listening for news again: %s", error)

    def _hear(self, connection: "DeadlineConnection") -> None:
        """Pass on what comes in the next seconds."""
        for _ in range(LISTENED):
            for _ in connection.notifies(timeout=1, stop_after=1):
                self._loop.call_soon_threadsafe(self._on_notification)
            if self._stopping.is_set():
                return
