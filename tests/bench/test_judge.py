"""The tables in docs/judging.md and the figures in Why? are what `python -m bench judge` measures."""

import re
from pathlib import Path

import pytest

from bench import calibrating, mistakes
from bench.corpora import CORPORA, Corpus, lines
from bench.mistakes import READBACK, Mistakes
from bench.other_trackers import ISBOT, OTHER_TRACKERS
from bench.peers import installing
from tracking import Confidence

JUDGING = (Path(__file__).parents[2] / "docs" / "judging.md").read_text("utf-8")


def section(title: str) -> str:
    """The text under a heading of the docs."""
    return JUDGING.partition(f"{title}\n")[2].partition("\n#")[0]


def row(title: str, name: str) -> list[int]:
    """The numbers of a row of the table under this heading."""
    found = re.search(rf"^\| \**{re.escape(name)}\** \|(.+)\|$", section(title), re.MULTILINE)
    assert found, f"{name} under {title}"
    return [int(cell.replace(",", "")) for cell in re.findall(r"[\d,]+", found[1])]


def requests_row(of: dict[str, Mistakes]) -> list[int]:
    scores = [of[corpus.name].requests for corpus in CORPORA]
    return [number for score in scores for number in (score.false_opens, score.missed_opens)]


def histories_row(of: dict[str, Mistakes]) -> list[int]:
    found = [of[corpus.name] for corpus in CORPORA]
    return [
        number
        for _, opens, alerts in found
        for number in (opens.false_opens, opens.missed_opens, alerts.false_loud, alerts.missed_loud)
    ]


def holds_in_the_docs(name: str, of: dict[str, Mistakes]) -> None:
    assert row("### Single requests", name) == requests_row(of)
    assert row("### Whole histories", name) == histories_row(of)


def test_the_judges_mistakes_in_the_docs_are_measured() -> None:
    holds_in_the_docs(READBACK, {corpus.name: mistakes.of_readback(corpus) for corpus in CORPORA})


@pytest.mark.parametrize("name", OTHER_TRACKERS)
def test_the_mistakes_of_others_in_the_docs_are_measured(name: str) -> None:
    rule = OTHER_TRACKERS[name]
    holds_in_the_docs(name, {corpus.name: mistakes.of_rule(rule, corpus) for corpus in CORPORA})


@pytest.mark.skipif(not installing.has_isbot(), reason="isbot is not installed")
def test_isbots_mistakes_in_the_docs_are_measured() -> None:
    holds_in_the_docs(ISBOT, mistakes.of_isbot())


def test_the_docs_say_out_of_how_many() -> None:
    found = [mistakes.of_readback(corpus) for corpus in CORPORA]
    requests = [number for one in found for number in (one.requests.not_opens, one.requests.opens)]
    histories = [
        number
        for one in found
        for number in (
            one.histories.not_opens,
            one.histories.opens,
            one.histories.not_opens,
            one.alerts.loud,
        )
    ]
    assert row("### Single requests", "of") == requests
    assert row("### Whole histories", "of") == histories


@pytest.mark.parametrize("confidence", Confidence)
def test_how_often_each_confidence_was_wrong_is_measured(confidence: Confidence) -> None:
    counts = [calibrating.by_confidence(corpus)[confidence] for corpus in CORPORA]
    counts.append(calibrating.by_confidence(*CORPORA)[confidence])
    expected = [number for count in counts for number in (count.wrong, count.judged)]
    assert row("### How often each confidence was wrong", confidence) == expected


def test_why_tells_what_is_measured() -> None:
    text = calibrating.FILE.read_text("utf-8")
    told = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    measured = [[*verdict, *map(str, count)] for verdict, count in calibrating.by_verdict().items()]
    assert [columns[:-1] for columns in told] == measured, "run: python -m bench judge --calibrate"


def test_the_judge_is_right_whenever_it_is_sure() -> None:
    count = calibrating.by_confidence(*CORPORA)["strong"]
    assert count.wrong == 0
    assert count.judged > 1000


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_every_collected_request_and_history_says_what_it_should_be(corpus: Corpus) -> None:
    for entry in lines(corpus.requests):
        assert "want" in entry or "human_possible" in entry
    for event in lines(corpus.histories):
        assert ("expect" in event) is (event["event"] == "fetch")


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.name)
def test_no_rule_makes_more_mistakes_than_there_are_fetches(corpus: Corpus) -> None:
    for rule in OTHER_TRACKERS.values():
        requests, histories, alerts = mistakes.of_rule(rule, corpus)
        for score in (requests, histories):
            assert score.false_opens <= score.not_opens
            assert score.missed_opens <= score.opens
        assert alerts.missed_loud <= alerts.loud
