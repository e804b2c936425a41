"""The words that the bot understands in dates and commands, such as "tomorrow": data beside each catalogue.

English is understood in every chat, whatever its language.
"""

import tomllib
from functools import cache
from typing import Any, NamedTuple

from words.language import LOCALE, SOURCE, spoken

DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1, "overmorrow": 2}
UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
SPANS = {"half_hour": 1800}


class Vocabulary(NamedTuple):
    """Words in lower case. `locale/en/typed.toml` says what each one is for."""

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
    """From 1, by name. So are weekdays, from Monday."""
    weekdays: dict[str, int]
    days: dict[str, int]
    """Days from today, by word."""
    units: dict[str, int]
    """Seconds, by word. So are spans, which need no number."""
    spans: dict[str, int]
    states: dict[str, str]
    """The state that `/history` shows for a word."""


def understood() -> Vocabulary:
    """Return the words of English and of the current language."""
    return understood_in(spoken())


@cache
def understood_in(language: str) -> Vocabulary:
    english = _vocabulary(SOURCE)
    # A new language may have a catalogue and no typed.toml yet.
    if language == SOURCE or not (LOCALE / language / "typed.toml").exists():
        return english
    return Vocabulary(*(_merged(*both) for both in zip(english, _vocabulary(language), strict=True)))


def _merged(first: Any, second: Any) -> Any:
    return {**first, **second} if isinstance(first, dict) else tuple(dict.fromkeys((*first, *second)))


def _vocabulary(language: str) -> Vocabulary:
    read = tomllib.loads((LOCALE / language / "typed.toml").read_text("utf-8"))
    tables = ("months", "weekdays", "days", "units", "spans", "states")
    lists = [name for name in Vocabulary._fields if name not in tables]
    return Vocabulary(
        **{name: tuple(read[name.removesuffix("_")]) for name in lists},
        months=_numbered(read["months"]),
        weekdays=_numbered(read["weekdays"]),
        days={word: DAYS[day] for day, words in read["days"].items() for word in words},
        units={word: UNITS[unit] for unit, words in read["units"].items() for word in words},
        spans={word: SPANS[span] for span, words in read["spans"].items() for word in words},
        states={word: state for state, words in read["states"].items() for word in words},
    )


def _numbered(names: list[str]) -> dict[str, int]:
    return {word: number for number, words in enumerate(names, 1) for word in words.split()}
