"""Moments that people type, and moments on somebody's clock.

Clocks are minutes since midnight, moments are epoch seconds; `zone` is where the person's clock is.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.times.grammar import clock, day, span, tidy, without
from words.typed import understood

MORNING = 9 * 60
"""A day without a time means nine o'clock."""


def moment(day: date, minutes: int, zone: ZoneInfo) -> float:
    """When a clock in `zone` shows so many minutes since midnight of a day."""
    return datetime.combine(day, time(*divmod(minutes, 60)), zone).timestamp()


def end_of(day: date, zone: ZoneInfo) -> float:
    """The last second of a day on a clock in `zone`."""
    return moment(day + timedelta(days=1), 0, zone) - 1


def today(now: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now, zone).date()


def shown(now: float, zone: ZoneInfo) -> str:
    """What a clock in `zone` shows."""
    return f"{datetime.fromtimestamp(now, zone):%H:%M}"


def future(text: str, now: float, zone: ZoneInfo) -> float | None:
    """`in 2 days`, `tomorrow`, `Friday at 8:00`, `30 Nov`, `at 18:00`: a moment after now, or None."""
    text = tidy(text)
    behind = without(understood().in_, text)
    if behind != text and (ahead := span(behind)) is not None:
        return now + ahead if ahead else None
    found = _at_some_time(text, now, zone, past=False)
    if found is None and (minutes := _clock_alone(text)) is not None:
        found = next_time(minutes, now, zone)
    return found if found is not None and found > now else None


def past(text: str, now: float, zone: ZoneInfo) -> float | None:
    """`14:05`, `yesterday 14:05`, `22 Nov at 9:00`, `15 min ago`: a moment that is not to come.

    A clock alone is today's, and stands for yesterday's where today's is still to come.
    """
    text = tidy(text)
    if (back := _ago(text)) is not None:
        return now - back
    if (minutes := _clock_alone(text)) is not None:
        on = today(now, zone)
        found = moment(on, minutes, zone)
        return found if found <= now else moment(on - timedelta(days=1), minutes, zone)
    found_then = _at_some_time(text, now, zone, past=True)
    return found_then if found_then is not None and found_then <= now else None


def is_to_come(text: str, now: float, zone: ZoneInfo) -> bool:
    """Whether a clock that was named alone has not shown that time today."""
    minutes = _clock_alone(tidy(text))
    return minutes is not None and moment(today(now, zone), minutes, zone) > now


def _ago(text: str) -> float | None:
    """`2 days ago`, or as other languages turn it: `vor 2 Tagen`."""
    known = understood()
    for word in known.ago:
        if text.endswith(f" {word}"):
            return span(text.removesuffix(word))
    behind = without(known.before, text)
    return None if behind == text else span(behind)


def _clock_alone(text: str) -> int | None:
    """`at 14:05`, `14:05`; what may be a span as well, such as `2 h`, takes the word before it."""
    behind = without(understood().at, text)
    return clock(behind) if behind != text or span(text) is None else None


def _at_some_time(text: str, now: float, zone: ZoneInfo, *, past: bool) -> float | None:
    """A day, alone or with a time behind it."""
    on = today(now, zone)
    if found := day(text, on, past=past):
        return moment(found, MORNING, zone)
    parts = text.split(" ")
    for end in range(1, len(parts)):
        found = day(" ".join(parts[:end]).removesuffix(","), on, past=past)
        minutes = clock(without(understood().at, " ".join(parts[end:])))
        if found and minutes is not None:
            return moment(found, minutes, zone)
    return None


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
