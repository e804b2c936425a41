"""Which languages there are, which one is spoken at the moment, and their catalogues.

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

_spoken = ContextVar("spoken", default=SOURCE)


def spoken() -> str:
    """The language of the moment."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything within in this language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def in_every_language() -> Iterator[str]:
    """Each language, spoken while it is this one's turn."""
    for language in languages():
        with speaking(language):
            yield language


@cache
def languages() -> tuple[str, ...]:
    """English, and those that have a catalogue."""
    return (SOURCE, *sorted(path.parts[-3] for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


def closest(tag: str) -> str | None:
    """The language that serves who asks for this one, as `pt` serves `pt-BR`; None when there is none."""
    wanted = tag.strip().lower().replace("_", "-")
    while wanted:
        if wanted in languages():
            return wanted
        wanted = wanted.rpartition("-")[0]
    return None


def best(*tags: str) -> str:
    """The language for the first of these tags that one serves, and English for none."""
    return next((found for tag in tags if (found := closest(tag))), SOURCE)


def preferred(accept_language: str) -> str:
    """The best language for a browser's Accept-Language (RFC 9110, 12.5.4)."""
    ranked = sorted(map(_weighed, accept_language[:200].split(",")), key=lambda found: -found[0])
    return best(*(tag for weight, tag in ranked if weight > 0))


def _weighed(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    name, _, weight = parameter.strip().partition("=")
    try:
        return (float(weight) if name == "q" else 1.0), tag
    except ValueError:
        return 0.0, tag


def translation(text: str, context: str, many: str, count: int) -> str:
    """What stands for an English sentence in the language of the moment."""
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
