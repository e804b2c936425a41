"""How fast Telegram may be spoken to: token buckets kept as one number each.

The number is GCRA's theoretical arrival time: the moment at which the bucket will be full again.
It is stored with the chat, so that neither a restart nor a second worker spends an allowance twice.
"""

from typing import NamedTuple


class Pace(NamedTuple):
    every: float
    """Seconds after which one more message is allowed."""
    burst: int
    """Messages that may go at once after a rest."""

    @property
    def reserve(self) -> float:
        """How far the kept number may lie ahead of now for one more message to go."""
        return (self.burst - 1) * self.every

    def ready_at(self, full_at: float) -> float:
        """When the next message may go."""
        return full_at - self.reserve

    def allows(self, full_at: float, now: float) -> int:
        """How many messages may go at once."""
        if now < self.ready_at(full_at):
            return 0
        return min(self.burst, int((now - self.ready_at(full_at)) / self.every) + 1)

    def after(self, full_at: float, now: float) -> float:
        """The number to keep once a message went now."""
        return max(full_at, now) + self.every


PRIVATE = Pace(every=1.0, burst=30)
GROUP = Pace(every=4.0, burst=5)
"""20 in any minute: the burst of 5, and 15 more at one in 4 s."""
ALL_CHATS = Pace(every=1 / 26, burst=4)
"""30 in any second."""
