"""Reads the data files of `tracking/data`: a line each, and comments that begin with `#`."""

from collections.abc import Iterable
from importlib.resources import files


def rows(name: str) -> list[str]:
    """Return all rows of a data file, comments included."""
    return files("tracking").joinpath("data", name).read_text("utf-8").splitlines()


def without_comments(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line and not line.startswith("#")]


def data_lines(name: str) -> list[str]:
    """Return the lines of a data file, without comments."""
    return without_comments(rows(name))
