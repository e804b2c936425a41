"""The circuit breaker: nothing is sent to any chat for a while if Telegram refuses or does not answer.

A message in doubt is sent once more, and then parked. An outage must not park everything that falls into it:
after a doubt the bot first asks a harmless question, and once that is answered it sends one message at a time
until one arrives. Pure: every time is passed in.
"""

from storage.claims import Ended, Outcome

LONGEST_PAUSE = 60.0
"""Seconds. The pauses double from 1 second."""
REVOKED_PAUSE = 30.0
"""Seconds until a refused token is tried again."""


class CircuitBreaker:
    """Decides when the next message may be sent.

    Times are seconds of one clock that only goes forward.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self._doubts, self._doubted_at = 0, -1.0
        """Doubts in a row, and when the last one came up. Attempts under way at the same time count once."""
        self._refused: dict[int, float] = {}
        """Chats that Telegram asked to wait (429), and until when."""

    @property
    def unsure(self) -> bool:
        """True from a doubt until Telegram answers a message again."""
        return self._doubts > 0

    def wait(self, now: float) -> float:
        """Return the seconds until anything may be sent; 0 if it may be now."""
        return max(0.0, self._until - now)

    def record(self, outcome: Outcome, chat_id: int, begun: float, now: float) -> None:
        """Take the outcome of an attempt that began at `begun` into account."""
        match outcome.ended:
            case Ended.IN_DOUBT:
                self.doubt(begun, now)
            case Ended.NOT_SENT:
                pass
            case Ended.REVOKED:
                self._hold(now + REVOKED_PAUSE)
            case Ended.WAIT:
                self._refuse(chat_id, now + outcome.wait, now)
            case _:
                self._doubts = 0

    def doubt(self, begun: float, now: float) -> None:
        """Pause, because an attempt that began at `begun` may or may not have been carried out."""
        if begun > self._doubted_at:
            self._doubts, self._doubted_at = self._doubts + 1, now
            self._hold(now + min(LONGEST_PAUSE, 2.0 ** (self._doubts - 1)))

    def _refuse(self, chat_id: int, until: float, now: float) -> None:
        """Pause everything once two chats at a time are refused.

        A 429 does not say whether it is about the chat or about the bot.
        """
        self._refused = {chat: end for chat, end in self._refused.items() if end > now} | {chat_id: until}
        if len(self._refused) > 1:
            self._hold(until)

    def _hold(self, until: float) -> None:
        self._until = max(self._until, until)
