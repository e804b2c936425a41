"""One bot at a time: a second one on the same database waits until the first is gone."""

from typing import Protocol


class BotLock(Protocol):
    """The lock that one bot holds for as long as it lives."""

    def take(self) -> bool:
        """Try to take the lock; return True if this process holds it now. Never waits for another bot.

        Raises SQLAlchemy's OperationalError while the database does not answer, and OSError.
        """

    def release(self) -> None: ...
