"""How often the judge was wrong on the collected requests and histories, by verdict, reason and confidence.

`python -m bench judge --calibrate` counts it, and writes `data/calibration.tsv`.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from tracking.data_files import data_lines

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
    return dict(map(_parse, data_lines("calibration.tsv")))


def _parse(line: str) -> tuple[tuple[str, str, str], Calibration]:
    """Read a line. Its last column is the date of the collection. Raises ValueError."""
    kind, reason, confidence, judged, wrong, _date = line.split("\t")
    return (kind, reason, confidence), Calibration(int(judged), int(wrong))
