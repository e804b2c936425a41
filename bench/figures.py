"""A measured figure and its goal, which every part returns; and figures as a table and as JSON."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple


class Aim(NamedTuple):
    """The value that a figure should reach (`goal`), and the one that it must reach at least (`must`)."""

    goal: float
    must: float | None = None
    more: bool = False
    """More is better."""


class Figure(NamedTuple):
    """A median, and the range in which it was seen."""

    part: str
    name: str
    value: float | None
    """None if it could not be measured. Then the note says why."""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    aim: Aim | None = None
    note: str = ""


def figure(
    part: str, name: str, seen: Sequence[float], unit: str = "", aim: Aim | None = None, note: str = ""
) -> Figure:
    """Return the median and the range of what was seen."""
    return Figure(part, name, median(seen), unit, min(seen), max(seen), aim, note)


def ratios(ours: Iterable[float], theirs: Iterable[float]) -> list[float]:
    """Return one ratio for each turn. Both sides saw the same machine in it, so its moods cancel out."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


def standing(found: Figure) -> str:
    """Return `goal`, `must`, `missed` or `not measured`; empty if the figure has no aim."""
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


def table(figures: Sequence[Figure]) -> str:
    """Return a Markdown table that also reads well as plain text."""
    lines = [HEADINGS, *map(_cells, figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = "|" + "|".join("-" * (width + 2) for width in [*widths[:-1], 1]) + "|"
    told = ["| " + " | ".join(map(str.ljust, line, [*widths[:-1], 0])) + " |" for line in lines]
    return "\n".join([told[0], rule, *told[1:]])


def _cells(found: Figure) -> tuple[str, ...]:
    return (
        found.name,
        "" if found.value is None else f"{shown(found.value)} {found.unit}".rstrip(),
        "" if found.low is None or found.high is None else f"{shown(found.low)} to {shown(found.high)}",
        *(limits(found.aim) if found.aim else ("", "")),
        standing(found),
        found.note,
    )


def limits(aim: Aim) -> tuple[str, str]:
    """Return the goal and the must with their signs. The second is empty if there is none."""
    sign = "≥" if aim.more else "≤"
    return f"{sign} {shown(aim.goal)}", "" if aim.must is None else f"{sign} {shown(aim.must)}"


def shown(value: float) -> str:
    """Return a number with three significant digits: 19,439 · 87.5 · 4.20 · 0.063."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


# --- as JSON ----------------------------------------------------------------------------------------


def save(path: Path, figures: Sequence[Figure], about: dict[str, Any]) -> None:
    told = [
        {**found._asdict(), "aim": found.aim and found.aim._asdict(), "reached": standing(found)}
        for found in figures
    ]
    path.write_text(
        json.dumps({"about": about, "figures": told}, indent=1, ensure_ascii=False) + "\n", "utf-8"
    )


def load(path: Path) -> tuple[list[Figure], dict[str, Any]]:
    """Return what `save` wrote: the figures, and the description of the machine."""
    told = json.loads(path.read_text("utf-8"))
    return [_figure(fields) for fields in told["figures"]], told["about"]


def _figure(fields: dict[str, Any]) -> Figure:
    aim = fields["aim"] and Aim(**fields["aim"])
    return Figure(**{name: fields[name] for name in Figure._fields if name != "aim"}, aim=aim)
