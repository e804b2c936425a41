"""Storms: one image, thousands of fetches of one look. Only the first of them go before the judge.

Once a fetch is the same look again, so is every further one like it, until the look has lasted too long
or something begins that an earlier rule asks for. Whatever else comes ends the storm.
"""

from typing import NamedTuple

from tracking.facts import Fetch, Kind, Sighting, Windows
from tracking.history import History
from tracking.memory import View
from tracking.verdicts import Judged, take_in


class Storm(NamedTuple):
    """Every new fetch by this program from this device, in this time, is the same look again."""

    sighting: Sighting
    device: str | None
    since: float
    until: float


class Stream:
    """A link's new fetches, taken in as they come: to the same end as `take_in` for each, for less."""

    def __init__(self, history: History, windows: Windows) -> None:
        self._history, self._windows = history, windows
        self._storm: Storm | None = None
        self._last = 0.0

    @property
    def history(self) -> History:
        """With all that came so far."""
        if self._storm:
            self._history = _with_view_until(self._history, self._storm, self._last)
            self._storm = None
        return self._history

    def goes_on(self, at: float, sighting: Sighting, device: str | None) -> bool:
        """Whether a new fetch is surely the same look again; then it is taken in."""
        storm = self._storm
        if storm is None or not (
            storm.since <= at < storm.until and sighting == storm.sighting and device == storm.device
        ):
            return False
        self._last = at
        return True

    def take_in(self, fetch: Fetch) -> Judged:
        judged = take_in(fetch, self.history, self._windows)
        self._history = judged.history
        if judged.verdict.kind is Kind.REPEAT:
            self._storm, self._last = _storm_after(fetch, judged.history, self._windows), fetch.at
        return judged


def _storm_after(fetch: Fetch, history: History, windows: Windows) -> Storm | None:
    """What a fetch begins that was the same look again.

    None where the rules before that one could still decide otherwise as time goes on.
    """
    said, memory = history
    sent, machine_at, view = history.sent(), memory.machine_at, memory.views[fetch.sighting.agent]
    if sent is None or fetch.at < sent.at or (machine_at is not None and fetch.at < machine_at):
        return None
    ends = [fetch.at + windows.view, view.began + windows.longest_view]
    ends += [start for start, _ in said.peeks if start > fetch.at]
    if said.closed_at is not None:
        ends.append(said.closed_at)
    return Storm(fetch.sighting, fetch.device, fetch.at, min(ends))


def _with_view_until(history: History, storm: Storm, last: float) -> History:
    agent, memory = storm.sighting.agent, history.memory
    views = {**memory.views, agent: View(memory.views[agent].began, last)}
    return history._replace(memory=memory._replace(views=views))
