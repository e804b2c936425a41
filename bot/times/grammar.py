"""The times of day, spans and days that people type, in English and in the chat's language.

The grammar is small and strict: it does not guess. Its words come from `words.typed`. A time of day, here a
clock, is in minutes since midnight.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import words
from words.typed import Vocabulary, understood, understood_in

FARTHEST = 100
"""Years from today: no day farther off is meant, and New York's evening of 31.12.9999 overflows in UTC."""

DAY = 24 * 60
"""The minutes of a day. As a time of day it is 24:00, the end of that day."""
LEAP_YEARS = 8
"""Years that 29 February may be away: 2100 is no leap year."""
LONGEST = 80
"""Characters of a text that may be a time. Every way to read a longer one was tried: 4,096 took seconds."""
MOST_WORDS = 12
"""Words of such a text. “on the 22nd of November 2026 at 9 o'clock p. m.” has eleven."""

_HALF = re.compile(r"(?<=\d) ?([ap])\.? ?m\b\.?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


class _Patterns(NamedTuple):
    clock: re.Pattern[str]
    clocks: re.Pattern[str]
    span: re.Pattern[str]
    day: re.Pattern[str]
    month_first: re.Pattern[str]
    figures: re.Pattern[str]


def _patterns() -> _Patterns:
    return _patterns_of(words.spoken())


@cache
def _patterns_of(language: str) -> _Patterns:
    known = understood_in(language)
    sign, after = one_of(known.hour_sign), one_of(("am", "pm", *known.oclock, *known.hour_sign))
    month, ordinal, of = one_of(known.months), one_of(known.ordinal), one_of(known.of)
    slash = one_of(known.date_sign)
    year = rf"(?:,? (?:{of} )?(\d{{4}}))?"
    return _Patterns(
        clock=re.compile(rf"(\d{{1,2}})(?:[:.](\d{{2}})| ?{sign} ?(\d{{2}}))? ?({after})?"),
        clocks=re.compile(rf"(.+?)(?: ?[-–] ?| {one_of(known.until)} )(.+)"),
        span=re.compile(rf"(?:(\d{{1,3}})|{one_of(known.one)}) ?({one_of(known.units)})"),
        day=re.compile(rf"(\d{{1,2}})(?:{ordinal})? (?:{of} )?({month})\.?{year}"),
        figures=re.compile(rf"(\d{{1,2}}){slash}(\d{{1,2}})(?:{slash}(\d{{4}}))?"),
        month_first=re.compile(rf"({month})\.? (\d{{1,2}})(?:{ordinal})?{year}"),
    )


def one_of(known: Iterable[str]) -> str:
    """Return a pattern for one of these words, the longest that fits. Without any words it never matches."""
    longest_first = sorted(known, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, longest_first))})" if longest_first else "(?!)"


def tidy(text: str) -> str:
    """Return the text in lower case and with single spaces, as the vocabulary is written.

    A text that is too long to be a time is empty: that is no time, day, or span.
    """
    found = text.lower().replace("’", "'").split(None, MOST_WORDS)
    tidied = " ".join(found)
    return tidied if len(found) <= MOST_WORDS and len(tidied) <= LONGEST else ""


def without(known: Iterable[str], text: str) -> str:
    """Return the text after one of these words; all of it if it begins with none."""
    found = re.match(rf"{one_of(known)} ", text)
    return text[found.end() :] if found else text


def clock(text: str) -> int | None:
    """Return the minutes since midnight of `14:05`, `14.05`, `2 p.m.`, `24:00` or `7`; else None."""
    found = _patterns().clock.fullmatch(_HALF.sub(r" \1m", tidy(text)))
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or found[3] or 0), found[4]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour == 24 and minute == 0 and text.strip() != "24":
        return DAY
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def daily(text: str) -> int | None:
    """Return the minutes since midnight of a time that comes every day: 24:00 is 0:00. Else as `clock`."""
    minutes = clock(text)
    return None if minutes is None else minutes % DAY


def clocks(text: str) -> tuple[int, int] | None:
    """Return the two times of day of `22:00-07:00`; None for another text, or if they are the same."""
    found = _patterns().clocks.fullmatch(tidy(text))
    start, end = (daily(found[1]), daily(found[2])) if found else (None, None)
    return None if start is None or end is None or start == end else (start, end)


def span(text: str) -> float | None:
    """Return the seconds of `2 days`, `an hour`, `half an hour` or `45 min`; None for another text."""
    text, known = tidy(text), understood()
    if text in known.spans:
        return known.spans[text]
    found = _patterns().span.fullmatch(text)
    return known.units[found[2]] * int(found[1] or 1) if found else None


def day(text: str, today: date, *, past: bool = False) -> date | None:
    """Return the day of `30 Nov`, `Nov 30`, `30.11.`, `2026-11-30`, `Friday` or `tomorrow`.

    Without a year, it is the next such day from today on; with `past`, the last one up to today. None for
    another text, a day that does not exist, or one more than a century away.
    """
    known = understood()
    text = without(known.on, tidy(text))
    if text in known.days:
        return today + timedelta(days=known.days[text])
    if text in known.weekdays:
        ahead = (known.weekdays[text] - 1 - today.weekday()) % 7
        return today + timedelta(days=ahead - 7 if past and ahead else ahead)
    parts = _day_parts(text, known)
    return _dated(*parts, today=today, past=past) if parts else None


def _day_parts(text: str, known: Vocabulary) -> tuple[int, int, int | None] | None:
    """Return day, month, and the year if there is one."""
    if found := _ISO.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := _DOTTED.fullmatch(text) or _patterns().figures.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3]) if found[3] else None
    if found := _patterns().day.fullmatch(text):
        return int(found[1]), known.months[found[2]], int(found[3]) if found[3] else None
    if found := _patterns().month_first.fullmatch(text):
        return int(found[2]), known.months[found[1]], int(found[3]) if found[3] else None
    return None


def _dated(number: int, month: int, year: int | None, *, today: date, past: bool) -> date | None:
    if year is not None:
        return _date(year, month, number) if abs(year - today.year) <= FARTHEST else None
    step = -1 if past else 1
    found = (_date(today.year + step * away, month, number) for away in range(LEAP_YEARS + 1))
    return next((on for on in found if on and (on <= today if past else on >= today)), None)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
