"""Days and times that people type, in a small strict grammar: what is not surely meant is not guessed.

Clocks are minutes since midnight, moments are epoch seconds; `zone` is where the person's clock is.
"""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = 9 * 60
"""A day without a time means nine o'clock."""

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?", re.IGNORECASE)
_RANGE = re.compile(r"(.+?)\s*(?:-|–|to|until)\s*(.+)", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,3}|an?|one)\s*([a-z]+)", re.IGNORECASE)
_NAMED = re.compile(r"(\d{1,2})\.? ([a-z]{3,9})(?:,? (\d{4}))?", re.IGNORECASE)
_NAMED_FIRST = re.compile(r"([a-z]{3,9}) (\d{1,2})(?:,? (\d{4}))?", re.IGNORECASE)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")
_DAY_AND_CLOCK = re.compile(r"(.+?)(?: at)? (\d\S*(?: [ap]m)?)", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")

_NEAR = {"today": 0, "tomorrow": 1, "yesterday": -1}
_UNITS = {"m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400, "week": 604800}
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def clock(text: str) -> int | None:
    """`14:05`, `14.05`, `2 pm`, and `7` alone, as minutes since midnight."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def clocks(text: str) -> tuple[int, int] | None:
    """`22:00-07:00`: from when until when."""
    found = _RANGE.fullmatch(text.strip())
    start, end = (clock(found[1]), clock(found[2])) if found else (None, None)
    return None if start is None or end is None or start == end else (start, end)


def span(text: str) -> float | None:
    """`2 days`, `an hour`, `45 min`, in seconds."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        return None
    unit = found[2].lower()
    seconds = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
    return seconds * (int(found[1]) if found[1].isdecimal() else 1) if seconds else None


def day(text: str, today: date, *, past: bool = False) -> date | None:
    """`30 Nov`, `Nov 30`, `30.11.`, `2026-11-30`, `Friday`, `tomorrow`.

    Without a year it is the next such day from today on, or, of the `past`, the last one up to today.
    """
    text = text.strip().lower().removeprefix("on ").strip()
    if text in _NEAR:
        return today + timedelta(days=_NEAR[text])
    if weekday := _named(text, WEEKDAYS):
        ahead = (weekday - 1 - today.weekday()) % 7
        return today + timedelta(days=ahead - 7 if past and ahead else ahead)
    parts = _day_parts(text)
    return _dated(*parts, today=today, past=past) if parts else None


def _day_parts(text: str) -> tuple[int, int, int | None] | None:
    """Day, month, and the year where it was said."""
    if found := _ISO.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := _DOTTED.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3]) if found[3] else None
    if found := _NAMED.fullmatch(text):
        number, name, year = found[1], found[2], found[3]
    elif found := _NAMED_FIRST.fullmatch(text):
        number, name, year = found[2], found[1], found[3]
    else:
        return None
    month = _named(name, MONTHS)
    return (int(number), month, int(year) if year else None) if month else None


def _named(text: str, names: tuple[str, ...]) -> int | None:
    """The place, from 1, of a name, whole or its first three letters (`sept` too)."""
    for place, name in enumerate(names, 1):
        if text in (name, name[:3]) or (text == "sept" and name == "september"):
            return place
    return None


def _dated(number: int, month: int, year: int | None, *, today: date, past: bool) -> date | None:
    try:
        if year is not None:
            return date(year, month, number)
        found = date(today.year, month, number)
        if past:
            return found if found <= today else date(today.year - 1, month, number)
        return found if found >= today else date(today.year + 1, month, number)
    except ValueError:
        return None


def moment(day: date, minutes: int, zone: ZoneInfo) -> float:
    """When a clock in `zone` shows so many minutes since midnight of a day."""
    return datetime.combine(day, time(*divmod(minutes, 60)), zone).timestamp()


def today(now: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now, zone).date()


def shown(now: float, zone: ZoneInfo) -> str:
    """What a clock in `zone` shows."""
    return f"{datetime.fromtimestamp(now, zone):%H:%M}"


def future(text: str, now: float, zone: ZoneInfo) -> float | None:
    """`in 2 days`, `tomorrow`, `Friday at 8:00`, `30 Nov`, `at 18:00`: a moment after now, or None."""
    text = " ".join(text.split())
    lowered = text.lower()
    if lowered.startswith("in "):
        ahead = span(text[3:])
        return None if ahead is None else now + ahead
    found = _at_some_time(text, now, zone, past=False)
    if found is None and (minutes := clock(lowered.removeprefix("at "))) is not None:
        found = next_time(minutes, now, zone)
    return found if found is not None and found > now else None


def past(text: str, now: float, zone: ZoneInfo) -> float | None:
    """`14:05`, `yesterday 14:05`, `22 Nov at 9:00`, `15 min ago`: a moment that is not to come.

    A clock alone is today's, and stands for yesterday's where today's is still to come.
    """
    text = " ".join(text.split()).removeprefix("at ")
    if text.lower().endswith(" ago"):
        back = span(text[:-4])
        return None if back is None else now - back
    if (minutes := clock(text)) is not None:
        on = today(now, zone)
        found = moment(on, minutes, zone)
        return found if found <= now else moment(on - timedelta(days=1), minutes, zone)
    found_then = _at_some_time(text, now, zone, past=True)
    return found_then if found_then is not None and found_then <= now else None


def is_to_come(text: str, now: float, zone: ZoneInfo) -> bool:
    """Whether a clock that was named alone has not shown that time today."""
    minutes = clock(text.strip().removeprefix("at "))
    return minutes is not None and moment(today(now, zone), minutes, zone) > now


def _at_some_time(text: str, now: float, zone: ZoneInfo, *, past: bool) -> float | None:
    """A day, alone or with a time behind it."""
    on = today(now, zone)
    if found := day(text, on, past=past):
        return moment(found, MORNING, zone)
    parts = _DAY_AND_CLOCK.fullmatch(text)
    found, minutes = (day(parts[1], on, past=past), clock(parts[2])) if parts else (None, None)
    return None if found is None or minutes is None else moment(found, minutes, zone)


def next_time(minutes: int, now: float, zone: ZoneInfo) -> float:
    """When a clock in `zone` next shows so many minutes since midnight."""
    on = today(now, zone)
    found = moment(on, minutes, zone)
    return found if found > now else moment(on + timedelta(days=1), minutes, zone)


def within(start: int, end: int, now: float, zone: ZoneInfo) -> bool:
    """Whether a clock in `zone` stands between two times, over midnight too."""
    local = datetime.fromtimestamp(now, zone)
    minutes = local.hour * 60 + local.minute
    return start <= minutes < end if start < end else minutes >= start or minutes < end
