"""The questions about addresses that wait to be looked up, and how many of them may.

Whoever knows one pixel, or owns some addresses, can ask without end. So a link and a network have few places
each, and a stranger's questions leave room for a reader's.
"""

from collections import Counter
from typing import NamedTuple

from tracking.networks import home

MOST_WAITING = 256
"""The most questions that wait in all, those for their next attempt included. No forger fills memory."""
MOST_ALIKE = 8
"""The most questions that wait about one link, and about one IPv4 address or one /64 of IPv6."""


class Question(NamedTuple):
    """What is the address called that this fetch came from?"""

    fetch_id: str
    token: str
    """The token of the link that was fetched."""
    address: str
    attempts: int = 0
    """The number of times that the resolver did not answer."""


class Places:
    """Counts the questions that wait. Use it in the event loop only."""

    def __init__(self) -> None:
        self._taken = Counter[tuple[str, str]]()
        self.waiting = 0

    def take(self, question: Question) -> bool:
        """Return False if there is no place for this question: its fetch then stays in doubt."""
        shared = _shared(question)
        if self.waiting >= MOST_WAITING or any(self._taken[each] >= MOST_ALIKE for each in shared):
            return False
        self.waiting += 1
        self._taken.update(shared)
        return True

    def leave(self, question: Question) -> None:
        """Give the place of a question back, once it waits no more."""
        self.waiting -= 1
        self._taken.subtract(_shared(question))
        for each in _shared(question):
            if not self._taken[each]:
                del self._taken[each]


def _shared(question: Question) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return what a question may have in common with others: its link and its network."""
    return ("link", question.token), ("home", home(question.address))
