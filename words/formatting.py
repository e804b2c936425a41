"""Turns sentences, names and times into text: in the current language, and safe in HTML.

The HTML works in Telegram and on pages.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from words import language, sentences
from words.sentence import Sentence

RECENT = 12 * 3600
"""Seconds for which a time of day is enough. Older moments are shown with their date."""
CLOCK_SKEW = 60
"""Seconds by which the clocks of the pixel server and the bot may differ. A fetch that seems to come from the
near future was now, and its time of day is enough."""
A_WEEK = 6 * 86400
"""Seconds within which a weekday names one day. Seven days before or after, it would name today's."""
LONGEST_NAME = 64
"""UTF-16 units of a label that are shown. The database keeps all of it."""

_NEAR_DAYS: dict[int | None, Sentence] = {
    -1: sentences.times.YESTERDAY_AT,
    0: sentences.times.AT,
    1: sentences.times.TOMORROW_AT,
}
"""A moment by its days from today."""

# Control characters, line breaks and direction overrides. Joiners stay: emoji and some scripts need them.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\s]+")

_RTL = ("R", "AL", "AN")
"""Unicode's bidirectional classes of text that is written from right to left."""


def say(sentence: Sentence, **values: object) -> Markup:
    """Return the sentence in the current language, with its placeholders filled.

    Values are escaped, except Markup and other sentences.
    """
    return sentence.filled(values)


def plain(sentence: Sentence, **values: object) -> str:
    """Return the same as plain text, for what shows no HTML: buttons, and the picture of a link's story."""
    return say(sentence, **values).unescape()


def name(text: str, longest: int = LONGEST_NAME) -> Markup:
    """Return a name that a person typed so that it is safe to show: one short line, escaped."""
    shown = shorten(_UNSEEN.sub(" ", text).strip(), longest) or plain(sentences.cards.NAMELESS)
    # A name in a right-to-left script would reorder the words around it, so it is isolated.
    needs_isolating = plain(sentences.languages.DIRECTION) == "rtl" or any(
        unicodedata.bidirectional(letter) in _RTL for letter in shown
    )
    return escape(f"\u2068{shown}\u2069" if needs_isolating else shown)


def link_name(label: str, recipient: str, longest: int = LONGEST_NAME) -> Markup:
    """Return the name of a link: `contract → landlord`, or the label alone."""
    if recipient:
        return say(sentences.cards.NAME, label=name(label, longest), recipient=name(recipient, longest))
    return say(sentences.cards.NAME_ALONE, label=name(label, longest))


def shorten(text: str, longest: int) -> str:
    """Cut a text to so many UTF-16 units, which Telegram counts in. No character is cut in two."""
    if utf16(text) <= longest:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (longest - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip("\u200d\ufe0f ") + "…"


def utf16(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def time(at: float, now: float) -> Markup:
    """Return a moment that each reader's Telegram shows in their own time zone.

    Both arguments are Unix times. Programs that do not know the tag show the text inside it, in UTC.
    """
    shown = datetime.fromtimestamp(at, UTC)
    if -CLOCK_SKEW <= now - at < RECENT:
        return _in_their_zone(at, "t", say(sentences.times.TIME_UTC, clock=f"{shown:%H:%M}"))
    return _in_their_zone(
        at, "dt", say(sentences.times.MOMENT_UTC, day=_dated(shown), clock=f"{shown:%H:%M}")
    )


def when(at: float, now: float, *, stays: bool = False) -> Markup:
    """Return a moment as it stands in a sentence: `at 16:20`, `yesterday at 16:20`, `on Monday 16:20`.

    `at` and `now` are Unix times. "Yesterday" needs the reader's time zone; without it, the weekday is shown.
    A message that `stays`, such as a card, is read for weeks: it shows the date instead of either.
    """
    shown = datetime.fromtimestamp(at, UTC)
    clock = _in_their_zone(at, "t", say(sentences.times.TIME_UTC, clock=f"{shown:%H:%M}"))
    if not stays and (days := _days_from_today(at, now)) in _NEAR_DAYS:
        return say(_NEAR_DAYS[days], clock=clock)
    if -CLOCK_SKEW <= now - at < RECENT:
        return say(sentences.times.AT, clock=clock)
    moment = say(sentences.times.MOMENT_UTC, day=_dated(shown), clock=f"{shown:%H:%M}")
    shape = "wt" if abs(at - now) < A_WEEK and not stays else "dt"
    return say(sentences.times.ON, moment=_in_their_zone(at, shape, moment))


def _days_from_today(at: float, now: float) -> int | None:
    """Return how many days a moment is from today, in the reader's time zone; None if that is not known."""
    if not language.zone():
        return None
    zone = ZoneInfo(language.zone())
    return (datetime.fromtimestamp(at, zone).date() - datetime.fromtimestamp(now, zone).date()).days


def on_day(at: float) -> Markup:
    """Return a Unix time as a day that each reader's Telegram shows in their own time zone."""
    return _in_their_zone(at, "D", _dated(datetime.fromtimestamp(at, UTC)))


def _in_their_zone(at: float, shape: str, fallback: Markup) -> Markup:
    return Markup('<tg-time unix="{}" format="{}">{}</tg-time>').format(int(at), shape, fallback)


def _dated(on: date) -> Markup:
    return say(sentences.times.DAY_OF_YEAR, day=on.day, month=sentences.times.MONTHS[on.month], year=on.year)


def day(on: date) -> str:
    """Return a day without its year, such as `30 Nov`."""
    return plain(sentences.times.DAY, day=on.day, month=sentences.times.MONTHS[on.month])


def clock(minutes: int) -> str:
    """Return minutes since midnight as a time of day, such as `07:05`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def span(seconds: float) -> Markup:
    """Return a duration in its largest units, such as `2 h 18 min`, `23 days` or `40 s`."""
    whole = max(0, int(seconds))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 1:
        return say(sentences.times.SPAN_SECONDS, count=whole)
    if hours < 1:
        return say(sentences.times.SPAN_MINUTES, count=minutes)
    if days >= 2:
        return say(sentences.times.SPAN_DAYS, count=days)
    if minutes % 60:
        return say(sentences.times.SPAN_HOURS_MINUTES, hours=hours, minutes=minutes % 60)
    return say(sentences.times.SPAN_HOURS, count=hours)
