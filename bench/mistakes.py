"""Counts the mistakes of the judge, and of the rules of other trackers, on the corpora."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from bench.corpora import (
    CORPORA,
    HOUR,
    SENT_AT,
    CollectedRequest,
    Corpus,
    an_hour_after_sending,
    lines,
    request_of,
    requests_of,
    signatures,
    user_agents,
)
from bench.other_trackers import ISBOT, OTHER_TRACKERS, FetchFacts, Rule, isbot_rule
from bench.programs import UnavailableError
from tracking import Fetch, History, Kind, Request, Verdict, Windows
from tracking.agents import identify
from tracking.replay import replay
from tracking.verdicts import fold

READBACK = "Readback"


class Score(NamedTuple):
    """Mistakes, and out of how many."""

    false_opens: int
    not_opens: int
    missed_opens: int
    opens: int


class Alerts(NamedTuple):
    false_loud: int
    missed_loud: int
    loud: int


class Mistakes(NamedTuple):
    """All mistakes on one corpus."""

    requests: Score
    histories: Score
    alerts: Alerts


class Decision(NamedTuple):
    """One fetch of a history: what it should have been, and what a tracker called it."""

    link: str
    expected: str
    expected_alert: str
    opens: bool
    loud: bool


class Answer(NamedTuple):
    """The judge's final answer to one fetch of a history, and what it should have been."""

    link: str
    expected: dict[str, str]
    given: dict[str, str]


def judged(request: Request, history: History) -> Verdict:
    fetch = Fetch("f", SENT_AT + HOUR, identify(request, signatures()))
    return fold(fetch, history, Windows()).verdict


@cache
def verdicts_of(corpus: Corpus) -> list[tuple[CollectedRequest, Verdict]]:
    """Return the corpus's requests with the judge's verdicts."""
    history = an_hour_after_sending()
    return [(row, judged(row.request, history)) for row in requests_of(corpus)]


@cache
def answers_of(corpus: Corpus) -> list[Answer]:
    """Return every fetch of the corpus's histories with the judge's answer."""
    events = lines(corpus.histories)
    fetches = [event for event in events if event["event"] == "fetch"]
    answers = replay(map(json.dumps, events), signatures())
    return [
        Answer(event["link"], event["expect"], given) for event, given in zip(fetches, answers, strict=True)
    ]


def of_readback(corpus: Corpus) -> Mistakes:
    decisions = [
        Decision(
            link,
            expected["verdict"],
            expected["alert"],
            given["verdict"] == Kind.OPENED,
            given["alert"] == "loud",
        )
        for link, expected, given in answers_of(corpus)
    ]
    requests = ((row.reader, verdict.kind is Kind.OPENED) for row, verdict in verdicts_of(corpus))
    return Mistakes(_score(requests), _opens(decisions), _alerts(decisions))


def of_rule(rule: Rule, corpus: Corpus) -> Mistakes:
    """Return the mistakes of a tracker with this rule. It alerts at a link's first open."""
    decisions = list(_decisions(rule, corpus))
    requests = ((row.reader, rule(_facts(row.request, 1, HOUR))) for row, _ in verdicts_of(corpus))
    return Mistakes(_score(requests), _opens(decisions), _alerts(decisions))


def of_isbot() -> dict[str, Mistakes]:
    """Return isbot's mistakes for each corpus. Raises UnavailableError."""
    rule = isbot_rule(user_agents())
    return {corpus.name: of_rule(rule, corpus) for corpus in CORPORA}


def of_all() -> tuple[dict[str, dict[str, Mistakes]], str]:
    """Return every tracker's mistakes for each corpus, and why isbot's are missing, if they are."""
    found = {READBACK: {corpus.name: of_readback(corpus) for corpus in CORPORA}}
    for name, rule in OTHER_TRACKERS.items():
        found[name] = {corpus.name: of_rule(rule, corpus) for corpus in CORPORA}
    try:
        found[ISBOT] = of_isbot()
    except UnavailableError as why:
        return found, str(why)
    return found, ""


def confusion(corpus: Corpus) -> dict[str, Counter[str]]:
    """Return for each label of the requests how often each verdict came."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row, verdict in verdicts_of(corpus):
        found[row.label][verdict.kind] += 1
    return dict(found)


def _facts(request: Request, place: int, since_sent: float) -> FetchFacts:
    network = signatures().networks.of(request.address)
    return FetchFacts(request.headers.get("user-agent", ""), network, place, since_sent)


def _decisions(rule: Rule, corpus: Corpus) -> Iterator[Decision]:
    sent: dict[str, float] = {}
    places: Counter[str] = Counter()
    alerted: set[str] = set()
    for event in lines(corpus.histories):
        link, at = event["link"], datetime.fromisoformat(event["at"]).timestamp()
        if event["event"] == "sent":
            sent.setdefault(link, at)
        if event["event"] != "fetch":
            continue
        opens = link in sent and rule(_facts(request_of(event), places[link], at - sent[link]))
        places[link] += link in sent
        expect: dict[str, Any] = event["expect"]
        yield Decision(link, expect["verdict"], expect["alert"], opens, opens and link not in alerted)
        alerted |= {link} if opens else set()


def _score(pairs: Iterable[tuple[bool, bool]]) -> Score:
    """Count the mistakes. A pair says: may a person have opened? was it called an open?"""
    found = Counter(pairs)
    return Score(
        found[False, True],
        found[False, True] + found[False, False],
        found[True, False],
        found[True, True] + found[True, False],
    )


def _opens(decisions: Iterable[Decision]) -> Score:
    """Score the opens. A repeat is neither an open of its own nor a mistake."""
    return _score((one.expected == "opened", one.opens) for one in decisions if one.expected != "repeat")


def _alerts(decisions: Iterable[Decision]) -> Alerts:
    """Score the loud alerts. False: nobody is known to have opened. Missed: the open was not even counted."""
    known = list(decisions)
    false = sum(
        one.loud and one.expected_alert != "loud" and one.expected not in ("opened", "repeat")
        for one in known
    )
    loud = [one for one in known if one.expected_alert == "loud"]
    return Alerts(false, sum(not (one.opens or one.loud) for one in loud), len(loud))
