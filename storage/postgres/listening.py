"""Notifications on PostgreSQL: NOTIFY within the transaction, and LISTEN on a connection of its own."""

import asyncio
import threading
from collections.abc import Callable

from sqlalchemy import Connection, text

from storage.notifying import Topic
from storage.postgres.deadline import DeadlineConnection

CHANNEL = "readback_news"
LISTENED = 10
"""Waits of a second between two checks whether the server is still there."""


class NotifyNotifier:
    """Notifies with NOTIFY, within the transaction: the server tells it at the commit, or never."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic

    def in_transaction(self, connection: Connection) -> None:
        if self._topic is Topic.NEWS:
            connection.execute(_NOTIFY)

    def after_commit(self) -> None:
        """Do nothing: the server has told it."""

    def close(self) -> None: ...


_NOTIFY = text(f"NOTIFY {CHANNEL}")


class ListenSubscriber:
    """Listens in a thread of its own, on a connection of its own; opens a lost one again.

    What was erased is nobody's news here: there is no log to truncate, so that topic needs no connection.
    """

    def __init__(self, url: str, topic: Topic, on_notification: Callable[[], None]) -> None:
        self._url, self._topic, self._on_notification = url, topic, on_notification
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._connection: DeadlineConnection | None = None
        self.trouble = ""

    def start(self) -> None:
        if self._topic is Topic.NEWS:
            threading.Thread(target=self._listen, name="news", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        if self._connection:
            self._connection.close()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                with DeadlineConnection.to(self._url) as self._connection:
                    self._pass_on(self._connection)
            except Exception as error:
                reason = str(error).partition("\n")[0]
                self.trouble = f"Notifications are off ({reason}): what is new is found by polling only."
                self._stopping.wait(1)

    def _back(self) -> None:
        """Wake the loop: what was notified while nobody listened is lost."""
        self.trouble = ""
        self._loop.call_soon_threadsafe(self._on_notification)

    def _pass_on(self, connection: DeadlineConnection) -> None:
        """Call `on_notification` for each notification, until the connection breaks or `stop` is called."""
        while not self._stopping.is_set():
            # Again and again: only a question shows that a server is frozen.
            connection.execute(f"LISTEN {CHANNEL}")
            if self.trouble:
                self._back()
            for _ in range(LISTENED):
                for _ in connection.notifies(timeout=1, stop_after=1):
                    self._loop.call_soon_threadsafe(self._on_notification)
                if self._stopping.is_set():
                    return
