"""The tables of docs/measurements.md, made from the figures. `python -m bench table` writes them again."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bench.compared_servers import BARE, COMMITS, EXPRESS, POSTGRES, PYTRACKING, SQLITE, TWO
from bench.figures import Figure, shown, standing
from bench.latency import AGAINST_BARE, FLUSH_ALONE
from bench.throughput import LINKS, STORM

BEGIN, END = "<!-- {}: written by `python -m bench table` -->\n", "<!-- end of {} -->\n"
MANY = f", {LINKS:,} links"
ALERT = "pixel request → alert at the Bot API"

ROWS: Sequence[tuple[str, tuple[str, ...]]] = (
    (
        f"the pixel on SQLite, {LINKS:,} links in random order, judged and on disk before the answer, "
        "as a share of bare uvicorn",
        (f"{SQLITE} / {BARE}{MANY}",),
    ),
    ("the same on PostgreSQL", (f"{POSTGRES} / {BARE}{MANY}",)),
    ("two pixel servers on one PostgreSQL, against one of them", (f"{TWO} / {POSTGRES}{MANY}",)),
    (
        f"against a commit for each request with SQLModel, {LINKS:,} links",
        (f"{SQLITE} / {COMMITS}{MANY}",),
    ),
    (f"against Express and better-sqlite3, {LINKS:,} links", (f"{SQLITE} / {EXPRESS}{MANY}",)),
    (f"against pytracking in Flask, {LINKS:,} links", (f"{SQLITE} / {PYTRACKING}{MANY}",)),
    (
        "a storm, which is one link: SQLite / PostgreSQL, as a share of bare uvicorn",
        (f"{SQLITE} / {BARE}, {STORM}", f"{POSTGRES} / {BARE}, {STORM}"),
    ),
    (
        f"99th percentile at 300 requests a second for {LINKS:,} links, against bare uvicorn",
        (AGAINST_BARE,),
    ),
    ("what one flush before each answer costs there, and nothing else", (FLUSH_ALONE,)),
    (
        "from the pixel's request to the alert at a local Bot API, each of another link, p50 / p99",
        (f"{ALERT}, p50", f"{ALERT}, p99"),
    ),
    (
        "from a commit to its claim in the other process, p50, SQLite / PostgreSQL",
        ("commit → claim, p50, SQLite", "commit → claim, p50, PostgreSQL"),
    ),
    (
        "from `/history` / a tap on a link's picture to the answer, with a hundred links and 10,000 fetches",
        ("from /history to its answer", "from a tap on its picture to its answer"),
    ),
    (
        "the last ten links of a chat, a million links with 10 million fetches against 10,000 with 100,000",
        ("last ten links of a chat, 10,000,000 fetches against 100,000",),
    ),
    ("one more row, likewise", ("a row inserted, 64 a batch, 10,000,000 fetches against 100,000",)),
    (
        "the start of the pixel server, likewise",
        ("start of the pixel server, 10,000,000 fetches against 100,000",),
    ),
    (
        "the pixel server's growth under requests that each have a link and an address of their own",
        ("pixel server's memory, growth under load",),
    ),
    ("idle CPU of both processes", ("idle CPU of both processes",)),
    ("answers before their flush, under strace", ("answers before their flush, under strace",)),
    (
        f"answers not on disk, {LINKS:,} links, SQLite / PostgreSQL",
        (f"answers not on disk, {SQLITE}{MANY}", f"answers not on disk, {POSTGRES}{MANY}"),
    ),
)
SIZES = (
    ("1, a storm", f", {STORM}"),
    ("1,000", ", 1,000 links"),
    ("20,000", MANY),
    ("1,000,000", ", 1,000,000 links"),
)


def with_tables(page: str, figures: Sequence[Figure], about: Mapping[str, Any]) -> str:
    """Return the page with its tables written again. Nothing else of it changes."""
    by_name = {found.name: found for found in figures}
    told = ", ".join(f"{name} {value}" for name, value in about.items())
    tables = {
        "goals": [f"Two cores: {told}.", "", *_goals(by_name)],
        "growth": _growth(by_name),
    }
    for name, lines in tables.items():
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = before + begin + "\n".join(lines) + "\n" + end + after
    return page


def _goals(by_name: Mapping[str, Figure]) -> list[str]:
    lines = ["| | measured | goal | at least |", "|---|---|---|---|"]
    for words, names in ROWS:
        found = [by_name.get(name, Figure("", name, None)) for name in names]
        cells = (
            " / ".join(map(_measured, found)),
            " / ".join(filter(None, map(_goal, found))),
            " / ".join(_number(one.aim.must) for one in found if one.aim and one.aim.must is not None),
        )
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return lines


def _growth(by_name: Mapping[str, Figure]) -> list[str]:
    headings = ("links", *(f"{name}, {what}" for name in ("SQLite", "PostgreSQL") for what in _COLUMNS))
    lines = [f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]
    for words, where in SIZES:
        cells = [
            _cell(by_name, column, name, where) for name in (SQLITE, POSTGRES) for column in _COLUMNS.values()
        ]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return lines


_COLUMNS = {
    "share of bare uvicorn": "{} / " + BARE + "{}",
    "CPU for each request": "{}{}",
    "start": "start, {}{}",
    "start after a kill": "start after a kill under load, {}{}",
}


def _cell(by_name: Mapping[str, Figure], column: str, name: str, where: str) -> str:
    found = by_name.get(column.format(name, where))
    if found is None:
        return ""
    cost = re.match(r"CPU \d+ µs", found.note)
    return cost[0].removeprefix("CPU ") if cost else _measured(found)


def _measured(found: Figure) -> str:
    return "not measured" if found.value is None else f"{_number(found.value)} {found.unit}".rstrip()


def _goal(found: Figure) -> str:
    if found.aim is None:
        return ""
    return _number(found.aim.goal) + ("" if standing(found) == "goal" else ", missed")


def _number(value: float) -> str:
    """Return a number with three significant digits, as this page writes them: .28, 4.20, 3,500."""
    return re.sub(r"^0\.", ".", shown(value))
