"""The summary of a link's judged fetches: all that judging the next one needs of them."""

from collections.abc import Mapping
from typing import NamedTuple

from tracking.facts import DIRECT_CLIENTS, MACHINE_SIGNS, Agent, Fetch, Kind, Reason, Verdict

# Read for every fetch: CPython 3.11 reads a member off an enumeration ten times as slowly as a global.
_OPENED, _PROXIED, _SCANNED, _NOISE = Kind.OPENED, Kind.PROXIED, Kind.SCANNED, Kind.NOISE
_FLOOD = Reason.FLOOD
_OWN, _REPEAT, _DRAFTED = Kind.OWN, Kind.REPEAT, (Kind.ACTIVATED, Kind.INSERTED)


class Sent(NamedTuple):
    """The time of sending, and how it is known."""

    at: float
    exact: bool
    """True if somebody tapped Sent, at the moment of sending. False if told afterwards, or inferred."""
    by: str = ""
    """The agent whose fetch showed that the mail was sent; empty if somebody said so."""
    since: float | None = None
    """If somebody tapped Sent while the bot was away: the mail was sent between then and `at`."""


class View(NamedTuple):
    """One open, as long as it goes on: providers fetch an image many times for it."""

    began: float
    last: float


class SuspectOpen(NamedTuple):
    """The last open by a bare browser. If a machine fetches within two seconds, it was a scanner's."""

    id: str
    at: float
    first_open: float | None
    last_open: float | None
    """The first and last open before it. They count again if this one turns out to be a scanner's."""
    successor: str = ""
    """The id of the first open after it. That one made no sound, because this one had."""


class Gap(NamedTuple):
    """A long time without an open, between two opens."""

    began: float
    ended: float


class QuietFetch(NamedTuple):
    """A fetch that the card tells of without an alert, and asks about."""

    id: str
    at: float
    reason: Reason


MOST_SCANNERS = 8
"""Programs and devices of scanners that are kept for a link, the newest."""


class FetchSummary(NamedTuple):
    """A summary of a link's fetches. It does not grow with their number."""

    draft_agents: frozenset[Agent] = frozenset()
    first_draft: float | None = None
    """For a summary from before this was kept, the last fetch of the draft until then."""
    last_draft: float | None = None
    devices: frozenset[str] = frozenset()
    """Pseudonyms of the sender's own devices, seen in the draft. Only those of direct clients."""
    inferred_sent: Sent | None = None
    """The first fetch that only a receiving side makes: the mail was sent by then."""
    views: Mapping[Agent, View] = {}
    """The last view of each agent, the sender's own included."""
    proxied: frozenset[Reason] = frozenset()
    """The reasons of all fetches that were judged `proxied`."""
    first_proxied: float | None = None
    """None too if there was one before this was kept."""
    opens: int = 0
    first_open: float | None = None
    last_open: float | None = None
    scanned: bool = False
    """A fetch was judged `scanned` when it came."""
    machine_at: float | None = None
    """When a machine last fetched."""
    suspect: SuspectOpen | None = None
    last_gap: Gap | None = None
    """The last sleep that an open has ended."""
    scanners: tuple[str, ...] = ()
    """Programs and devices that have scanned this link, the newest last."""
    quiet: QuietFetch | None = None
    """The last fetch that the card tells of quietly."""
    flooded_at: float | None = None
    """When a fetch was last only counted, because there were so many (runs.py)."""

    @property
    def shows_the_image(self) -> bool:
        """Return True if a fetch shows that the image is in the mail, or was in its draft."""
        seen = self.draft_agents or self.views or self.scanned or self.quiet
        return bool(seen) or self.machine_at is not None

    def is_asleep(self, at: float, revival: float) -> bool:
        """Return True if the link was opened, and then not again for `revival` seconds."""
        return self.last_open is not None and at - self.last_open >= revival

    def remember(self, fetch: Fetch, verdict: Verdict, *, shows_sent: bool, revival: float) -> "FetchSummary":
        """Return the summary with one more judged fetch.

        `shows_sent` says that only a receiving side makes such a fetch.
        """
        kind, reason, _confidence = verdict
        if reason is _FLOOD:
            return self._replace(flooded_at=fetch.at)
        if kind is _NOISE:
            return self._replace(machine_at=fetch.at) if reason in MACHINE_SIGNS else self
        if kind is _REPEAT:
            return self._viewed(fetch, began=self.views[fetch.sighting.agent].began)
        summary = self
        if shows_sent and not self.inferred_sent:
            summary = self._replace(inferred_sent=Sent(fetch.at, exact=False, by=fetch.sighting.agent))
        if kind is _OPENED:
            return summary._opened(fetch, revival)
        if kind is _PROXIED:
            return summary._proxied(fetch.at, reason)
        if kind is _SCANNED:
            return summary._scanned(fetch)
        if kind is _OWN:
            return summary._viewed(fetch)
        return summary._drafted(fetch) if kind in _DRAFTED else summary

    def exposed_by_machine(self, at: float, burst: float) -> SuspectOpen | None:
        """Return the open that a machine's fetch at this time exposes as a scanner's, if there is one."""
        return self.suspect if self.suspect and abs(at - self.suspect.at) <= burst else None

    def without_suspect(self) -> "FetchSummary":
        """Return the summary as if the last open by a bare browser had been a scanner's."""
        if self.suspect is None:
            return self
        _, at, first_open, last_open, _ = self.suspect
        others = self.last_open if self.last_open != at else last_open
        last_gap = self.last_gap
        if last_open is not None and last_gap and last_gap.ended == at:
            # An open within two seconds after the scanner's woke the link. Without one, it sleeps on.
            last_gap = None if others is None or others == last_open else Gap(last_open, others)
        return self._replace(
            views={agent: view for agent, view in self.views.items() if agent is not Agent.BROWSER},
            opens=self.opens - 1,
            first_open=others if first_open is None else first_open,
            last_open=others,
            suspect=None,
            last_gap=last_gap,
        )

    def _drafted(self, fetch: Fetch) -> "FetchSummary":
        agent, device = fetch.sighting.agent, fetch.device
        known = device is not None and agent in DIRECT_CLIENTS
        first = self.last_draft if self.first_draft is None else self.first_draft
        return self._replace(
            draft_agents=self.draft_agents | {agent},
            first_draft=fetch.at if first is None else first,
            last_draft=max(fetch.at, self.last_draft or fetch.at),
            devices=self.devices | {device} if known and device else self.devices,
        )

    def with_quiet(self, fetch: Fetch, verdict: Verdict) -> "FetchSummary":
        return self._replace(quiet=QuietFetch(fetch.id, fetch.at, verdict.reason))

    def _scanned(self, fetch: Fetch) -> "FetchSummary":
        seen = [fetch.program if fetch.sighting.is_bare_browser else "", fetch.device or ""]
        new = [each for each in seen if each and each not in self.scanners]
        scanners = (*self.scanners, *new)[-MOST_SCANNERS:]
        return self._replace(machine_at=fetch.at, scanned=True, scanners=scanners)

    def _proxied(self, at: float, reason: Reason) -> "FetchSummary":
        first = self.first_proxied if self.proxied else at
        return self._replace(proxied=self.proxied | {reason}, first_proxied=first)

    def _viewed(self, fetch: Fetch, *, began: float | None = None) -> "FetchSummary":
        view = View(fetch.at if began is None else began, fetch.at)
        return self._replace(views={**self.views, fetch.sighting.agent: view})

    def _opened(self, fetch: Fetch, revival: float) -> "FetchSummary":
        suspect = self.suspect
        if fetch.sighting.is_bare_browser:
            suspect = SuspectOpen(fetch.id, fetch.at, self.first_open, self.last_open)
        elif suspect and not suspect.successor:
            suspect = suspect._replace(successor=fetch.id)
        return self._replace(
            views={**self.views, fetch.sighting.agent: View(fetch.at, fetch.at)},
            opens=self.opens + 1,
            first_open=fetch.at if self.first_open is None else self.first_open,
            last_open=fetch.at,
            suspect=suspect,
            last_gap=Gap(self.last_open, fetch.at)
            if self.last_open is not None and self.is_asleep(fetch.at, revival)
            else self.last_gap,
        )
