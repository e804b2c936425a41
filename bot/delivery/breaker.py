"""When everybody waits: Telegram has had enough of us, or does not know what it does. Pure, `now` passed in.

A message of doubtful fate is sent once more and then parked. So that an outage does not park all that falls
into it, nothing is sent while Telegram is unwell: after a doubt it has to answer a harmless question first,
and then gets one message at a time until one arrives.
"""

from storage.claims import Ended, Outcome

SLOWEST = 60.0
REVOKED_WAIT = 30.0


class CircuitBreaker:
    """Times are seconds of any one clock that only goes forward."""

    def __init__(self) -> None:
        self._until = 0.0
        self._doubts, self._doubted_at = 0, -1.0
        """Attempts of doubtful fate since one was answered; those under way together are one."""
        self._refused: dict[int, float] = {}
        """Chats that were told to wait (429), and until when."""

    @property
    def unsure(self) -> bool:
        """Whether the last that was heard of Telegram is that nobody knows what it did."""
        return self._doubts > 0

    def wait(self, now: float) -> float:
        """Seconds until anything may be sent."""
        return max(0.0, self._until - now)

    def hear(self, outcome: Outcome, chat_id: int, begun: float, now: float) -> None:
        """What came of an attempt that began then."""
        match outcome.ended:
            case Ended.IN_DOUBT:
                self.doubt(begun, now)
            case Ended.NOT_SENT:
                pass
            case Ended.REVOKED:
                self._hold(now + REVOKED_WAIT)
            case Ended.WAIT:
                self._refuse(chat_id, now + outcome.wait, now)
            case _:
                self._doubts = 0

    def doubt(self, begun: float, now: float) -> None:
        """An attempt that began then may or may not have been carried out."""
        if begun > self._doubted_at:
            self._doubts, self._doubted_at = self._doubts + 1, now
            self._hold(now + min(SLOWEST, 2.0 ** (self._doubts - 1)))

    def _refuse(self, chat_id: int, until: float, now: float) -> None:
        """Telegram does not say whom a 429 is about: two chats at the same time are the whole bot."""
        self._refused = {chat: end for chat, end in self._refused.items() if end > now} | {chat_id: until}
        if len(self._refused) > 1:
            self._hold(until)

    def _hold(self, until: float) -> None:
        self._until = max(self._until, until)
