"""What the collection says about verdicts, and when it says nothing."""

from importlib.resources import files

from tracking import Confidence, Kind, Reason, Verdict, calibration
from tracking.calibration import FEWEST, Calibration


def table() -> list[list[str]]:
    text = (files("tracking") / "data" / "calibration.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def test_every_line_is_about_a_verdict_that_the_judge_gives() -> None:
    for kind, reason, confidence, judged, wrong, _date in table():
        assert Verdict(Kind(kind), Reason(reason), Confidence(confidence))
        assert 0 <= int(wrong) <= int(judged)


def test_no_verdict_is_counted_twice() -> None:
    verdicts = [tuple(line[:3]) for line in table()]
    assert verdicts == sorted(set(verdicts))


def test_a_verdict_is_told_only_if_the_collection_has_enough_of_it() -> None:
    for kind, reason, confidence, judged, wrong, _date in table():
        known = Calibration(int(judged), int(wrong)) if int(judged) >= FEWEST else None
        assert calibration.of(kind, reason, confidence) == known


def test_a_verdict_that_the_collection_does_not_have_is_not_told() -> None:
    assert calibration.of("opened", "stopped", "strong") is None
