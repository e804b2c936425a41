"""The moments that people type: `in 2 days`, `Friday at 8:00`, `20 min ago`.

Moments are epoch seconds, times of day are minutes since midnight, and `zone` is the person's time zone.
`now` is when the text was written.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from bot.times.grammar import DAY, clock, day, span, tidy, without
from words.typed import understood

MORNING = 9 * 60
"""A day without a time of day means nine o'clock."""


def moment(day: date, minutes: int, zone: ZoneInfo) -> float:
    """Return when a clock in `zone` first shows that time of day, on that day.

    Where the clocks go forward over it, it is as much later: 2:30 is 3:30 then.
    """
    return _moments(day, minutes, zone)[0]


def _moments(day: date, minutes: int, zone: ZoneInfo) -> tuple[float, float]:
    """Return the first and the last time that a clock shows that time of day: they differ in one night."""
    on, minutes = day + timedelta(days=minutes // DAY), minutes % DAY
    clock = datetime.combine(on, time(*divmod(minutes, 60)), zone)
    first, second = clock.timestamp(), clock.replace(fold=1).timestamp()
    # In the hour that is missing, the second reading lies before the clocks change.
    return first, max(first, second)


class Oddity(Enum):
    """An oddity of a typed time of day, on a day on which the clocks change."""

    FIRST = "first"
    """It comes twice, and the first time is meant."""
    SECOND = "second"
    MISSING = "missing"
    """The clocks go forward over it."""


def oddity(text: str, at: float, zone: ZoneInfo) -> tuple[Oddity, int] | None:
    """Return what is odd about the time of day in a text that means `at`, and that time; else None."""
    local = datetime.fromtimestamp(at, zone)
    minutes = _clock_in(without(understood().by, tidy(text)), local.date())
    if minutes is None:
        return None
    if (local.hour * 60 + local.minute) != minutes % DAY:
        return Oddity.MISSING, minutes
    first, second = _moments(local.date(), minutes % DAY, zone)
    if first == second:
        return None
    return (Oddity.FIRST if at == first else Oddity.SECOND), minutes


def _clock_in(text: str, on: date) -> int | None:
    """Return the time of day in a text, alone or after a day; None if there is none."""
    if (minutes := _clock_alone(text)) is not None or day(text, on):
        return minutes
    return next((minutes for _, minutes in _days_and_clocks(text, on, past=False)), None)


def end_of(day: date, zone: ZoneInfo) -> float:
    """Return the last second of a day in `zone`."""
    return moment(day + timedelta(days=1), 0, zone) - 1


def today(now: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now, zone).date()


def shown(now: float, zone: ZoneInfo) -> str:
    """Return what a clock in `zone` shows, such as `14:05`."""
    return f"{datetime.fromtimestamp(now, zone):%H:%M}"


def future(text: str, now: float, zone: ZoneInfo) -> float | None:
    """Return the moment after now that `in 2 days`, `Friday at 8:00`, `by 30 Nov` or `at 18:00` means.

    None for a text that means no such moment.
    """
    text = tidy(text)
    after = without(understood().in_, text)
    if after != text and (ahead := span(after)) is not None:
        return now + ahead if ahead else None
    text = without(understood().by, text)
    found = _at_some_time(text, now, zone, past=False)
    if found is None and (minutes := _clock_alone(text)) is not None:
        found = next_time(minutes, now, zone, twice=True)
    return found if found is not None and found > now else None


def past(text: str, now: float, zone: ZoneInfo) -> float | None:
    """Return the moment up to now that `14:05`, `yesterday 14:05`, `22 Nov at 9:00` or `15 min ago` means.

    A time of day alone is today's, or yesterday's if today's is still to come. None for a text that means no
    such moment.
    """
    text = tidy(text)
    if (back := _ago(text)) is not None:
        return now - back
    if (minutes := _clock_alone(text)) is not None:
        on = today(now, zone)
        found = moment(on, minutes, zone)
        return found if found <= now else moment(on - timedelta(days=1), minutes, zone)
    then = _at_some_time(text, now, zone, past=True)
    return then if then is not None and then <= now else None


def is_to_come(text: str, now: float, zone: ZoneInfo) -> bool:
    """Return True if the text is a time of day alone, and is still to come today."""
    minutes = _clock_alone(tidy(text))
    return minutes is not None and moment(today(now, zone), minutes, zone) > now


def _ago(text: str) -> float | None:
    """Return the seconds of `2 days ago`, or of `vor 2 Tagen`: other languages put the word first."""
    known = understood()
    for word in known.ago:
        if text.endswith(f" {word}"):
            return span(text.removesuffix(word))
    after = without(known.before, text)
    return None if after == text else span(after)


def _clock_alone(text: str) -> int | None:
    """Return the time of day of `at 14:05` or `14:05`. `2 h` may be a span: it needs the `at`."""
    after = without(understood().at, text)
    return clock(after) if after != text or span(text) is None else None


def _at_some_time(text: str, now: float, zone: ZoneInfo, *, past: bool) -> float | None:
    """Return the moment of a day, alone or with a time of day after it."""
    on = today(now, zone)
    if found := day(text, on, past=past):
        return moment(found, MORNING, zone)
    for found, minutes in _days_and_clocks(text, on, past=past):
        first, second = _moments(found, minutes, zone)
        return first if past or first > now else second
    return None


def _days_and_clocks(text: str, on: date, *, past: bool) -> Iterator[tuple[date, int]]:
    """Yield each way to read a text as a day and a time of day after it."""
    parts = text.split(" ")
    for end in range(1, len(parts)):
        found = day(" ".join(parts[:end]).removesuffix(","), on, past=past)
        minutes = clock(without(understood().at, " ".join(parts[end:])))
        if found and minutes is not None:
            yield found, minutes


def next_time(minutes: int, now: float, zone: ZoneInfo, *, twice: bool = False) -> float:
    """Return when a clock in `zone` next shows that time of day.

    What comes once a day comes at the first time, in the night that has it twice. `twice` counts both.
    """
    on = today(now, zone)
    coming = [at for at in _moments(on, minutes, zone)[: 2 if twice else 1] if at > now]
    return coming[0] if coming else moment(on + timedelta(days=1), minutes, zone)


def within(start: int, end: int, now: float, zone: ZoneInfo) -> bool:
    """Return True if it is between two times of day in `zone`; they may lie around midnight."""
    local = datetime.fromtimestamp(now, zone)
    minutes = local.hour * 60 + local.minute
    return start <= minutes < end if start < end else minutes >= start or minutes < end
