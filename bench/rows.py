"""A measured figure beside what it should reach: the one notion that every part of the bench shares."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple


class Aim(NamedTuple):
    """What a figure should reach (`goal`), and what it must (`must`, where there is one)."""

    goal: float
    must: float | None = None
    more: bool = False
    """More is better."""


class Row(NamedTuple):
    """One figure: a median and the range it was seen in."""

    part: str
    name: str
    value: float | None
    """None when it could not be measured: the note says why."""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    aim: Aim | None = None
    note: str = ""


def row(
    part: str, name: str, seen: Sequence[float], unit: str = "", aim: Aim | None = None, note: str = ""
) -> Row:
    """The median of what was seen, and its range."""
    return Row(part, name, median(seen), unit, min(seen), max(seen), aim, note)


def ratios(ours: Iterable[float], theirs: Iterable[float]) -> list[float]:
    """One ratio a turn: what both shared of the machine in that moment falls out."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


def standing(found: Row) -> str:
    """What became of the aim: `goal`, `must`, `missed`, `not measured`; empty where there is none."""
    if found.value is None:
        return "not measured"
    if found.aim is None:
        return ""
    if _reaches(found.value, found.aim.goal, more=found.aim.more):
        return "goal"
    if found.aim.must is not None and _reaches(found.value, found.aim.must, more=found.aim.more):
        return "must"
    return "missed"


def _reaches(value: float, limit: float, *, more: bool) -> bool:
    return value >= limit if more else value <= limit


# --- as text ----------------------------------------------------------------------------------------

HEADINGS = ("", "median", "range", "goal", "must", "reached", "")


def table(rows: Sequence[Row]) -> str:
    """Markdown that also reads well as plain text."""
    lines = [HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = "|" + "|".join("-" * (width + 2) for width in [*widths[:-1], 1]) + "|"
    told = ["| " + " | ".join(map(str.ljust, line, [*widths[:-1], 0])) + " |" for line in lines]
    return "\n".join([told[0], rule, *told[1:]])


def _cells(found: Row) -> tuple[str, ...]:
    return (
        found.name,
        "" if found.value is None else f"{shown(found.value)} {found.unit}".rstrip(),
        "" if found.low is None or found.high is None else f"{shown(found.low)} to {shown(found.high)}",
        *(limits(found.aim) if found.aim else ("", "")),
        standing(found),
        found.note,
    )


def limits(aim: Aim) -> tuple[str, str]:
    """The goal and the must, in words; the second is empty where there is none."""
    sign = "≥" if aim.more else "≤"
    return f"{sign} {shown(aim.goal)}", "" if aim.must is None else f"{sign} {shown(aim.must)}"


def shown(value: float) -> str:
    """Three figures that count: 19,439 · 87.5 · 4.20 · 0.063."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


# --- as JSON ----------------------------------------------------------------------------------------


def save(path: Path, rows: Sequence[Row], about: dict[str, Any]) -> None:
    told = [
        {**found._asdict(), "aim": found.aim and found.aim._asdict(), "reached": standing(found)}
        for found in rows
    ]
    path.write_text(json.dumps({"about": about, "rows": told}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def load(path: Path) -> tuple[list[Row], dict[str, Any]]:
    """What `save` wrote: the rows, and what is known about the run."""
    told = json.loads(path.read_text("utf-8"))
    return [_row(fields) for fields in told["rows"]], told["about"]


def _row(fields: dict[str, Any]) -> Row:
    aim = fields["aim"] and Aim(**fields["aim"])
    return Row(**{name: fields[name] for name in Row._fields if name != "aim"}, aim=aim)
