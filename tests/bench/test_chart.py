"""The chart of docs/measurements.md, drawn from figures."""

from xml.etree import ElementTree

from bench.chart import draw
from tests.bench.test_figures import FIGURES

SVG = "{http://www.w3.org/2000/svg}"


def drawn() -> ElementTree.Element:
    return ElementTree.fromstring(draw(FIGURES))  # noqa: S314  # our own


def texts() -> list[str]:
    return [text.text or "" for text in drawn().iter(f"{SVG}text")]


def test_the_bars_are_as_long_as_the_figures() -> None:
    bare, pixel = [(bar.get("class"), int(bar.get("width", 0))) for bar in drawn().iter(f"{SVG}rect")]
    assert (bare[0], pixel[0]) == ("theirs", "ours")
    assert abs(pixel[1] / bare[1] - 19_439 / 34_152) < 0.01
    assert "34,152" in texts()


def test_every_aim_is_shown_with_what_became_of_it() -> None:
    shown = texts()
    for name, mark in (
        ("pixel on SQLite / bare uvicorn", "◐"),
        ("p99 at 300/s", "○"),
        ("Express <+> better-sqlite3", "–"),
    ):
        assert shown[shown.index(name) - 1] == mark


def test_nothing_is_drawn_outside_the_chart() -> None:
    _, _, width, height = map(int, drawn().get("viewBox", "").split())
    for element in (*drawn().iter(f"{SVG}text"), *drawn().iter(f"{SVG}rect")):
        assert 0 <= int(element.get("x", 0)) + int(element.get("width", 0)) <= width
        assert 0 <= int(element.get("y", 0)) <= height


def test_it_is_readable_in_the_dark() -> None:
    assert "@media (prefers-color-scheme: dark)" in draw(FIGURES)


def test_a_run_without_the_pixel_is_drawn_too() -> None:
    alone = ElementTree.fromstring(draw(FIGURES[-1:]))  # noqa: S314  # our own
    assert not list(alone.iter(f"{SVG}rect"))
