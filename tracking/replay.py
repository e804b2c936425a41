"""Judges recorded histories of links: `python -m tracking replay`.

It reads JSON lines, in time order within each link, and returns one answer for each fetch, in input order.
The verdict is the one after everything has been read; `alert` is what the chat was told when the fetch came.
"""

from collections.abc import Iterable, Iterator
from math import inf

from tracking import recording
from tracking.agents import Signatures, identify
from tracking.alerting import Loudness, alert_for
from tracking.facts import Fetch, Network, Verdict, Windows, program_of
from tracking.history import History, Statement, StatementKind
from tracking.hops import client_of
from tracking.networks import home
from tracking.recording import Event, RecordedFetch
from tracking.verdicts import correct_exposed, fold, rejudge


class UnreadableLineError(Exception):
    """A line is no event. The message says which line, and why."""


_ABOUT_A_FETCH = frozenset({StatementKind.OWN, StatementKind.NOT_OWN})


class ReplayedLink:
    """One link of the recording: its fetches are judged as they come, and again after every statement."""

    def __init__(self, created_at: float) -> None:
        self.created_at = created_at
        """Epoch seconds; without end in the past if no line says it."""
        self._windows = Windows()
        self._history = History()
        self._fetches: list[Fetch] = []
        self._verdicts: list[Verdict] = []
        self._loudness: list[Loudness] = []
        self._ids = set[str]()

    def fetch(self, fetch: Fetch) -> int:
        """Judge a fetch. Return its index among the link's fetches. Raises ValueError if its id is known."""
        if fetch.id in self._ids:
            raise ValueError(f"'id' is that of an earlier fetch of this link: {fetch.id!r}")
        self._ids.add(fetch.id)
        before = self._history.summary
        verdict, self._history, exposed = fold(fetch, self._history, self._windows)
        self._fetches.append(fetch)
        self._verdicts.append(verdict)
        if exposed:
            correct_exposed(self._verdicts, self._fetches, exposed.id)
        self._loudness.append(alert_for(fetch, verdict, before, self._windows))
        return len(self._fetches) - 1

    def apply(self, statement: Statement) -> None:
        """Judge again with what was said. Raises ValueError if that is about no earlier fetch."""
        if statement.kind in _ABOUT_A_FETCH and statement.of not in self._ids:
            raise ValueError(f"'of' is no earlier fetch of this link: {statement.of!r}")
        statements = self._history.statements.apply(statement)
        self._verdicts, self._history = rejudge(self._fetches, statements, self._windows)

    def line(self, place: int) -> dict[str, str]:
        fetch, verdict = self._fetches[place], self._verdicts[place]
        return {
            "id": fetch.id,
            "agent": fetch.sighting.agent,
            "verdict": verdict.kind,
            "confidence": verdict.confidence,
            "reason": verdict.reason,
            "alert": self._loudness[place],
        }


def replay(lines: Iterable[str | bytes], signatures: Signatures) -> Iterator[dict[str, str]]:
    """Return one answer for each fetch, in input order. Raises UnreadableLineError."""
    links: dict[str, ReplayedLink] = {}
    asked: list[tuple[ReplayedLink, int]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = recording.read(line)
            link = _link_of(event, links)
            if isinstance(event.what, Statement):
                link.apply(event.what)
            elif event.what:
                asked.append((link, link.fetch(_fetch(event.what, event.at, signatures))))
        except recording.UNREADABLE as error:
            raise UnreadableLineError(f"line {number}: {error}") from None
    return (link.line(place) for link, place in asked)


def _link_of(event: Event, links: dict[str, ReplayedLink]) -> ReplayedLink:
    """Return the link of an event. Raises ValueError if it was created after the event, or twice."""
    link = links.get(event.link)
    if event.what is None and link:
        raise ValueError("'created' is not the first event of this link")
    link = link or links.setdefault(event.link, ReplayedLink(event.at if event.what is None else -inf))
    if event.at < link.created_at:
        raise ValueError("'at' is before the link was created")
    return link


def _fetch(recorded: RecordedFetch, at: float, signatures: Signatures) -> Fetch:
    request, device = recorded.request, None
    address = client_of(request.address, request.headers, signatures.hops).address
    sighting = identify(request._replace(address=address), signatures)
    user_agent = request.headers.get("user-agent", "")
    if address is not None and sighting.network is not Network.UNKNOWN:
        device = f"{home(address)} {user_agent}"
    return Fetch(recorded.id, at, sighting, device, program_of(user_agent))
