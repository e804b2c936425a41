"""What the fetches of a link that were judged so far left behind: all that the next one needs of them."""

from collections.abc import Mapping
from typing import NamedTuple

from tracking.facts import DIRECT_CLIENTS, MACHINE_SIGNS, Agent, Fetch, Kind, Reason, Verdict


class Sent(NamedTuple):
    at: float
    exact: bool
    """The button, at the moment of sending; False where the time was given afterwards or inferred."""
    by: str = ""
    """The agent whose fetch showed it, where it was inferred."""


class View(NamedTuple):
    """One look, as long as it lasts: providers fetch an image many times for it."""

    began: float
    last: float


class Suspect(NamedTuple):
    """The last open by a bare browser: a machine's fetch right behind it shows that it was a scanner's."""

    id: str
    at: float
    first_open: float | None
    last_open: float | None
    """The opens before it, which count again when it does not."""
    successor: str = ""
    """The first open after it, which was told quietly because of it."""


class Gap(NamedTuple):
    """A long time without a look, between two looks."""

    began: float
    ended: float


class FetchSummary(NamedTuple):
    """What the fetches judged so far left behind."""

    draft_agents: frozenset[Agent] = frozenset()
    first_draft: float | None = None
    last_draft: float | None = None
    devices: frozenset[str] = frozenset()
    """Pseudonyms of the sender's own direct clients, seen while it was a draft."""
    inferred_sent: Sent | None = None
    """Inferred: a fetch that only a receiving side makes."""
    views: Mapping[Agent, View] = {}
    proxied: frozenset[Reason] = frozenset()
    """Why providers fetched by themselves, so far."""
    first_proxied: float | None = None
    opens: int = 0
    first_open: float | None = None
    last_open: float | None = None
    scanned: bool = False
    machine_at: float | None = None
    """When a machine last fetched."""
    suspect: Suspect | None = None
    last_gap: Gap | None = None
    """The last long sleep that a look has ended."""

    def is_asleep(self, at: float, revival: float) -> bool:
        """Whether it had been looked at, and then not for so long."""
        return self.last_open is not None and at - self.last_open >= revival

    def remember(self, fetch: Fetch, verdict: Verdict, *, arms: bool, revival: float) -> "FetchSummary":
        """The same with one more judged fetch."""
        if verdict.kind is Kind.REPEAT:
            return self._viewed(fetch, began=self.views[fetch.sighting.agent].began)
        summary = self
        if arms and not self.inferred_sent:
            summary = self._replace(inferred_sent=Sent(fetch.at, exact=False, by=fetch.sighting.agent))
        match verdict.kind:
            case Kind.ACTIVATED | Kind.INSERTED:
                return summary._drafted(fetch)
            case Kind.PROXIED:
                return summary._proxied(fetch.at, verdict.reason)
            case Kind.OWN:
                return summary._viewed(fetch)
            case Kind.OPENED:
                return summary._opened(fetch, revival)
            case Kind.SCANNED:
                return summary._replace(machine_at=fetch.at, scanned=True)
            case Kind.NOISE if verdict.reason in MACHINE_SIGNS:
                return summary._replace(machine_at=fetch.at)
            case _:
                return summary

    def suspected(self, at: float, burst: float) -> Suspect | None:
        """The open that a machine's fetch at this time would expose."""
        return self.suspect if self.suspect and abs(at - self.suspect.at) <= burst else None

    def without_suspect(self) -> "FetchSummary":
        """The same as if its last open by a bare browser had been a scanner's."""
        if self.suspect is None:
            return self
        _, at, first_open, last_open, _ = self.suspect
        others = self.last_open if self.last_open != at else last_open
        last_gap = self.last_gap
        if last_open is not None and last_gap and last_gap.ended == at:
            # Whoever looked behind the scanner, within two seconds, woke it; or nobody did, and it sleeps on.
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
        return self._replace(
            draft_agents=self.draft_agents | {agent},
            first_draft=fetch.at if self.first_draft is None else self.first_draft,
            last_draft=max(fetch.at, self.last_draft or fetch.at),
            devices=self.devices | {device} if known and device else self.devices,
        )

    def _proxied(self, at: float, reason: Reason) -> "FetchSummary":
        first = at if self.first_proxied is None else self.first_proxied
        return self._replace(proxied=self.proxied | {reason}, first_proxied=first)

    def _viewed(self, fetch: Fetch, *, began: float | None = None) -> "FetchSummary":
        view = View(fetch.at if began is None else began, fetch.at)
        return self._replace(views={**self.views, fetch.sighting.agent: view})

    def _opened(self, fetch: Fetch, revival: float) -> "FetchSummary":
        suspect = self.suspect
        if fetch.sighting.bare:
            suspect = Suspect(fetch.id, fetch.at, self.first_open, self.last_open)
        elif suspect and not suspect.successor:
            suspect = suspect._replace(successor=fetch.id)
        return self._viewed(fetch)._replace(
            opens=self.opens + 1,
            first_open=fetch.at if self.first_open is None else self.first_open,
            last_open=fetch.at,
            suspect=suspect,
            last_gap=Gap(self.last_open, fetch.at)
            if self.last_open is not None and self.is_asleep(fetch.at, revival)
            else self.last_gap,
        )
