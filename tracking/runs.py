"""Runs: what one program fetches again and again, kept as one row with a count.

Providers fetch an image up to thousands of times for one open, and whoever has the mail can fetch it for
ever. A row for each would fill the disk, and judging a link again would take minutes. So a fetch that says
nothing new continues the row of the one before it. If many programs fetch too often, they are only counted.
"""

from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from tracking.facts import Agent, Fetch, Kind, Network, Reason, Sighting

LONGEST_RUN = 60.0
"""Seconds from the first to the last fetch of a row: what is said afterwards may fall between the two."""
LONGEST_PAUSE = 30.0
"""Seconds between two fetches of a row."""
ROWS_AT_ONCE = 600
"""Rows that a link may get at once. A reader makes a few, a company's scanners some dozens."""
SECONDS_A_ROW = 3.0
"""Seconds after which it may get one more."""

FLOOD = Sighting(Agent.UNKNOWN, Network.UNKNOWN, Reason.FLOOD)
"""The sighting of a row that only counts."""
FLOOD_KEY = "flood"
_HEARD_OF = frozenset({Kind.ACTIVATED, Kind.OPENED})


class Run(NamedTuple):
    """The row of a link's newest fetch, if further ones may continue it."""

    id: str
    """The id of its first fetch. The end of an id is the same for all that one pixel server has made."""
    program: str
    """The result of `program_key`, or FLOOD_KEY."""
    reason: Reason
    began: float
    last: float


class Rows(NamedTuple):
    """The rows of a link's fetches, as far as storing the next one needs to know of them."""

    run: Run | None = None
    full_at: float = 0.0
    """When its allowance of rows is full again, in epoch seconds."""

    def is_used_up(self, at: float) -> bool:
        """Return True if the link may not get one more row now."""
        return self._after_one_more(at) - at > ROWS_AT_ONCE * SECONDS_A_ROW

    def begin(self, run: Run | None, at: float) -> "Rows":
        """Return the rows with one more, which further fetches may continue if it is a run."""
        return Rows(run, self._after_one_more(at))

    def go_on(self, at: float) -> "Rows":
        """Return the rows after one more fetch of the run."""
        assert self.run  # noqa: S101  # whoever calls this has compared it
        return Rows(Run(self.run.id, self.run.program, self.run.reason, self.run.began, at), self.full_at)

    def _after_one_more(self, at: float) -> float:
        return max(self.full_at, at) + SECONDS_A_ROW


def program_key(sighting: Sighting, device: str | None, user_agent: str) -> str:
    """Return 8 hexadecimal digits by which a program that fetches again is recognised, on the same link."""
    return f"{crc32((device or '').encode(), _crc_of(sighting, user_agent)):08x}"


@lru_cache(1024)
def _crc_of(sighting: Sighting, user_agent: str) -> int:
    return crc32(f"{sighting}\0{user_agent}\0".encode("utf-8", "surrogatepass"))


def may_continue(run: Run | None, fetch: Fetch, program: str) -> bool:
    """Return True if a fetch may belong to the run: the verdict on it decides.

    Only the pixel server that began a row continues it: after a commit in doubt, it finds out from the row's
    last id what was committed.
    """
    return (
        run is not None
        and run.program == program
        and run.last <= fetch.at <= min(run.last + LONGEST_PAUSE, run.began + LONGEST_RUN)
        and run.id[16:] == fetch.id[16:]
    )


def is_heard_of(kind: Kind, *, is_first_proxied: bool) -> bool:
    """Return True if the chat hears of such a fetch. It gets a row of its own, however many there are.

    They are few by themselves: an agent's next open comes when a view of it has ended.
    """
    return kind in _HEARD_OF or (kind is Kind.PROXIED and is_first_proxied)
