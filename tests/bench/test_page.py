"""The tables of docs/measurements.md are what was measured."""

from bench.__main__ import PAGE, RESULTS
from bench.compared_servers import BARE, SQLITE
from bench.figures import Aim, Figure, load
from bench.page import MANY, with_tables


def test_the_page_says_what_was_measured() -> None:
    """`python -m bench table` writes it again."""
    page = PAGE.read_text("utf-8")
    assert page == with_tables(page, *load(RESULTS))


def test_a_missed_goal_and_what_was_not_measured_say_so() -> None:
    share = Figure("throughput", f"{SQLITE} / {BARE}{MANY}", 0.284, "", aim=Aim(0.6, 0.35, more=True))
    told = with_tables(PAGE.read_text("utf-8"), [share], {"measured": "2026-11-29"})
    row = next(line for line in told.splitlines() if "as a share of bare uvicorn | .28" in line)
    assert row.endswith("| .28 | .60, missed | .35 |")
    assert "| idle CPU of both processes | not measured |  |  |" in told
    assert "Two cores: measured 2026-11-29." in told
