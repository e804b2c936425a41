"""Counts how often the judge was right with each confidence, and with each kind of verdict."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bench.corpora import CORPORA, CollectedRequest, Corpus
from bench.mistakes import answers_of, verdicts_of
from bench.programs import ROOT
from tracking import Confidence, Kind, Verdict

FILE = ROOT / "tracking" / "data" / "calibration.tsv"
HEAD = (
    "# How often the judge was wrong on the requests and histories of tests/corpus, by verdict, reason and"
    " confidence.\n# kind\treason\tconfidence\tjudged\twrong\tdate\n"
)


class Count(NamedTuple):
    """Verdicts, and how many of them were wrong."""

    judged: int
    wrong: int

    @property
    def right(self) -> int:
        return self.judged - self.wrong


class Judgement(NamedTuple):
    """One verdict of the judge on the corpora."""

    kind: str
    reason: str
    confidence: str
    wrong: bool


def judgements(corpora: Iterable[Corpus] = CORPORA) -> Iterator[Judgement]:
    for corpus in corpora:
        for row, verdict in verdicts_of(corpus):
            yield Judgement(*verdict, _is_wrong(row, verdict))
        for _link, expected, given in answers_of(corpus):
            wrong = given["verdict"] != expected["verdict"]
            yield Judgement(given["verdict"], given["reason"], given["confidence"], wrong)


def _is_wrong(row: CollectedRequest, verdict: Verdict) -> bool:
    if row.expected:
        return verdict.kind != row.expected
    return (verdict.kind is Kind.OPENED) != row.reader


def by_confidence(*corpora: Corpus) -> dict[str, Count]:
    """Return for each confidence how many verdicts had it, and how many of those were wrong."""
    judged, wrong = Counter[str](), Counter[str]()
    for one in judgements(corpora):
        judged[one.confidence] += 1
        wrong[one.confidence] += one.wrong
    return {name: Count(judged[name], wrong[name]) for name in Confidence}


def by_verdict() -> dict[tuple[str, str, str], Count]:
    """Return the same for each kind, reason and confidence, over all corpora, in order."""
    judged, wrong = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for one in judgements():
        judged[one[:3]] += 1
        wrong[one[:3]] += one.wrong
    return {verdict: Count(judged[verdict], wrong[verdict]) for verdict in sorted(judged)}


def write() -> None:
    """Write what the bot reads for `Why?`, with today's date."""
    today = time.strftime("%Y-%m-%d")
    rows = ["\t".join((*verdict, *map(str, count), today)) for verdict, count in by_verdict().items()]
    FILE.write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")
