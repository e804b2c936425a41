"""The figures: their goals, whether they were reached, and the table that shows it."""

from pathlib import Path

import pytest

from bench.figures import Aim, Figure, figure, load, ratios, save, shown, standing, table

SHARE = Aim(0.90, 0.55, more=True)
WAIT = Aim(2, 4)

FIGURES = [
    Figure(
        "throughput",
        "bare uvicorn, 20,000 links",
        34_152.0,
        "req/s",
        33_000.0,
        35_500.0,
        note="CPU 29 µs each",
    ),
    Figure("throughput", "pixel on SQLite, 20,000 links", 19_439.0, "req/s", 18_000.0, 20_000.0),
    Figure("throughput", "pixel on SQLite / bare uvicorn", 0.57, "", 0.5, 0.61, SHARE),
    Figure("throughput", "Express <+> better-sqlite3", None, note="it could not be installed"),
    Figure("latency", "p99 at 300/s", 5.0, "x", 4.0, 6.0, WAIT),
]


@pytest.mark.parametrize(
    ("aim", "value", "told"),
    [
        (SHARE, 0.90, "goal"),
        (SHARE, 0.899, "must"),
        (SHARE, 0.55, "must"),
        (SHARE, 0.549, "missed"),
        (WAIT, 2, "goal"),
        (WAIT, 2.01, "must"),
        (WAIT, 4, "must"),
        (WAIT, 4.01, "missed"),
        (Aim(5), 5.1, "missed"),  # without a must there is nothing between
        (None, 1e9, ""),
        (SHARE, None, "not measured"),
        (None, None, "not measured"),
    ],
)
def test_a_goal_is_reached_or_is_said_to_be_missed(aim: Aim | None, value: float | None, told: str) -> None:
    assert standing(Figure("part", "name", value, aim=aim)) == told


def test_a_figure_is_the_median_and_the_range() -> None:
    assert figure("part", "name", [3.0, 1.0, 10.0], "ms")[:6] == ("part", "name", 3.0, "ms", 1.0, 10.0)


def test_a_ratio_is_taken_within_a_turn() -> None:
    """The machine was twice as fast in the second turn: both saw it."""
    assert ratios([10, 20], [20, 40]) == [0.5, 0.5]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (19438.6, "19,439"),
        (100.4, "100"),
        (87.55, "87.5"),
        (4.2, "4.20"),
        (0.565, "0.56"),
        (0.0633, "0.063"),
        (2.0, "2"),
        (0.0, "0"),
    ],
)
def test_a_figure_shows_three_digits_that_count(value: float, told: str) -> None:
    assert shown(value) == told


def test_the_table_shows_a_missed_goal_and_what_could_not_be_measured() -> None:
    lines = table(FIGURES).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    share, missing, wait = cells[4:]
    assert share == ["pixel on SQLite / bare uvicorn", "0.57", "0.50 to 0.61", "≥ 0.90", "≥ 0.55", "must", ""]
    assert missing == [
        "Express <+> better-sqlite3",
        *([""] * 4),
        "not measured",
        "it could not be installed",
    ]
    assert wait == ["p99 at 300/s", "5 x", "4 to 6", "≤ 2", "≤ 4", "missed", ""]


def test_the_table_is_markdown_whose_columns_stand_in_line() -> None:
    lines = table(FIGURES).splitlines()
    assert set(lines[1]) == {"|", "-"}
    places = [[place for place, sign in enumerate(line) if sign == "|"][:-1] for line in lines]
    assert all(each == places[0] for each in places)


def test_figures_survive_being_saved_as_json(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    save(path, FIGURES, {"Python": "3.11.7"})
    assert load(path) == (FIGURES, {"Python": "3.11.7"})
    assert '"reached": "missed"' in path.read_text("utf-8")
