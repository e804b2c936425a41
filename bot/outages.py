"""Keeps when the bot could tell nobody anything: it was not running, or it did not get through to Telegram.

An alert that is told late says which of the two it was, if one of them alone explains that it is late. Pure:
every time is passed in, in epoch seconds.
"""

from collections import deque
from enum import StrEnum
from typing import NamedTuple

LATE = 120.0
"""Seconds after which an alert counts as late. Retries pause for up to a minute, and a group's queue can take
as long; two minutes also show in the times that people read. A shorter delay changes nothing for anybody."""
REMEMBERED = 50
"""Outages of Telegram that are remembered: a day with one every half hour."""


class Late(StrEnum):
    """The cause of an alert's delay, as far as it is known. An outbox row keeps the word in its payload."""

    NO = ""
    BOT_DOWN = "late:bot_down"
    TELEGRAM = "late:telegram"
    UNKNOWN = "late"
    HELD = "held"
    """Quiet hours hold it, or held it until somebody changed them: it is not late."""


class _Span(NamedTuple):
    since: float
    until: float

    def shared_with(self, other: "_Span") -> float:
        return max(0.0, min(self.until, other.until) - max(self.since, other.since))


class Outages:
    """The outages of this bot, as far as they are known. Kept in memory: a new bot knows its own downtime."""

    def __init__(self) -> None:
        self._down: list[_Span] = []
        self._telegram: deque[_Span] = deque(maxlen=REMEMBERED)
        self._failing_since: float | None = None

    def was_down(self, since: float, until: float) -> None:
        """Note that the bot was not running from its last heartbeat until its start."""
        if since < until:
            self._down = [_Span(since, until)]

    def note(self, is_through: bool, at: float) -> None:
        """Note whether a request got through to Telegram and was answered. Any answer will do."""
        if not is_through:
            self._failing_since = at if self._failing_since is None else self._failing_since
        elif self._failing_since is not None:
            self._telegram.append(_Span(self._failing_since, at))
            self._failing_since = None

    def delay(self, since: float, now: float) -> Late:
        """Return whether what was due at `since` is late now, and why."""
        if now - since < LATE:
            return Late.NO
        delay, going_on = _Span(since, now), self._failing_since
        telegram = [*self._telegram, *([] if going_on is None else [_Span(going_on, now)])]
        for cause, outages in ((Late.BOT_DOWN, self._down), (Late.TELEGRAM, telegram)):
            if now - since - sum(outage.shared_with(delay) for outage in outages) < LATE:
                return cause
        return Late.UNKNOWN
