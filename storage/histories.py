"""The histories of links, as `Link.history` keeps them: compact JSON."""

import msgspec

from tracking.facts import Agent, Reason
from tracking.history import History, Statements
from tracking.runs import Rows, Run
from tracking.summary import FetchSummary, Gap, QuietFetch, Sent, SuspectOpen, View


class _Packed(msgspec.Struct, omit_defaults=True):
    """A history as it is stored. The names never change, whatever the fields are called by now."""

    sent: Sent | None = None
    draft_until: float | None = None
    peeks: tuple[tuple[float, float], ...] = ()
    own: frozenset[str] | None = None
    theirs: frozenset[str] | None = None
    closed_at: float | None = None
    objected: bool = False
    pasted: bool = False
    draft_agents: frozenset[Agent] | None = None
    first_draft: float | None = None
    last_draft: float | None = None
    devices: frozenset[str] | None = None
    armed: Sent | None = None
    views: dict[Agent, View] = {}
    proxied: frozenset[Reason] | None = None
    first_proxied: float | None = None
    opens: int = 0
    first_open: float | None = None
    last_open: float | None = None
    scanned: bool = False
    machine_at: float | None = None
    suspect: SuspectOpen | None = None
    slept: Gap | None = None
    scanners: tuple[str, ...] = ()
    quiet: QuietFetch | None = None
    flooded_at: float | None = None
    run: Run | None = None
    full_at: float = 0.0


# The hot path reads and writes a history for each fetch: 4 us, and 23 with the standard library's JSON.
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(_Packed).decode


def dump(history: History) -> str:
    """Return the history as compact JSON, for the link's row. What is empty or unknown is left out."""
    sent, draft_until, peeks, own, not_own, closed_at, objected, pasted = history.statements
    summary = history.summary
    packed = _Packed(
        sent,
        draft_until,
        peeks,
        own or None,
        not_own or None,
        closed_at,
        objected,
        pasted,
        summary.draft_agents or None,
        summary.first_draft,
        summary.last_draft,
        summary.devices or None,
        summary.inferred_sent,
        summary.views,  # type: ignore[arg-type]  # any mapping is packed like a dict
        summary.proxied or None,
        summary.first_proxied,
        summary.opens,
        summary.first_open,
        summary.last_open,
        summary.scanned,
        summary.machine_at,
        summary.suspect,
        summary.last_gap,
        summary.scanners,
        summary.quiet,
        summary.flooded_at,
        history.rows.run,
        history.rows.full_at,
    )
    return _encode(packed).decode()


def load(text: str) -> History:
    """Return the history that `dump` packed. An empty text is a link without statements and fetches.

    Raises msgspec.DecodeError if it cannot be read.
    """
    if not text:
        return History()
    packed = _decode(text)
    statements = Statements(
        packed.sent,
        packed.draft_until,
        packed.peeks,
        packed.own or frozenset(),
        packed.theirs or frozenset(),
        packed.closed_at,
        packed.objected,
        packed.pasted,
    )
    summary = FetchSummary(
        packed.draft_agents or frozenset(),
        packed.first_draft,
        packed.last_draft,
        packed.devices or frozenset(),
        packed.armed,
        packed.views,
        packed.proxied or frozenset(),
        packed.first_proxied,
        packed.opens,
        packed.first_open,
        packed.last_open,
        packed.scanned,
        packed.machine_at,
        packed.suspect,
        packed.slept,
        packed.scanners,
        packed.quiet,
        packed.flooded_at,
    )
    return History(statements, summary, Rows(packed.run, packed.full_at))
