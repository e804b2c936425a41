"""Notifications: one process wakes another within milliseconds, and at no cost while idle.

Beside a SQLite file a notification is a datagram to a unix socket (storage/sqlite/sockets.py). On
PostgreSQL it is NOTIFY (storage/postgres/listening.py). A notification has no content, and it can be lost:
nobody subscribes yet, a buffer is full, notifications are off. So every subscriber also polls now and then.
"""

from enum import StrEnum
from typing import Protocol

from sqlalchemy import Connection


class Topic(StrEnum):
    """The subject of a notification."""

    NEWS = "news"
    """For the bot: a message may be due."""
    ERASED = "erased"
    """For the pixel server: something was erased, and SQLite's log still holds it."""


class Notifier(Protocol):
    """Notifies every subscriber of one topic. Never waits, and never fails."""

    def in_transaction(self, connection: Connection) -> None:
        """Call it within the transaction that is worth a notification."""

    def after_commit(self) -> None:
        """Call it after that transaction's commit."""

    def close(self) -> None: ...


class Subscriber(Protocol):
    """Calls a function in the event loop for every notification of one topic, between `start` and `stop`."""

    trouble: str
    """The reason why notifications are off, so that only polling finds what is new; empty while they are on.

    The process that subscribes reports it: the bot in its heartbeat, the pixel server in its log.
    """

    def start(self) -> None:
        """Subscribe. Never raises: `trouble` says what is wrong."""

    def stop(self) -> None: ...
