"""How often the judge is wrong on the corpora, beside the rules of other trackers, and how long it takes."""

from statistics import median
from time import perf_counter

from bench import calibrating, mistakes
from bench.corpora import CORPORA, HOUR, SENT_AT, an_hour_after_sending, requests_of, signatures
from bench.mistakes import READBACK, Mistakes
from bench.other_trackers import ISBOT
from tracking import Confidence, Fetch, Windows
from tracking.agents import identify
from tracking.verdicts import fold

ROUNDS = 9


def microseconds(*, warm: bool) -> float:
    """Return the microseconds of one judgement: identify the request, judge it, fold it into its history."""
    requests = [row.request for row in requests_of(CORPORA[0])]
    history, known, rounds = an_hour_after_sending(), signatures(), list[float]()
    for _ in range(ROUNDS):
        if not warm:
            known.who.cache_clear()
            known.placed.cache_clear()
        start = perf_counter()
        for request in requests:
            fold(Fetch("f", SENT_AT + HOUR, identify(request, known)), history, Windows())
        rounds.append((perf_counter() - start) / len(requests) * 1e6)
    return median(rounds[1:])


def look_up_microseconds() -> float:
    """Return the microseconds of finding one address among all known prefixes, without a cache."""
    addresses = [f"{first}.{second}.7.9" for first in range(1, 224) for second in range(0, 250, 25)]
    networks, start = signatures().networks, perf_counter()
    for address in addresses:
        networks.of(address)
    return (perf_counter() - start) / len(addresses) * 1e6


def report() -> None:
    _print_mistakes()
    _print_confusion()
    _print_confidence()
    print("\na judgement, us")
    print(f"  user agent and address known {microseconds(warm=True):6.1f}")
    print(f"  never seen before            {microseconds(warm=False):6.1f}")
    print(f"  the address alone            {look_up_microseconds():6.2f}")


def _print_mistakes() -> None:
    found, why = mistakes.of_all()
    for corpus in CORPORA:
        print(f"\n{corpus.name:36} {'requests':^24} {'histories':^47}")
        print(f"{'':36} machines  readers missed  false opens  missed  false loud  missed loud")
        for name, of in found.items():
            print(f"{name:36}" + _cells(of[corpus.name]))
        if why:
            print(f"{ISBOT:36} {why}")
        print(f"{'of':36}" + _totals(found[READBACK][corpus.name]))


def _cells(found: Mistakes) -> str:
    requests, histories, alerts = found
    return (
        f" {requests.false_opens:8} {requests.missed_opens:15} {histories.false_opens:12}"
        f" {histories.missed_opens:7} {alerts.false_loud:11} {alerts.missed_loud:12}"
    )


def _totals(found: Mistakes) -> str:
    requests, histories, alerts = found
    return (
        f" {requests.not_opens:8} {requests.opens:15} {histories.not_opens:12} {histories.opens:7}"
        f" {'':11} {alerts.loud:12}"
    )


def _print_confusion() -> None:
    kinds = ("opened", "proxied", "scanned", "noise")
    for corpus in CORPORA:
        print(f"\n{corpus.name:30}" + "".join(f"{kind:>9}" for kind in kinds))
        for label, found in sorted(mistakes.confusion(corpus).items()):
            print(f"{label:30}" + "".join(f"{found[kind] or '.':>9}" for kind in kinds))


def _print_confidence() -> None:
    print(f"\n{'wrong, of how many':20}" + "".join(f"{name:>16}" for name in Confidence))
    for name, corpora in (*((corpus.name, (corpus,)) for corpus in CORPORA), ("all", CORPORA)):
        found = calibrating.by_confidence(*corpora)
        cells = (f"{found[word].wrong} of {found[word].judged}" for word in Confidence)
        print(f"{name:20}" + "".join(f"{cell:>16}" for cell in cells))
