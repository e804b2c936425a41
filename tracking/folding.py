"""Storms: one image, thousands of fetches of one look. Only the first of them go before the judge.

Once a fetch is the same look again, so is every further one like it, until the look has lasted too long
or something begins that an earlier rule asks for. Whatever else comes ends the run.
"""

from typing import NamedTuple

from tracking.facts import Fetch, Kind, Sighting, Windows
from tracking.history import History
from tracking.summary import View
from tracking.verdicts import Judged, fold


class RepeatRun(NamedTuple):
    """Every new fetch by this program from this device, in this time, is the same look again."""

    sighting: Sighting
    device: str | None
    since: float
    until: float


class LinkFold:
    """A link's new fetches, taken in as they come: to the same end as `fold` for each, for less."""

    def __init__(self, history: History, windows: Windows) -> None:
        self._history, self._windows = history, windows
        self._run: RepeatRun | None = None
        self._last = 0.0

    @property
    def history(self) -> History:
        """With all that came so far."""
        if self._run:
            self._history = _with_view_until(self._history, self._run, self._last)
            self._run = None
        return self._history

    def extends_run(self, at: float, sighting: Sighting, device: str | None) -> bool:
        """Whether a new fetch is surely the same look again; then it is taken in."""
        run = self._run
        if run is None or not (
            run.since <= at < run.until and sighting == run.sighting and device == run.device
        ):
            return False
        self._last = at
        return True

    def fold(self, fetch: Fetch) -> Judged:
        judged = fold(fetch, self.history, self._windows)
        self._history = judged.history
        if judged.verdict.kind is Kind.REPEAT:
            self._run, self._last = _run_after(fetch, judged.history, self._windows), fetch.at
        return judged


def _run_after(fetch: Fetch, history: History, windows: Windows) -> RepeatRun | None:
    """What a fetch begins that was the same look again.

    None where the rules before that one could still decide otherwise as time goes on.
    """
    statements, summary = history
    sent, machine_at, view = history.sent(), summary.machine_at, summary.views[fetch.sighting.agent]
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
