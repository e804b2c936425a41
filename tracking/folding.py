"""Folds a link's new fetches, and skips the judge for most of a run of repeats.

Mail providers fetch one image up to thousands of times for one open. Once a fetch is a repeat, each further
one like it is a repeat too, until the view has lasted too long or an earlier rule applies. Any other fetch
ends the run.
"""

from typing import NamedTuple

from tracking.facts import Fetch, Kind, Sighting, Windows
from tracking.history import History
from tracking.summary import View
from tracking.verdicts import Judged, fold


class RepeatRun(NamedTuple):
    """A time in which each new fetch of this sighting and device is a repeat."""

    sighting: Sighting
    device: str | None
    since: float
    until: float


class LinkFold:
    """A link's history, to which new fetches are added in the order in which they come.

    The history is the same as after `fold` for each of them, for less work.
    """

    def __init__(self, history: History, windows: Windows) -> None:
        self._history, self._windows = history, windows
        self._run: RepeatRun | None = None
        self._last = 0.0
        """When the last fetch of the run came."""

    @property
    def history(self) -> History:
        """The history with all fetches so far. Asking for it ends a run."""
        if self._run:
            self._history = _with_view_until(self._history, self._run, self._last)
            self._run = None
        return self._history

    def extends_run(self, at: float, sighting: Sighting, device: str | None) -> bool:
        """Add a fetch if it is surely a repeat. If not, return False: it needs `fold`."""
        run = self._run
        if run is None or not (
            run.since <= at < run.until and sighting == run.sighting and device == run.device
        ):
            return False
        self._last = at
        return True

    def fold(self, fetch: Fetch) -> Judged:
        """Judge a fetch and add it."""
        judged = fold(fetch, self.history, self._windows)
        self._history = judged.history
        if judged.verdict.kind is Kind.REPEAT:
            self._run, self._last = _run_after(fetch, judged.history, self._windows), fetch.at
        return judged


def _run_after(fetch: Fetch, history: History, windows: Windows) -> RepeatRun | None:
    """Return the run that begins with a repeat, or None if an earlier rule may still apply in its course."""
    statements, summary = history
    sent, machine_at, view = history.sent(), summary.machine_at, summary.views[fetch.sighting.agent]
    if fetch.sighting.is_bare_browser and summary.scanners:
        return None
    if sent is None or fetch.at < sent.at or (machine_at is not None and fetch.at < machine_at):
        return None
    ends = [fetch.at + windows.view, view.began + windows.longest_view]
    ends += [start for start, _ in statements.peeks if start > fetch.at]
    if statements.closed_at is not None:
        ends.append(statements.closed_at)
    return RepeatRun(fetch.sighting, fetch.device, fetch.at, min(ends))


def _with_view_until(history: History, run: RepeatRun, last: float) -> History:
    agent, summary = run.sighting.agent, history.summary
    views = {**summary.views, agent: View(summary.views[agent].began, last)}
    return history._replace(summary=summary._replace(views=views))
