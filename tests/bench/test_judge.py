"""The table in docs/judging.md is what `python -m bench judge` measures."""

import re
from pathlib import Path

import pytest

from bench import judge
from bench.other_trackers import OTHER_TRACKERS

JUDGING = (Path(__file__).parents[2] / "docs" / "judging.md").read_text("utf-8")


def row(name: str) -> list[int]:
    found = re.search(rf"^\| \**{re.escape(name)}\** \|(.+)\|$", JUDGING, re.MULTILINE)
    assert found, name
    return [int(cell) for cell in found[1].split("|")]


@pytest.mark.parametrize("name", [judge.READBACK, *OTHER_TRACKERS])
def test_the_table_of_the_docs_is_measured(name: str) -> None:
    requests = judge.scores_of_requests()[name]
    opens, alerts = judge.scores_of_timelines()[name]
    assert row(name) == [
        requests.false_opens,
        requests.missed_opens,
        opens.false_opens,
        opens.missed_opens,
        alerts.false_loud,
        alerts.missed_loud,
    ]


def test_no_rule_makes_more_mistakes_than_there_are_fetches() -> None:
    for opens, alerts in judge.scores_of_timelines().values():
        assert opens.false_opens <= opens.not_opens
        assert opens.missed_opens <= opens.opens
        assert alerts.missed_loud <= alerts.loud


def test_the_judge_is_right_whenever_it_is_sure() -> None:
    count, right = judge.calibration()["strong"]
    assert right == count > 1000
