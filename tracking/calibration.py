"""How often the judge was wrong on the collected requests and histories, by verdict, reason and confidence.

`python -m bench judge --calibrate` counts it, and writes `data/calibration.tsv`.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

FEWEST = 20
"""Verdicts in the collection, below which it says nothing."""


class Calibration(NamedTuple):
    """Counts of the collection: the fetches that were judged so, and those of them judged wrongly."""

    judged: int
    wrong: int


def of(kind: str, reason: str, confidence: str) -> Calibration | None:
    """Return what the collection says of such verdicts; None if it has too few of them."""
    found = _collected().get((kind, reason, confidence))
    return found if found and found.judged >= FEWEST else None


@cache
def _collected() -> Mapping[tuple[str, str, str], Calibration]:
    text = (files("tracking") / "data" / "calibration.tsv").read_text("utf-8")
    return dict(map(_parse, (line for line in text.splitlines() if not line.startswith("#"))))


def _parse(line: str) -> tuple[tuple[str, str, str], Calibration]:
    """Read a line. Its last column is the date of the collection. Raises ValueError."""
    kind, reason, confidence, judged, wrong, _date = line.split("\t")
    return (kind, reason, confidence), Calibration(int(judged), int(wrong))
