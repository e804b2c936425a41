"""What judging knows of a link besides the fetch at hand: what people said, and what was seen.

`Said` holds statements (the owner's and the recipient's); `FetchSummary` is the running summary of the
fetches judged so far. Both are small, immutable, and stored with the link as JSON, so that a link with
a hundred thousand fetches is judged as fast as a new one.
"""

import json
from enum import StrEnum
from typing import Any, NamedTuple

from tracking.facts import Agent, Reason
from tracking.summary import FetchSummary, Gap, Sent, Suspect, View


class StatementKind(StrEnum):
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

    kind: StatementKind
    at: float
    of: str = ""
    """The fetch an OWN or NOT_OWN is about."""
    until: float = 0
    """The end of a PEEK."""


class Statements(NamedTuple):
    sent: Sent | None = None
    draft_until: float | None = None
    peeks: tuple[tuple[float, float], ...] = ()
    own: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    closed_at: float | None = None
    objected: bool = False

    def apply(self, statement: Statement) -> "Statements":
        """The same with one more statement: what is said later wins."""
        kind, at, of, until = statement
        match kind:
            case StatementKind.SENT:
                # The button says "by now": pressed again it says nothing new.
                return self if self.sent and self.sent.at <= at else self._replace(sent=Sent(at, exact=True))
            case StatementKind.TOLD_SENT:
                still = self.draft_until if self.draft_until is not None and self.draft_until < at else None
                return self._replace(sent=Sent(at, exact=False), draft_until=still)
            case StatementKind.DRAFT:
                return self._replace(sent=None, draft_until=at)
            case StatementKind.PEEK:
                return self if (at, until) in self.peeks else self._replace(peeks=(*self.peeks, (at, until)))
            case StatementKind.OWN:
                return self._replace(own=self.own | {of}, theirs=self.theirs - {of})
            case StatementKind.NOT_OWN:
                return self._replace(own=self.own - {of}, theirs=self.theirs | {of})
            case StatementKind.STOPPED:
                return self._close(at)
            case StatementKind.RESUMED:
                return self if self.objected else self._replace(closed_at=None)
            case StatementKind.OBJECTED:
                return self._close(at)._replace(objected=True)

    def _close(self, at: float) -> "Statements":
        """Recording ends, and what ended it first stands."""
        return self._replace(closed_at=at if self.closed_at is None else min(at, self.closed_at))

    def peeking(self, at: float) -> bool:
        return any(start <= at <= end for start, end in self.peeks)


class History(NamedTuple):
    """All that a fetch is judged against."""

    statements: Statements = Statements()
    summary: FetchSummary = FetchSummary()

    def sent(self) -> Sent | None:
        """When the mail left, as far as is known.

        A time told afterwards is the owner's word and wins. The button only says "by now", so an
        earlier fetch that only a receiving side makes stands: people tap Sent late.
        """
        told, inferred = self.statements.sent, self.summary.inferred_sent
        if told and (not told.exact or not inferred or told.at < inferred.at):
            return told
        return inferred


# The hot path reads and writes a history for each link: `json.dumps` makes an encoder every time, and calling
# an enumeration takes several times as long as asking a dict.
_packed = json.JSONEncoder(separators=(",", ":")).encode
_AGENTS = {agent.value: agent for agent in Agent}
_REASONS = {reason.value: reason for reason in Reason}


def dump(history: History) -> str:
    """The history as compact JSON, for the link's row."""
    statements, summary = history
    packed = {
        "sent": statements.sent,
        "draft_until": statements.draft_until,
        "peeks": statements.peeks,
        "own": sorted(statements.own),
        "theirs": sorted(statements.theirs),
        "closed_at": statements.closed_at,
        "objected": statements.objected,
        "draft_agents": sorted(summary.draft_agents),
        "first_draft": summary.first_draft,
        "last_draft": summary.last_draft,
        "devices": sorted(summary.devices),
        "armed": summary.inferred_sent,
        "views": dict(summary.views),
        "proxied": sorted(summary.proxied),
        "first_proxied": summary.first_proxied,
        "opens": summary.opens,
        "first_open": summary.first_open,
        "last_open": summary.last_open,
        "scanned": summary.scanned or None,
        "machine_at": summary.machine_at,
        "suspect": summary.suspect,
        "slept": summary.last_gap,
    }
    # A zero and a False stay; what is empty or unknown is left out.
    kept = {key: value for key, value in packed.items() if value or value == 0}
    return _packed(kept)


def load(text: str) -> History:
    """What `dump` packed; an empty string is a link nobody has said or seen anything of."""
    packed: dict[str, Any] = json.loads(text) if text else {}
    statements = Statements(
        sent=_sent(packed.get("sent")),
        draft_until=packed.get("draft_until"),
        peeks=tuple((start, end) for start, end in packed.get("peeks", ())),
        own=frozenset(packed.get("own", ())),
        theirs=frozenset(packed.get("theirs", ())),
        closed_at=packed.get("closed_at"),
        objected=packed.get("objected", False),
    )
    summary = FetchSummary(
        draft_agents=frozenset(map(_AGENTS.__getitem__, packed.get("draft_agents", ()))),
        first_draft=packed.get("first_draft"),
        last_draft=packed.get("last_draft"),
        devices=frozenset(packed.get("devices", ())),
        inferred_sent=_sent(packed.get("armed")),
        views={_AGENTS[agent]: View(*view) for agent, view in packed.get("views", {}).items()},
        proxied=frozenset(map(_REASONS.__getitem__, packed.get("proxied", ()))),
        first_proxied=packed.get("first_proxied"),
        opens=packed.get("opens", 0),
        first_open=packed.get("first_open"),
        last_open=packed.get("last_open"),
        scanned=packed.get("scanned", False),
        machine_at=packed.get("machine_at"),
        suspect=Suspect(*packed["suspect"]) if "suspect" in packed else None,
        last_gap=Gap(*packed["slept"]) if "slept" in packed else None,
    )
    return History(statements, summary)


def _sent(packed: list[Any] | None) -> Sent | None:
    return Sent(*packed) if packed else None
