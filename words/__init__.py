"""Wording: sentences said in the language of the moment, safe in Telegram's HTML and on pages."""

import re
import unicodedata
from datetime import UTC, date, datetime

from markupsafe import Markup, escape

from words import sentences
from words.language import SOURCE, best, closest, in_every_language, languages, preferred, speaking, spoken
from words.sentence import Sentence

__all__ = [
    "LONGEST_NAME",
    "RECENT",
    "SOURCE",
    "Sentence",
    "best",
    "clock",
    "closest",
    "day",
    "in_every_language",
    "languages",
    "name",
    "on_day",
    "plain",
    "preferred",
    "say",
    "shorten",
    "span",
    "speaking",
    "spoken",
    "time",
    "utf16",
]

RECENT = 12 * 3600
"""Seconds for which a time of day says enough; from then on it takes a date."""
LONGEST_NAME = 64
"""UTF-16 units of a label that are shown; all of it is kept."""

# Controls, line breaks and overrides of direction; not the joiners, which emoji and scripts need.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\s]+")

_RTL = ("R", "AL", "AN")
"""Unicode's classes of what is written from right to left."""


def say(sentence: Sentence, **values: object) -> Markup:
    """The sentence, its braces filled; values are escaped unless they are Markup, or sentences themselves."""
    return sentence.filled(values)


def plain(sentence: Sentence, **values: object) -> str:
    """The same where nothing is escaped: on buttons and in pictures."""
    return say(sentence, **values).unescape()


def name(text: str, longest: int = LONGEST_NAME) -> Markup:
    """What a person called something: one line, without tricks of direction, shortened, escaped."""
    shown = shorten(_UNSEEN.sub(" ", text).strip(), longest) or plain(sentences.cards.NAMELESS)
    # Isolated only where it is needed: what runs the other way must not turn its surroundings.
    turns = plain(sentences.languages.DIRECTION) == "rtl" or any(
        unicodedata.bidirectional(letter) in _RTL for letter in shown
    )
    return escape(f"\u2068{shown}\u2069" if turns else shown)


def shorten(text: str, longest: int) -> str:
    """At most so many UTF-16 units, Telegram's measure; no character is cut in two."""
    if utf16(text) <= longest:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (longest - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip("\u200d\ufe0f ") + "…"


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def time(at: float, now: float) -> Markup:
    """A moment that each reader's Telegram shows in their own zone; the text within is the fallback."""
    shown = datetime.fromtimestamp(at, UTC)
    if 0 <= now - at < RECENT:
        return _in_their_zone(at, "t", say(sentences.times.TIME_UTC, clock=f"{shown:%H:%M}"))
    return _in_their_zone(
        at, "dt", say(sentences.times.MOMENT_UTC, day=_dated(shown), clock=f"{shown:%H:%M}")
    )


def on_day(at: float) -> Markup:
    """A day that each reader's Telegram shows in their own zone."""
    return _in_their_zone(at, "D", _dated(datetime.fromtimestamp(at, UTC)))


def _in_their_zone(at: float, shape: str, fallback: Markup) -> Markup:
    return Markup('<tg-time unix="{}" format="{}">{}</tg-time>').format(int(at), shape, fallback)


def _dated(on: date) -> Markup:
    return say(sentences.times.DAY_OF_YEAR, day=on.day, month=sentences.times.MONTHS[on.month], year=on.year)


def day(on: date) -> str:
    """A day of the calendar, without the year: `30 Nov`."""
    return plain(sentences.times.DAY, day=on.day, month=sentences.times.MONTHS[on.month])


def clock(minutes: int) -> str:
    """Minutes since midnight as a clock shows them: `07:05`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def span(seconds: float) -> Markup:
    """How long, in the two largest units that say something: `2 h 18 min`, `23 days`, `40 s`."""
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
