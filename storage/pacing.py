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

    def ready_at(self, full_at: float) -> float:
        """When the next message may go."""
        return full_at - (self.burst - 1) * self.every

    def allows(self, full_at: float, now: float) -> bool:
        return self.ready_at(full_at) <= now

    def after(self, full_at: float, now: float) -> float:
        """The number to keep once a message went now."""
        return max(full_at, now) + self.every


PRIVATE = Pace(every=1.0, burst=30)
GROUP = Pace(every=4.0, burst=5)
"""20 in any minute: the burst of 5, and 15 more at one in 4 s."""
ALL_CHATS = Pace(every=1 / 26, burst=4)
"""30 in any second."""
