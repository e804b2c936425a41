"""Pieces of sentences that several messages share: a link's name, a verdict's reason."""

from markupsafe import Markup

import words
from storage.links import history_of
from storage.tables import FetchRow, Link
from tracking import Agent, Reason
from tracking.no_open import explain_no_open
from words import sentences

NOON = 12 * 3600
"""Seconds before a deadline's end at which every reader's clock shows the same day."""
BELIED = (Reason.FORGED_PROXY, Reason.PROVIDER_PREFETCH)
"""Signs of a fetch that names itself Gmail, and comes from an address that is not Google's."""


def name(link: Link) -> Markup:
    label = words.name(link.label)
    if link.recipient:
        return words.say(sentences.cards.NAME, label=label, recipient=words.name(link.recipient))
    return words.say(sentences.cards.NAME_ALONE, label=label)


def numbered(link: Link) -> Markup:
    return words.say(sentences.cards.NUMBERED, name=name(link), number=link.number)


def agent_of(fetch: FetchRow) -> str:
    """Who fetched, as a key of the catalogue: whose address belies its name only claims to be that."""
    claimed = f"claimed_{fetch.agent}"
    return claimed if fetch.sign in BELIED and claimed in sentences.reasons.AGENTS else fetch.agent


def reason_of(fetch: FetchRow) -> str:
    """The reason's key in the catalogue."""
    is_claim = fetch.reason == Reason.PROVIDER_PREFETCH and fetch.agent == Agent.GMAIL_PREFETCH
    return "claimed_prefetch" if is_claim else fetch.reason


def deadline_of(end: float) -> Markup:
    """The day of a deadline that ends then, as every reader's calendar shows it."""
    return words.on_day(end - NOON)


def because(fetch: FetchRow) -> Markup:
    """How sure, and why: `Probable: Gmail loaded the image, and not its prefetcher.`"""
    reason = sentences.reasons.REASONS[reason_of(fetch)]
    said = words.say(
        sentences.reasons.BECAUSE, confidence=sentences.reasons.CONFIDENCE[fetch.confidence], because=reason
    )
    if fetch.network == "unknown" and fetch.confidence == "weak" and fetch.reason != "maybe_draft":
        return Markup(" ").join((said, words.say(sentences.reasons.ADDRESS_HIDDEN)))
    return said


def silence(link: Link, now: float) -> Markup | None:
    """What it can mean that nothing was seen; None where something was, or it is too early to ask."""
    found = explain_no_open(history_of(link), now)
    return words.say(sentences.history.SILENCE, meaning=sentences.history.SILENCES[found]) if found else None


def lines(*parts: str | Markup) -> Markup:
    """Lines below each other; empty ones that come first or double are the caller's request."""
    return Markup("\n").join(Markup(part) for part in parts)  # noqa: S704  # catalogue or said already
