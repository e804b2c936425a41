"""`python -m bench [PART …]`: measure, and print what was measured beside what was aimed at.

Without a part: all of them, kept as JSON and as a picture. `python -m bench table` shows and draws again
what is in the JSON, and measures nothing. `faults` has options of its own.
"""

import argparse
import os
import platform
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from bench import (
    alert,
    answers,
    history,
    idle,
    judge,
    latency,
    memory,
    order,
    picture,
    pixel,
    starting,
    wakeup,
)
from bench.faults import __main__ as faults
from bench.rows import Row, load, save, table
from bench.running import ROOT, NotHere

# Single flushes first: a rented disk that was written to at full speed makes them wait for minutes afterwards
# (bare uvicorn with a flush: 25 ms at the 99th percentile behind `pixel`, .9 before it).
PARTS: dict[str, Callable[[], list[Row]]] = {
    part.PART: part.measure
    for part in (latency, alert, wakeup, answers, order, idle, starting, pixel, history, memory)
}
JUDGE, TABLE = "judge", "table"
FAILED = "failed"
RESULTS, PICTURE = ROOT / "bench" / "results.json", ROOT / "docs" / "bench.svg"


def main() -> None:
    if sys.argv[1:2] == ["faults"]:
        sys.exit(faults.main(sys.argv[2:]))
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure what docs/measurements.md says."
    )
    choices = [*PARTS, JUDGE, TABLE]
    parser.add_argument(
        "part", nargs="*", metavar="PART", help=f"one of {', '.join(choices)}; everything if none is named"
    )
    parser.add_argument("--json", type=Path, help="where the rows are kept (everything: bench/results.json)")
    given = parser.parse_args()
    if unknown := set(given.part) - set(choices):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(choices)}")
    if given.part == [TABLE]:
        _show(given.json or RESULTS)
        return
    if JUDGE in given.part or not given.part:
        judge.report()
    about = _machine()
    rows = [found for name in PARTS if name in (given.part or PARTS) for found in _measured(name)]
    path = given.json or (None if given.part else RESULTS)
    if path:
        save(path, rows, about)
        _show(path)
    elif rows:
        print(f"\n{table(rows)}")
    if any(found.note.startswith(FAILED) for found in rows):
        sys.exit(1)


def _measured(name: str) -> list[Row]:
    """A part's rows; one row that says why when there are none: the other parts go on all the same."""
    started = time.monotonic()
    print(f"{name} …", end=" ", flush=True)
    try:
        rows = PARTS[name]()
    except NotHere as why:
        rows = [Row(name, name, None, note=str(why))]
    except Exception as error:
        traceback.print_exc()
        rows = [Row(name, name, None, note=f"{FAILED}: {type(error).__name__}")]
    print(f"{time.monotonic() - started:.0f} s", flush=True)
    return rows


def _show(path: Path) -> None:
    """The table; and the picture, where it is the one in docs/measurements.md."""
    rows, about = load(path)
    print(f"\n{table(rows)}\n\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    if path == RESULTS:
        PICTURE.write_text(picture.draw(rows), "utf-8")


def _machine() -> dict[str, str]:
    """Where this is measured; a machine that is busy before it begins measures something else."""
    return {
        "measured": time.strftime("%Y-%m-%d"),
        "cores": str(os.cpu_count()),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "Linux": platform.release(),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


if __name__ == "__main__":
    main()
