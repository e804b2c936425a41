"""`python -m bench [PART …]`: measure, and print each figure beside its goal.

Each part is the module of its name. Without a part it measures all of them, and writes bench/results.json,
docs/bench.svg and the tables of docs/measurements.md. `table` measures nothing: it prints, draws and writes
what the JSON holds. `faults` and `attacks` have their own options.
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
    calibrating,
    chart,
    chat,
    durability,
    group,
    growth,
    idle,
    judge,
    latency,
    memory,
    page,
    scale,
    startup,
    throughput,
    wakeup,
)
from bench.attacks import __main__ as attacks
from bench.faults import __main__ as faults
from bench.figures import Figure, load, save, table
from bench.programs import ROOT, UnavailableError

# The parts that wait for single flushes come first. After `throughput` has written at full speed, a rented
# disk makes flushes wait for minutes (bare uvicorn with a flush: 25 ms at the 99th percentile, .9 ms before).
PARTS: dict[str, Callable[[], list[Figure]]] = {
    part.PART: part.measure
    for part in (
        latency,
        alert,
        wakeup,
        chat,
        group,
        durability,
        idle,
        startup,
        throughput,
        growth,
        scale,
        memory,
    )
}
JUDGE, TABLE = "judge", "table"
FAILED = "failed"
RESULTS, CHART = ROOT / "bench" / "results.json", ROOT / "docs" / "bench.svg"
PAGE = ROOT / "docs" / "measurements.md"


def main() -> None:
    if sys.argv[1:2] == ["faults"]:
        sys.exit(faults.main(sys.argv[2:]))
    if sys.argv[1:2] == ["attacks"]:
        sys.exit(attacks.main(sys.argv[2:]))
    given = _arguments()
    if given.part == [TABLE]:
        _show(given.json or RESULTS)
        return
    if JUDGE in given.part or not given.part:
        judge.report()
    if given.calibrate:
        calibrating.write()
    about = _machine()
    figures = [found for name in PARTS if name in (given.part or PARTS) for found in _measured(name)]
    path = given.json or (None if given.part else RESULTS)
    if path:
        save(path, figures, about)
        _show(path)
    elif figures:
        print(f"\n{table(figures)}")
    if any(found.note.startswith(FAILED) for found in figures):
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure what docs/measurements.md says."
    )
    choices = [*PARTS, JUDGE, TABLE]
    parser.add_argument(
        "part", nargs="*", metavar="PART", help=f"one of {', '.join(choices)}; everything if none is named"
    )
    parser.add_argument(
        "--json", type=Path, help="where to keep the figures (by default only a full run keeps them)"
    )
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help=f"with {JUDGE}: write how often each verdict was wrong, which the bot tells in Why?",
    )
    given = parser.parse_args()
    if unknown := set(given.part) - set(choices):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; choose from {', '.join(choices)}")
    return given


def _measured(name: str) -> list[Figure]:
    """Return a part's figures, or one that says why there are none. The other parts go on."""
    started = time.monotonic()
    print(f"{name} …", end=" ", flush=True)
    try:
        figures = PARTS[name]()
    except UnavailableError as why:
        figures = [Figure(name, name, None, note=str(why))]
    except Exception as error:
        traceback.print_exc()
        figures = [Figure(name, name, None, note=f"{FAILED}: {type(error).__name__}")]
    print(f"{time.monotonic() - started:.0f} s", flush=True)
    return figures


def _show(path: Path) -> None:
    """Print the table. Write those of docs/measurements.md and draw its chart if these are its figures."""
    figures, about = load(path)
    print(f"\n{table(figures)}\n\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
    if path == RESULTS:
        CHART.write_text(chart.draw(figures), "utf-8")
        PAGE.write_text(page.with_tables(PAGE.read_text("utf-8"), figures, about), "utf-8")


def _machine() -> dict[str, str]:
    """Describe the machine, with its load before: a busy machine measures something else."""
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
