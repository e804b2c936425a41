"""Telegram's flood limits: a burst, then a steady pace."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.telegram.errors import too_many

TOLERANCE = 0.1
"""A message may come a tenth of its interval early, because the network shortens gaps. It still costs one."""


@dataclass(frozen=True)
class Pace:
    burst: float
    """Messages that may come at once."""
    per_second: float
    """Messages a second after that."""


@dataclass(frozen=True)
class Limits:
    """A limit that is None does not exist."""

    chat: Pace | None = Pace(30, 1)
    group: Pace | None = Pace(20, 20 / 60)
    total: Pace | None = Pace(30, 30)


LIFTED = Limits(None, None, None)


@dataclass
class Bucket:
    pace: Pace
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Return the seconds until the next message is allowed; 0 if it is allowed now."""
        self.level = min(self.pace.burst, self.level + (now - self.at) * self.pace.per_second)
        self.at = now
        return 0.0 if self.level >= 1 - TOLERANCE else (1 - self.level) / self.pace.per_second


@dataclass
class Flood:
    limits: Limits
    clock: Callable[[], float]
    buckets: dict[int, Bucket] = field(default_factory=dict)

    def admit(self, chat: int) -> None:
        """Admit one message to this chat. Raises ApiError 429 with the seconds to wait."""
        now = self.clock()
        per_chat = self.limits.chat if chat > 0 else self.limits.group
        taken = [self._bucket(chat, per_chat, now), self._bucket(0, self.limits.total, now)]
        asked = [bucket for bucket in taken if bucket]
        wait = max((bucket.wait(now) for bucket in asked), default=0.0)
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        for bucket in asked:
            bucket.level -= 1

    def _bucket(self, key: int, pace: Pace | None, now: float) -> Bucket | None:
        if pace is None:
            return None
        bucket = self.buckets.get(key)
        if bucket is None or bucket.pace != pace:
            bucket = self.buckets[key] = Bucket(pace, pace.burst, now)
        return bucket
