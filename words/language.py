"""The languages that exist, the current one, and the catalogues that translate into them.

A language exists as soon as its folder in `locale/` holds a compiled catalogue (`make words`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "readback"
SOURCE = "en"
"""The language that sentences are written in."""
LONGEST_TAG = 35
"""Characters of a language tag that count (RFC 5646, 4.4.1). People type other texts after /language."""

_spoken = ContextVar("spoken", default=SOURCE)
_zone = ContextVar("zone", default="")


def spoken() -> str:
    """Return the current language."""
    return _spoken.get()


def zone() -> str:
    """Return the name of the reader's time zone, such as `Europe/Berlin`; empty if it is not known."""
    return _zone.get()


@contextmanager
def speaking(language: str, zone: str = "") -> Iterator[None]:
    """Make this the current language, and the reader's time zone, until the end of the block."""
    before, zone_before = _spoken.set(language), _zone.set(zone)
    try:
        yield
    finally:
        _spoken.reset(before)
        _zone.reset(zone_before)


def in_every_language() -> Iterator[str]:
    """Yield each language, and make it the current one meanwhile."""
    for language in languages():
        with speaking(language):
            yield language


@cache
def languages() -> tuple[str, ...]:
    """Return English and the languages that have a catalogue."""
    return (SOURCE, *sorted(path.parts[-3] for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def closest(tag: str) -> str | None:
    """Return our language for a language tag, such as `pt` for `pt-BR`; None if we have none."""
    wanted = tag[:LONGEST_TAG].strip().lower().replace("_", "-")
    while wanted:
        if wanted in languages():
            return wanted
        wanted = wanted.rpartition("-")[0]
    return None


def best(*tags: str) -> str:
    """Return our language for the first of these tags that has one, or English."""
    return next((found for tag in tags if (found := closest(tag))), SOURCE)


def preferred(accept_language: str) -> str:
    """Return our best language for a browser's Accept-Language header (RFC 9110, 12.5.4)."""
    ranked = sorted(map(_quality, accept_language[:200].split(",")), key=lambda found: -found[0])
    return best(*(tag for quality, tag in ranked if quality > 0))


def _quality(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    name, _, quality = parameter.strip().partition("=")
    try:
        return (float(quality) if name == "q" else 1.0), tag
    except ValueError:
        return 0.0, tag


def translation(text: str, context: str, many: str, count: int) -> str:
    """Return the translation of an English sentence into the current language.

    `many` is the English plural; empty if the sentence counts nothing.
    """
    catalogue = _catalogue(spoken())
    if many:
        return catalogue.ngettext(text, many, count)
    return catalogue.pgettext(context, text) if context else catalogue.gettext(text)


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as compiled:
        return GNUTranslations(compiled)
