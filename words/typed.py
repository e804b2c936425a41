"""The words that people type in their language: as data, beside the catalogue.

Whatever language is spoken, English is understood too.
"""

import tomllib
from functools import cache
from typing import Any, NamedTuple

from words.language import LOCALE, SOURCE, spoken

DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1, "overmorrow": 2}
UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}


class Vocabulary(NamedTuple):
    """Words in lower case; `locale/en/typed.toml` says what each is for."""

    to: tuple[str, ...]
    and_: tuple[str, ...]
    by: tuple[str, ...]
    off: tuple[str, ...]
    everything: tuple[str, ...]
    in_: tuple[str, ...]
    before: tuple[str, ...]
    ago: tuple[str, ...]
    at: tuple[str, ...]
    on: tuple[str, ...]
    until: tuple[str, ...]
    oclock: tuple[str, ...]
    hour_sign: tuple[str, ...]
    ordinal: tuple[str, ...]
    of: tuple[str, ...]
    date_sign: tuple[str, ...]
    one: tuple[str, ...]
    months: dict[str, int]
    """By their names, from 1; weekdays are too, from Monday."""
    weekdays: dict[str, int]
    days: dict[str, int]
    """How far from today."""
    units: dict[str, int]
    """Seconds."""
    states: dict[str, str]
    """The state that a word asks for."""


def understood() -> Vocabulary:
    """The words of English and of the language of the moment."""
    return understood_in(spoken())


@cache
def understood_in(language: str) -> Vocabulary:
    english = _vocabulary(SOURCE)
    # A language without words of its own is only spoken.
    if language == SOURCE or not (LOCALE / language / "typed.toml").exists():
        return english
    return Vocabulary(*(_joined(*both) for both in zip(english, _vocabulary(language), strict=True)))


def _joined(first: Any, second: Any) -> Any:
    return {**first, **second} if isinstance(first, dict) else tuple(dict.fromkeys((*first, *second)))


def _vocabulary(language: str) -> Vocabulary:
    read = tomllib.loads((LOCALE / language / "typed.toml").read_text("utf-8"))
    tables = ("months", "weekdays", "days", "units", "states")
    lists = [name for name in Vocabulary._fields if name not in tables]
    return Vocabulary(
        **{name: tuple(read[name.removesuffix("_")]) for name in lists},
        months=_numbered(read["months"]),
        weekdays=_numbered(read["weekdays"]),
        days={word: DAYS[day] for day, words in read["days"].items() for word in words},
        units={word: UNITS[unit] for unit, words in read["units"].items() for word in words},
        states={word: state for state, words in read["states"].items() for word in words},
    )


def _numbered(names: list[str]) -> dict[str, int]:
    return {word: number for number, words in enumerate(names, 1) for word in words.split()}
