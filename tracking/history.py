"""What judging knows of a link besides the fetch at hand: what people said, and what was seen.

`Said` holds statements (the owner's and the recipient's); `Memory` is the running summary of the
fetches judged so far. Both are small, immutable, and stored with the link as JSON, so that a link with
a hundred thousand fetches is judged as fast as a new one.
"""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from tracking.facts import Agent, Reason
from tracking.memory import Memory, Sent, Sleep, Suspect, View


class Telling(StrEnum):
    """What can be said about a link."""

    SENT = "sent"
    TOLD_SENT = "told_sent"
    DRAFT = "draft"
    PEEK = "peek"
    OWN = "own"
    NOT_OWN = "not_own"
    STOPPED = "stopped"
    RESUMED = "resumed"
    OBJECTED = "objected"


class Statement(NamedTuple):
    """One thing somebody said.

    `at` is the moment it is about: for TOLD_SENT when the mail was sent, for DRAFT when it still was one.
    """

    telling: Telling
    at: float
    of: str = ""
    """The fetch an OWN or NOT_OWN is about."""
    until: float = 0
    """The end of a PEEK."""


class Said(NamedTuple):
    sent: Sent | None = None
    draft_until: float | None = None
    peeks: tuple[tuple[float, float], ...] = ()
    own: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    closed_at: float | None = None
    objected: bool = False

    def hear(self, statement: Statement) -> "Said":
        """The same with one more statement: what is said later wins."""
        telling, at, of, until = statement
        match telling:
            case Telling.SENT:
                # The button says "by now": pressed again it says nothing new.
                return self if self.sent and self.sent.at <= at else self._replace(sent=Sent(at, exact=True))
            case Telling.TOLD_SENT:
                still = self.draft_until if self.draft_until is not None and self.draft_until < at else None
                return self._replace(sent=Sent(at, exact=False), draft_until=still)
            case Telling.DRAFT:
                return self._replace(sent=None, draft_until=at)
            case Telling.PEEK:
                return self._replace(peeks=(*self.peeks, (at, until)))
            case Telling.OWN:
                return self._replace(own=self.own | {of}, theirs=self.theirs - {of})
            case Telling.NOT_OWN:
                return self._replace(own=self.own - {of}, theirs=self.theirs | {of})
            case Telling.STOPPED:
                return self._close(at)
            case Telling.RESUMED:
                return self if self.objected else self._replace(closed_at=None)
            case Telling.OBJECTED:
                return self._close(at)._replace(objected=True)

    def _close(self, at: float) -> "Said":
        """Recording ends, and what ended it first stands."""
        return self._replace(closed_at=at if self.closed_at is None else min(at, self.closed_at))

    def peeking(self, at: float) -> bool:
        return any(start <= at <= end for start, end in self.peeks)


class History(NamedTuple):
    """All that a fetch is judged against."""

    said: Said = Said()
    memory: Memory = Memory()

    def sent(self) -> Sent | None:
        """When the mail left, as far as is known.

        A time told afterwards is the owner's word and wins. The button only says "by now", so an
        earlier fetch that only a receiving side makes stands: people tap Sent late.
        """
        said, armed = self.said.sent, self.memory.armed
        if said and (not said.exact or not armed or said.at < armed.at):
            return said
        return armed


def dump(history: History) -> str:
    """The history as compact JSON, for the link's row."""
    said, memory = history
    packed = {
        "sent": said.sent,
        "draft_until": said.draft_until,
        "peeks": said.peeks,
        "own": sorted(said.own),
        "theirs": sorted(said.theirs),
        "closed_at": said.closed_at,
        "objected": said.objected,
        "draft_agents": sorted(memory.draft_agents),
        "last_draft": memory.last_draft,
        "devices": sorted(memory.devices),
        "armed": memory.armed,
        "views": dict(memory.views),
        "proxied": sorted(memory.proxied),
        "opens": memory.opens,
        "first_open": memory.first_open,
        "last_open": memory.last_open,
        "scanned": memory.scanned or None,
        "machine_at": memory.machine_at,
        "suspect": memory.suspect,
        "slept": memory.slept,
    }
    kept = {key: value for key, value in packed.items() if value not in (None, (), [], {})}
    return json.dumps(kept, separators=(",", ":"))


def load(text: str) -> History:
    """What `dump` packed; an empty string is a link nobody has said or seen anything of."""
    packed: dict[str, Any] = json.loads(text) if text else {}
    said = Said(
        sent=_sent(packed.get("sent")),
        draft_until=packed.get("draft_until"),
        peeks=tuple((start, end) for start, end in packed.get("peeks", ())),
        own=frozenset(packed.get("own", ())),
        theirs=frozenset(packed.get("theirs", ())),
        closed_at=packed.get("closed_at"),
        objected=packed.get("objected", False),
    )
    memory = Memory(
        draft_agents=frozenset(map(Agent, packed.get("draft_agents", ()))),
        last_draft=packed.get("last_draft"),
        devices=frozenset(packed.get("devices", ())),
        armed=_sent(packed.get("armed")),
        views={Agent(agent): View(*view) for agent, view in packed.get("views", {}).items()},
        proxied=frozenset(map(Reason, packed.get("proxied", ()))),
        opens=packed.get("opens", 0),
        first_open=packed.get("first_open"),
        last_open=packed.get("last_open"),
        scanned=packed.get("scanned", False),
        machine_at=packed.get("machine_at"),
        suspect=Suspect(*packed["suspect"]) if "suspect" in packed else None,
        slept=Sleep(*packed["slept"]) if "slept" in packed else None,
    )
    return History(said, memory)


def _sent(packed: list[Any] | None) -> Sent | None:
    return Sent(*packed) if packed else None
