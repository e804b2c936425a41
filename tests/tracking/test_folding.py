"""Folding a run of repeats gives the same history as judging one fetch after the other."""

from hypothesis import given
from hypothesis import strategies as some

from tests.tracking.stories import BARE, CHROME_IN_AZURE, CURL, GMAIL, PREFETCH, SCRIPT
from tracking import (
    Agent,
    Fetch,
    History,
    Kind,
    Network,
    Reason,
    Sighting,
    Statement,
    StatementKind,
    Windows,
)
from tracking.folding import LinkFold
from tracking.history import Statements
from tracking.verdicts import fold

OFFICE = Sighting(Agent.BROWSER, Network.DATACENTRE, rendered=True)
DEFENDER = Sighting(Agent.SCANNER, Network.MAIL_SECURITY, Reason.SCANNER_AGENT)
WINDOWS = Windows(longest_view=60)

sighting = some.sampled_from([GMAIL, BARE, BARE, OFFICE, PREFETCH, CURL, SCRIPT, DEFENDER, CHROME_IN_AZURE])
program = some.sampled_from(["", "chrome 101", "firefox 128"])
device = some.sampled_from([None, None, "home", "office"])
run = some.tuples(
    sighting, device, program, some.lists(some.sampled_from([0.0, 0.4, 3, 9, 28, 31, -0.5, -3]), max_size=12)
)
storms = some.lists(run, min_size=1, max_size=5)
kind = some.sampled_from(
    [
        StatementKind.SENT,
        StatementKind.TOLD_SENT,
        StatementKind.PEEK,
        StatementKind.DRAFT,
        StatementKind.STOPPED,
        StatementKind.OBJECTED,
    ]
)
statements = some.lists(some.tuples(kind, some.integers(990, 1150)), max_size=3)


@given(storms, statements, some.sampled_from([980.0, 1015.0]))
def test_a_fold_says_what_the_judge_says_of_each_fetch(
    storms: list[tuple[Sighting, str | None, str, list[float]]],
    told: list[tuple[StatementKind, int]],
    sent_at: float,
) -> None:
    said = Statements().apply(Statement(StatementKind.SENT, sent_at))
    for kind, about in told:
        said = said.apply(Statement(kind, float(about), until=about + 5.0))
    at, history = 1000.0, History(said)
    link_fold = LinkFold(history, WINDOWS)
    for sighting, device, program, pauses in storms:
        for pause in pauses:
            at += pause
            fetch = Fetch(f"at {at}", at, sighting, device, program)
            verdict, history, exposed = fold(fetch, history, WINDOWS)
            if link_fold.extends_run(at, sighting, device):
                assert (verdict.kind, exposed) == (Kind.REPEAT, None)
            else:
                assert link_fold.fold(fetch)[::2] == (verdict, exposed)
    assert link_fold.history == history


def test_five_thousand_fetches_of_one_open_go_before_the_judge_three_times() -> None:
    link_fold = LinkFold(History(Statements().apply(Statement(StatementKind.SENT, 0.0))), Windows())
    judged = 0
    for number in range(5000):
        at = 1000 + number / 100
        if not link_fold.extends_run(at, GMAIL, None):
            judged += 1
            link_fold.fold(Fetch(f"f{number}", at, GMAIL))
    # The open, the first repeat, and one more when thirty seconds had gone by.
    assert judged == 3
    assert link_fold.history.summary.opens == 1
