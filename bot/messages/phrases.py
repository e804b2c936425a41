"""Pieces of sentences that several messages share: a link's name, a verdict's reason."""

from markupsafe import Markup

import words
from storage.links import history_of
from storage.tables import FetchRow, Link
from tracking.silence import silence_of
from words import english as en


def name(link: Link) -> Markup:
    label = words.name(link.label)
    if link.recipient:
        return words.say(en.NAME, label=label, recipient=words.name(link.recipient))
    return words.say(en.NAME_ALONE, label=label)


def numbered(link: Link) -> Markup:
    return words.say(en.NUMBERED, name=name(link), number=link.number)


def because(fetch: FetchRow) -> Markup:
    """How sure, and why: `Probable: Gmail loaded the image, and not its prefetcher.`"""
    said = words.say(en.BECAUSE, confidence=en.CONFIDENCE[fetch.confidence], because=en.REASONS[fetch.reason])
    if fetch.network == "unknown" and fetch.confidence == "weak" and fetch.reason != "maybe_draft":
        return Markup(" ").join((said, words.say(en.ADDRESS_HIDDEN)))
    return said


def silence(link: Link, now: float) -> Markup | None:
    """What it can mean that nothing was seen; None where something was, or it is too early to ask."""
    found = silence_of(history_of(link), now)
    return words.say(en.SILENCE, meaning=en.SILENCES[found]) if found else None


def lines(*parts: str | Markup) -> Markup:
    """Lines below each other; empty ones that come first or double are the caller's wish."""
    return Markup("\n").join(Markup(part) for part in parts)  # noqa: S704  # catalogue or said already
