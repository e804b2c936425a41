"""Judges fetches: one by one as they come, or all of a link's again with what has been said since.

The rules themselves are in rules.py.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tracking.facts import MACHINE_SIGNS, Confidence, Fetch, Kind, Reason, Sighting, Verdict, Windows
from tracking.history import History, Statements
from tracking.rules import BURST, REPEAT, RULES, RuleInput, is_a_person, shows_it_was_sent
from tracking.summary import FetchSummary, SuspectOpen

# Read for every fetch: CPython 3.11 reads a member off an enumeration ten times as slowly as a global.
_SCANNED, _RECEIVED = Kind.SCANNED, frozenset({Kind.PROXIED, Kind.OPENED})
_DATACENTRE_BROWSER = Reason.DATACENTRE_BROWSER
_ASKED_ABOUT = frozenset({Reason.SENDER_DEVICE, Reason.UNLIKE_A_BROWSER})
"""Reasons of fetches that the card tells of, with a button by which the owner may know better."""


class Judged(NamedTuple):
    """The result of judging a fetch."""

    verdict: Verdict
    history: History
    """The link's history with this fetch."""
    exposed: SuspectOpen | None = None
    """An earlier open that was a scanner's, as this fetch shows. Its verdict becomes `BURST`."""


def _judge(case: RuleInput) -> Verdict:
    for says in _rules_about(case.fetch.sighting):
        if verdict := says(case):
            return verdict
    return Verdict(Kind.NOISE, Reason.UNKNOWN_AGENT, Confidence.WEAK)


@lru_cache(1024)
def _rules_about(sighting: Sighting) -> tuple[Callable[[RuleInput], Verdict | None], ...]:
    """Return the rules that can apply to such sightings, in their order."""
    return tuple(rule.says for rule in RULES if rule.concerns(sighting))


def fold(fetch: Fetch, history: History, windows: Windows) -> Judged:
    """Judge a fetch, and add it to the history."""
    statements, summary, rows = history
    case = RuleInput(fetch, statements, summary, history.sent(), windows)
    verdict = _judge(case)
    suspect = _exposed(case) if _is_machine(verdict) else None
    if suspect:
        summary = summary.without_suspect()
    shows_sent = verdict.kind in _RECEIVED and shows_it_was_sent(case)
    after = summary.remember(fetch, verdict, shows_sent=shows_sent, revival=windows.revival)
    return Judged(verdict, History(statements, _asking(after, case, verdict), rows), suspect)


def _asking(after: FetchSummary, case: RuleInput, verdict: Verdict) -> FetchSummary:
    """Return the summary after a fetch with what the card asks about then."""
    if _stands_on_the_card(case, verdict):
        return after.with_quiet(case.fetch, verdict)
    # The owner has looked into it, so what came before is no question any more.
    return after._replace(quiet=None) if is_a_person(case) else after


def _exposed(case: RuleInput) -> SuspectOpen | None:
    """Return the open that a machine's fetch exposes as a scanner's, unless the owner knows better."""
    suspect = case.summary.exposed_by_machine(case.fetch.at, case.windows.burst)
    return None if suspect and suspect.id in case.statements.not_own else suspect


def _stands_on_the_card(case: RuleInput, verdict: Verdict) -> bool:
    """Return True for a fetch that the card tells of, quietly, because its owner may know better.

    The usual scanners, soon after sending, are not among them: the card would tell of one for every mail.
    """
    if verdict.reason is _DATACENTRE_BROWSER:
        return case.sent is None or case.fetch.at - case.sent.at > case.windows.scanner
    return verdict.reason in _ASKED_ABOUT


def _is_machine(verdict: Verdict) -> bool:
    return verdict.kind is _SCANNED or verdict.reason in MACHINE_SIGNS


def rejudge(
    fetches: Sequence[Fetch], statements: Statements, windows: Windows, start: FetchSummary = FetchSummary()
) -> tuple[list[Verdict], History]:
    """Judge a link's stored fetches again, in order, with all that has been said since.

    `start` is the summary of the fetches before them, which are purged.
    """
    history, verdicts = History(statements, start), list[Verdict]()
    for fetch in fetches:
        verdict, history, exposed = fold_stored(fetch, history, windows)
        verdicts.append(verdict)
        if exposed:
            correct_exposed(verdicts, fetches, exposed.id)
    return verdicts, history


def fold_stored(fetch: Fetch, history: History, windows: Windows) -> Judged:
    """Judge a stored fetch again, and add it to the history: for a run, its first and its last fetch.

    The run has the verdict of its first, also if what is said afterwards falls between the two.
    """
    judged = fold(fetch, history, windows)
    if fetch.last is None:
        return judged
    statements, summary, rows = judged.history
    last = RuleInput(fetch._replace(at=fetch.last), statements, summary, judged.history.sent(), windows)
    # After an open, the others of the run belong to its view.
    verdict = REPEAT if judged.verdict.kind is Kind.OPENED else judged.verdict
    after = summary.remember(last.fetch, verdict, shows_sent=False, revival=windows.revival)
    return judged._replace(history=History(statements, _asking(after, last, verdict), rows))


def correct_exposed(verdicts: list[Verdict], fetches: Sequence[Fetch], exposed: str) -> None:
    """Change the verdict on the fetch with the id `exposed` to a scanner's, if it is not purged by now."""
    for place in reversed(range(len(verdicts))):
        if fetches[place].id == exposed:
            verdicts[place] = BURST
            return
