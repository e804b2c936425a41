"""Whole link histories with the verdicts and alerts they must get, to the letter."""

import json
from pathlib import Path

import pytest

from tracking import machines
from tracking.agents import load
from tracking.replay import replay

TIMELINES = Path(__file__).parent.parent / "corpus" / "timelines.jsonl"


def stories() -> dict[str, list[str]]:
    """The lines of each link."""
    found: dict[str, list[str]] = {}
    for line in TIMELINES.read_text("utf-8").splitlines():
        found.setdefault(json.loads(line)["link"], []).append(line)
    return found


@pytest.mark.parametrize("story", stories().values(), ids=stories().keys())
def test_a_recorded_history_is_judged_to_the_letter(story: list[str]) -> None:
    expected = [json.loads(line).get("expect") for line in story if '"fetch"' in line]
    answers = list(replay(story, load(machines.patterns())))
    assert [{"verdict": answer["verdict"], "alert": answer["alert"]} for answer in answers] == expected
