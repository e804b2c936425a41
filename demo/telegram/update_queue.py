"""The updates that wait for the bot until it confirms them."""

from collections import deque
from typing import Any

NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
FIRST_ID = 700_000_001


class UpdateQueue:
    def __init__(self) -> None:
        self.pending: deque[Any] = deque()
        self.allowed: frozenset[str] = frozenset()
        """The kinds that the bot wants. Empty means all, except those of NOT_BY_DEFAULT."""
        self.polls = 0
        """The number of polls so far. Only the newest one gets an answer."""
        self._next = FIRST_ID

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def add(self, kind: str, payload: dict[str, Any]) -> None:
        if self.wants(kind):
            self.pending.append({"update_id": self._next, kind: payload})
            self._next += 1

    def inject(self, element: Any, *, numbered: bool = True) -> None:
        """Add any JSON, as a proxy or a later Bot API may: with the next update_id, or without one."""
        self.pending.append(element | {"update_id": self._next} if numbered else element)
        self._next += numbered

    def remember(self, allowed: object) -> None:
        """Keep the bot's list of wanted kinds until it gives another."""
        if isinstance(allowed, list):
            self.allowed = frozenset(map(str, allowed))

    def confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while self.pending and _number(self.pending[0]) < offset:
            self.pending.popleft()

    def batch(self, limit: int) -> list[Any]:
        return list(self.pending)[:limit]

    def begin(self) -> int:
        self.polls += 1
        return self.polls


def _number(element: Any) -> int:
    """Return an update's number; 0 for an injected element that has none, which any offset confirms."""
    number = element.get("update_id") if isinstance(element, dict) else None
    return number if isinstance(number, int) else 0
