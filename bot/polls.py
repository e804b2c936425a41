"""Knows when an update may have waited at Telegram: a pressed button has no date of its own.

While the bot asks, Telegram answers as soon as there is an update: its time is the time of the answer. After
an outage of the bot, of the network or of Telegram, an update is only known to be later than the last answer
before. So the time of that answer is kept in the database.
"""

from storage.inbox import Received

AWAY = 5.0
"""Seconds without a request, after which the bot was away. Nobody opens a mail within them after Sent."""
EVERY = 10.0
"""Seconds between two answers that the database hears of. A Bot API may answer many times a second."""
LONGEST_WAIT = 86400.0
"""Seconds that Telegram keeps an update."""


class Polls:
    """The requests for updates that Telegram has answered. All times are epoch seconds."""

    def __init__(self, last_answered: float | None) -> None:
        self._last, self._kept = last_answered, last_answered

    def received(self, asked: float, answered: float) -> Received:
        """Return when the updates of a request came that was asked and answered at these times."""
        if self._last is None or asked - self._last <= AWAY:
            return Received(answered)
        return Received(answered, max(self._last, answered - LONGEST_WAIT))

    def answered(self, at: float) -> None:
        """Note that a request was answered, with all the updates that there were."""
        self._last = at

    def is_to_be_kept(self, at: float) -> bool:
        """Return True if the database should hear of it, also without an update."""
        return self._kept is None or not 0 <= at - self._kept < EVERY

    def keep(self, at: float) -> None:
        """Note that the database has it."""
        self._kept = at
