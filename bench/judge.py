"""How often the judge is wrong on the corpora, beside the rules of other trackers.

`tests/corpus/requests.jsonl` holds single requests with a label. They are judged as if each came an hour
after a mail was sent from Gmail. `timelines.jsonl` holds whole histories with the verdict and alert that each
fetch must get.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from bench.other_trackers import OTHER_TRACKERS, FetchFacts, Rule
from bench.programs import ROOT
from tracking import (
    History,
    Kind,
    Request,
    Sighting,
    Statement,
    StatementKind,
    Statements,
    Verdict,
    Windows,
    machines,
)
from tracking.agents import Signatures, identify, load
from tracking.facts import Agent, Fetch, Network
from tracking.replay import replay
from tracking.verdicts import fold

CORPUS = ROOT / "tests" / "corpus"
READBACK = "Readback"
HOUR = 3600.0
ROUNDS = 9


class Score(NamedTuple):
    """Mistakes, and out of how many."""

    false_opens: int
    not_opens: int
    missed_opens: int
    opens: int


@cache
def signatures() -> Signatures:
    return load(machines.patterns())


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / name).read_text("utf-8").splitlines()]


# --- single requests --------------------------------------------------------------------------------


def request_of(entry: dict[str, Any]) -> Request:
    headers = {name.lower(): value for name, value in entry.get("headers", {}).items()}
    if "ua" in entry:
        headers["user-agent"] = entry["ua"]
    return Request(entry.get("method", "GET"), headers, entry.get("ip"))


def an_hour_after_sending() -> History:
    """Return the history of a mail that was written in Gmail and sent."""
    gmail = Fetch("draft", 0.0, Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY))
    drafted = fold(gmail, History(), Windows()).history
    return drafted._replace(statements=Statements().apply(Statement(StatementKind.SENT, 60.0)))


def judged(request: Request, history: History) -> Verdict:
    sighting = identify(request, signatures())
    return fold(Fetch("f", 60 + HOUR, sighting), history, Windows()).verdict


def facts_of(request: Request, place: int, since_sent: float) -> FetchFacts:
    network = signatures().networks.of(request.address)
    return FetchFacts(request.headers.get("user-agent", ""), network, place, since_sent)


def score(pairs: Iterable[tuple[bool, bool]]) -> Score:
    """Count the mistakes. A pair says: may a person have opened? was it called an open?"""
    found = Counter(pairs)
    return Score(
        found[False, True],
        found[False, True] + found[False, False],
        found[True, False],
        found[True, True] + found[True, False],
    )


def scores_of_requests() -> dict[str, Score]:
    entries, history = lines("requests.jsonl"), an_hour_after_sending()

    def readback(entry: dict[str, Any]) -> bool:
        return judged(request_of(entry), history).kind is Kind.OPENED

    def by(rule: Rule) -> Callable[[dict[str, Any]], bool]:
        return lambda entry: rule(facts_of(request_of(entry), 1, HOUR))

    deciding = {READBACK: readback, **{name: by(rule) for name, rule in OTHER_TRACKERS.items()}}
    return {
        name: score((entry["human_possible"], opens(entry)) for entry in entries)
        for name, opens in deciding.items()
    }


def confusion() -> dict[str, Counter[str]]:
    """Return for each label of the requests how often each verdict came."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    history = an_hour_after_sending()
    for entry in lines("requests.jsonl"):
        found[entry["label"]][judged(request_of(entry), history).kind] += 1
    return dict(found)


# --- whole histories --------------------------------------------------------------------------------


class Decision(NamedTuple):
    """One fetch of a history: what it should have been, and what a tracker called it."""

    link: str
    expected: str
    expected_alert: str
    opens: bool
    loud: bool


def replayed() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Yield every fetch of the histories with the judge's final answer."""
    events = lines("timelines.jsonl")
    answers = replay(map(json.dumps, events), signatures())
    return zip((event for event in events if event["event"] == "fetch"), answers, strict=True)


def decisions_of_readback() -> Iterator[Decision]:
    for event, answer in replayed():
        opens, loud = answer["verdict"] == Kind.OPENED, answer["alert"] == "loud"
        yield Decision(event["link"], event["expect"]["verdict"], event["expect"]["alert"], opens, loud)


def decisions_of(rule: Rule) -> Iterator[Decision]:
    """Yield what a tracker with this rule would have decided. It alerts at a link's first open."""
    sent: dict[str, float] = {}
    places: Counter[str] = Counter()
    alerted: set[str] = set()
    for event in lines("timelines.jsonl"):
        link, at = event["link"], datetime.fromisoformat(event["at"]).timestamp()
        if event["event"] == "sent":
            sent.setdefault(link, at)
        if event["event"] != "fetch":
            continue
        opens = link in sent and rule(facts_of(request_of(event), places[link], at - sent[link]))
        places[link] += link in sent
        expect = event["expect"]
        yield Decision(link, expect["verdict"], expect["alert"], opens, opens and link not in alerted)
        alerted |= {link} if opens else set()


class Alerts(NamedTuple):
    false_loud: int
    missed_loud: int
    loud: int


def scores_of_timelines() -> dict[str, tuple[Score, Alerts]]:
    found = {READBACK: list(decisions_of_readback())}
    found |= {name: list(decisions_of(rule)) for name, rule in OTHER_TRACKERS.items()}
    return {name: (_opens(decisions), _alerts(decisions)) for name, decisions in found.items()}


def _opens(decisions: list[Decision]) -> Score:
    """Score the opens. A repeat is neither an open of its own nor a mistake."""
    return score((one.expected == "opened", one.opens) for one in decisions if one.expected != "repeat")


def _alerts(decisions: list[Decision]) -> Alerts:
    """Score the loud alerts. False: nobody is known to have opened. Missed: the open was not even counted."""
    false = sum(
        one.loud and one.expected_alert != "loud" and one.expected not in ("opened", "repeat")
        for one in decisions
    )
    loud = [one for one in decisions if one.expected_alert == "loud"]
    return Alerts(false, sum(not (one.opens or one.loud) for one in loud), len(loud))


# --- confidence, and speed --------------------------------------------------------------------------


def calibration() -> dict[str, tuple[int, int]]:
    """Return for each confidence how many verdicts had it, and how many of those were right."""
    found: dict[str, list[bool]] = defaultdict(list)
    for event, answer in replayed():
        found[answer["confidence"]].append(answer["verdict"] == event["expect"]["verdict"])
    history = an_hour_after_sending()
    for entry in lines("requests.jsonl"):
        verdict = judged(request_of(entry), history)
        found[verdict.confidence].append((verdict.kind is Kind.OPENED) == entry["human_possible"])
    return {confidence: (len(right), sum(right)) for confidence, right in found.items()}


def microseconds(*, warm: bool) -> float:
    """Return the microseconds of one judgement: identify the request, judge it, fold it into its history."""
    requests, history = [request_of(entry) for entry in lines("requests.jsonl")], an_hour_after_sending()
    known = signatures()
    rounds = []
    for _ in range(ROUNDS):
        if not warm:
            known.who.cache_clear()
            known.placed.cache_clear()
        start = perf_counter()
        for request in requests:
            fold(Fetch("f", 60 + HOUR, identify(request, known)), history, Windows())
        rounds.append((perf_counter() - start) / len(requests) * 1e6)
    return median(rounds[1:])


def look_up_microseconds() -> float:
    """Return the microseconds of finding one address among all known prefixes, without a cache."""
    addresses = [f"{first}.{second}.7.9" for first in range(1, 224) for second in range(0, 250, 25)]
    networks, start = signatures().networks, perf_counter()
    for address in addresses:
        networks.of(address)
    return (perf_counter() - start) / len(addresses) * 1e6


# --- the report -------------------------------------------------------------------------------------


def report() -> None:
    _print_scores()
    _print_confusion()
    print("\nconfidence: verdicts, of which right")
    for confidence, (count, right) in sorted(calibration().items()):
        print(f"  {confidence:9} {count:5}  {right:5}  {100 * right / count:6.2f} %")
    print("\na judgement, us")
    print(f"  user agent and address known {microseconds(warm=True):6.1f}")
    print(f"  never seen before            {microseconds(warm=False):6.1f}")
    print(f"  the address alone            {look_up_microseconds():6.2f}")


def _print_scores() -> None:
    requests, timelines = scores_of_requests(), scores_of_timelines()
    print(f"{'':36} {'requests':^23} {'histories':^47}")
    print(f"{'':36} machines  readers missed  false opens  missed  false loud  missed loud")
    for name, (machines_, _, missed, _) in requests.items():
        opens, alerts = timelines[name]
        print(
            f"{name:36} {machines_:8} {missed:15} {opens.false_opens:12} {opens.missed_opens:7}"
            f" {alerts.false_loud:11} {alerts.missed_loud:12}"
        )
    some, (opens, alerts) = requests[READBACK], timelines[READBACK]
    print(
        f"{'of':36} {some.not_opens:8} {some.opens:15} {opens.not_opens:12} {opens.opens:7}"
        f" {'':11} {alerts.loud:12}"
    )


def _print_confusion() -> None:
    kinds = ("opened", "proxied", "scanned", "noise")
    print(f"\n{'label':24}" + "".join(f"{kind:>9}" for kind in kinds))
    for label, found in sorted(confusion().items()):
        print(f"{label:24}" + "".join(f"{found[kind] or '.':>9}" for kind in kinds))
