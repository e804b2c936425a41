"""Wording: sentences of the catalogue filled with values, safe in Telegram's HTML and on pages."""

import re
import unicodedata
from datetime import UTC, date, datetime

from markupsafe import Markup, escape

from words import english

LONGEST_NAME = 64
"""UTF-16 units of a label that are shown; all of it is kept."""

# Controls, line breaks and overrides of direction; not the joiners, which emoji and scripts need.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\s]+")


def say(sentence: str, **values: object) -> Markup:
    """The sentence with its braces filled; values are escaped unless they are Markup already."""
    return Markup(sentence).format(**values)  # noqa: S704  # sentences are the catalogue's, values get escaped


def name(text: str, longest: int = LONGEST_NAME) -> Markup:
    """What a person called something: one line, without tricks of direction, shortened, escaped."""
    shown = shorten(_UNSEEN.sub(" ", text).strip(), longest) or english.NAMELESS
    # Isolated only where it is needed: text that runs right to left must not turn its surroundings.
    turns = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in shown)
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
    recent = 0 <= now - at < 12 * 3600
    shape, text = ("t", "%H:%M UTC") if recent else ("dt", "%d %b %Y %H:%M UTC")
    shown = datetime.fromtimestamp(at, UTC).strftime(text)
    return Markup('<tg-time unix="{}" format="{}">{}</tg-time>').format(int(at), shape, shown)


def on_day(at: float) -> Markup:
    """A day that each reader's Telegram shows in their own zone."""
    shown = datetime.fromtimestamp(at, UTC)
    return Markup('<tg-time unix="{}" format="D">{}</tg-time>').format(int(at), f"{shown.day} {shown:%b %Y}")


def day(on: date) -> str:
    """A day of the calendar, without the year: `30 Nov`."""
    return f"{on.day} {on:%b}"


def clock(minutes: int) -> str:
    """Minutes since midnight as a clock shows them: `07:05`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def span(seconds: float) -> str:
    """How long, in the two largest units that say something: `2 h 18 min`, `23 days`, `40 s`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if hours < 1:
        return f"{minutes} min"
    if days < 2:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{days} days"
