"""Folds a new fetch into its link's history, and decides whether it gets a row of its own."""

from typing import NamedTuple

from tracking import runs
from tracking.facts import Fetch, Kind, Verdict, Windows
from tracking.history import History
from tracking.runs import FLOOD, FLOOD_KEY, Run
from tracking.summary import SuspectOpen
from tracking.verdicts import fold


class Folded(NamedTuple):
    """What becomes of a new fetch."""

    verdict: Verdict
    history: History
    """The link's history with it."""
    is_counted: bool = False
    """It is only counted: its row tells nothing of it but the time."""
    exposed: SuspectOpen | None = None
    """An earlier open that was a scanner's, as this fetch shows."""
    continues: str = ""
    """The id of the row that stands for this fetch too; empty if it gets a row of its own."""


def fold_new(fetch: Fetch, program: str, history: History, windows: Windows) -> Folded:
    """Judge a fetch as it comes, and add it to the history. `program` is its `runs.program_key`.

    A fetch whose verdict is `ignored` is not stored at all.
    """
    rows, is_counted = history.rows, program == FLOOD_KEY
    if rows.run and runs.may_continue(rows.run, fetch, program):
        # Judged under the row's own id: if the card asks about it, that is the fetch it asks about.
        verdict, after, exposed = fold(fetch._replace(id=rows.run.id), history, windows)
        if verdict.reason is rows.run.reason and not exposed:
            after = History(after.statements, after.summary, rows.go_on(fetch.at))
            return Folded(verdict, after, is_counted, None, rows.run.id)
    verdict, after, exposed = fold(fetch, history, windows)
    if verdict.kind is Kind.IGNORED:
        return Folded(verdict, history)
    run = None
    if not runs.is_heard_of(verdict.kind, is_first_proxied=not history.summary.proxied):
        if rows.is_used_up(fetch.at) and not is_counted:
            return fold_new(Fetch(fetch.id, fetch.at, FLOOD), FLOOD_KEY, history, windows)
        run = Run(fetch.id, program, verdict.reason, fetch.at, fetch.at)
    after = History(after.statements, after.summary, rows.begin(run, fetch.at))
    return Folded(verdict, after, is_counted, exposed)
