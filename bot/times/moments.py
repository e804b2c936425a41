"""The moments that people type: `in 2 days`, `Friday at 8:00`, `20 min ago`.

Moments are epoch seconds, times of day are minutes since midnight, and `zone` is the person's time zone.
`now` is when the text was written.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.times.grammar import clock, day, span, tidy, without
from words.typed import understood

MORNING = 9 * 60
"""A day without a time of day means nine o'clock."""


def moment(day: date, minutes: int, zone: ZoneInfo) -> float:
    """Return when a clock in `zone` shows that time of day, on that day."""
    return datetime.combine(day, time(*divmod(minutes, 60)), zone).timestamp()


def end_of(day: date, zone: ZoneInfo) -> float:
    """Return the last second of a day in `zone`."""
    return moment(day + timedelta(days=1), 0, zone) - 1


def today(now: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(now, zone).date()


def shown(now: float, zone: ZoneInfo) -> str:
    """Return what a clock in `zone` shows, such as `14:05`."""
    return f"{datetime.fromtimestamp(now, zone):%H:%M}"


def future(text: str, now: float, zone: ZoneInfo) -> float | None:
    """Return the moment after now that `in 2 days`, `Friday at 8:00`, `30 Nov` or `at 18:00` means.

    None for a text that means no such moment.
    """
    text = tidy(text)
    after = without(understood().in_, text)
    if after != text and (ahead := span(after)) is not None:
        return now + ahead if ahead else None
    found = _at_some_time(text, now, zone, past=False)
    if found is None and (minutes := _clock_alone(text)) is not None:
        found = next_time(minutes, now, zone)
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
    parts = text.split(" ")
    for end in range(1, len(parts)):
        found = day(" ".join(parts[:end]).removesuffix(","), on, past=past)
        minutes = clock(without(understood().at, " ".join(parts[end:])))
        if found and minutes is not None:
            return moment(found, minutes, zone)
    return None


def next_time(minutes: int, now: float, zone: ZoneInfo) -> float:
    """Return when a clock in `zone` next shows that time of day."""
    on = today(now, zone)
    found = moment(on, minutes, zone)
    return found if found > now else moment(on + timedelta(days=1), minutes, zone)


def within(start: int, end: int, now: float, zone: ZoneInfo) -> bool:
    """Return True if it is between two times of day in `zone`; they may lie around midnight."""
    local = datetime.fromtimestamp(now, zone)
    minutes = local.hour * 60 + local.minute
    return start <= minutes < end if start < end else minutes >= start or minutes < end
