"""Reads the data files of `tracking/data`: a line each, and comments that begin with `#`."""

from collections.abc import Iterable, Iterator
from importlib.resources import files


def rows(name: str) -> Iterator[str]:
    """Yield all rows of a data file, comments included."""
    with files("tracking").joinpath("data", name).open(encoding="utf-8") as file:
        for row in file:
            yield row.rstrip("\n")


def without_comments(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if line and not line.startswith("#"))


def data_lines(name: str) -> Iterator[str]:
    """Yield the lines of a data file, without comments."""
    return without_comments(rows(name))
