"""Paces messages to Telegram by token buckets, each kept as a single number.

Telegram's limits: one message a second to one chat, where short bursts may pass; 20 a minute to one group;
30 a second to all chats together (core.telegram.org/bots/faq, "My bot is hitting limits"; they are also
`telegram.constants.FloodLimit` in python-telegram-bot). They are not exact, so a 429 is obeyed as well.

The number is `full_at`, in epoch seconds: when the bucket will be full again. (The algorithm is GCRA, the
generic cell rate algorithm, which calls it the theoretical arrival time.) It is stored with the chat, so that
neither a restart nor a second worker spends an allowance twice.
"""

from typing import NamedTuple


class Pace(NamedTuple):
    """A limit: `burst` messages at once after a rest, and then one every `every` seconds."""

    every: float
    burst: int
    kept: int = 0
    """Messages of the burst that only urgent ones may use."""

    @property
    def reserve(self) -> float:
        """The seconds by which `full_at` may lie ahead of now while one more message is allowed."""
        return (self.burst - 1) * self.every

    @property
    def calm_reserve(self) -> float:
        """The same for a message that is not urgent."""
        return self.reserve - self.kept * self.every

    def ready_at(self, full_at: float) -> float:
        """Return when the next message is allowed."""
        return full_at - self.reserve

    def allows(self, full_at: float, now: float) -> int:
        """Return how many messages are allowed at once."""
        if now < self.ready_at(full_at):
            return 0
        return min(self.burst, int((now - self.ready_at(full_at)) / self.every) + 1)

    def after(self, full_at: float, now: float) -> float:
        """Return `full_at` as it is after one message sent now."""
        return max(full_at, now) + self.every


PRIVATE = Pace(every=1.0, burst=30)
"""One a second. Telegram does not say how long a burst may be; 30 is our choice, so that `/track` for a team
is answered at once."""
GROUP = Pace(every=4.0, burst=5, kept=2)
"""20 in any minute: a burst of 5, and 15 more at one in 4 s.

Two of the burst are kept for what is urgent. Without them an open would wait for up to 4 s behind a queue of
edits, and an open and a command at the same time for up to 8 s. The queue only starts with a smaller burst:
after that, it sends one every 4 s either way. A private chat keeps none, as its next message is due in 1 s.
"""
ALL_CHATS = Pace(every=1 / 26, burst=4)
"""30 in any second: a burst of 4, and 26 more."""
