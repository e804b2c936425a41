"""Pieces that several messages share: a link's name, a verdict's reason, the lines of a text."""

from markupsafe import Markup
from telegram import InlineKeyboardButton

import words
from bot.message import Keyboard, button
from bot.problems import Problem
from storage.health import Hop
from storage.links import history_of
from storage.tables import FetchRow, Link
from tracking import Agent, Confidence, Kind, Network, Reason
from tracking.no_open import explain_no_open, is_unseen
from words import Sentence, sentences

NOON = 12 * 3600
"""Seconds before a deadline's end. At noon of a day, nearly every reader's calendar shows that day."""
BELIED = (Reason.FORGED_PROXY, Reason.PROVIDER_PREFETCH)
"""Signs of a fetch that claims to be Gmail's, from an address that is not Google's."""
ASKED = (Reason.MAYBE_DRAFT, Reason.MAYBE_UNSENT)
"""Reasons of opens that are weak because nobody knows whether the mail was sent by then."""
CORRECTIONS: dict[str, tuple[str, Sentence]] = {
    Reason.SENDER_DEVICE: ("not_own", sentences.buttons.BUTTON_NOT_OWN),
    Reason.DATACENTRE_BROWSER: ("person", sentences.buttons.BUTTON_PERSON),
    Reason.UNLIKE_A_BROWSER: ("person", sentences.buttons.BUTTON_PERSON),
    Reason.RETURNED: ("person", sentences.buttons.BUTTON_PERSON),
    Reason.BURST: ("person", sentences.buttons.BUTTON_PERSON),
}
"""Reasons about which the owner may know better, with the verb and the label of the button for it."""


def name(link: Link) -> Markup:
    return words.link_name(link.label, link.recipient)


def numbered(link: Link) -> Markup:
    """Return `contract → landlord · #7`."""
    return words.say(sentences.cards.NUMBERED, name=name(link), number=link.number)


def tracked_by(link: Link, *, mentioned: bool = False) -> list[Markup]:
    """Return a line that names the person who made the link, in a group; Telegram tells them, if mentioned.

    Nobody is named for a private chat's link, nor for one by an administrator who hides behind the group.
    """
    if not link.tracker:
        return []
    who = words.name(link.tracker)
    if mentioned:
        who = Markup('<a href="tg://user?id={}">{}</a>').format(link.created_by, who)
    return [words.say(sentences.cards.TRACKED_BY, who=who)]


def agent_of(fetch: FetchRow) -> str:
    """Return who fetched, as a key of `sentences.reasons.AGENTS`. A forged name has a key of its own."""
    claimed = f"claimed_{fetch.agent}"
    return claimed if fetch.sign in BELIED and claimed in sentences.reasons.AGENTS else fetch.agent


def reason_of(fetch: FetchRow) -> str:
    """Return the reason, as a key of `sentences.reasons.REASONS`."""
    is_claim = fetch.reason == Reason.PROVIDER_PREFETCH and fetch.agent == Agent.GMAIL_PREFETCH
    return "claimed_prefetch" if is_claim else fetch.reason


def shown_kind(fetch: FetchRow) -> str:
    """Return the fetch's kind as people see it. A repeat is an open, like the one that it repeats."""
    return Kind.OPENED if fetch.kind == Kind.REPEAT else fetch.kind


def deadline_of(end: float) -> Markup:
    """Return the day of a deadline, as every reader's calendar shows it. `end` is its last second."""
    return words.on_day(end - NOON)


def because(fetch: FetchRow) -> Markup:
    """Return how sure the bot is, and why: `Probable: Gmail loaded the image the way …`"""
    reason = sentences.reasons.REASONS[reason_of(fetch)]
    said = words.say(
        sentences.reasons.BECAUSE, confidence=sentences.reasons.CONFIDENCE[fetch.confidence], because=reason
    )
    is_weak = fetch.confidence == Confidence.WEAK and fetch.reason not in ASKED
    if is_weak and fetch.network == Network.UNKNOWN:
        return Markup(" ").join((said, words.say(sentences.reasons.ADDRESS_HIDDEN)))
    return said


def correction_button(reason: str, fetch: str) -> InlineKeyboardButton | None:
    """Return the button by which the owner makes an open of the fetch with this id, or None."""
    if reason not in CORRECTIONS:
        return None
    verb, label = CORRECTIONS[reason]
    return button(label, verb, fetch)


def why_no_open(link: Link, now: float) -> Markup | None:
    """Return what it can mean that nobody opened the mail; None if somebody did, or it is too early."""
    found = explain_no_open(history_of(link), now)
    return words.say(sentences.history.SILENCE, meaning=sentences.history.SILENCES[found]) if found else None


def unseen_buttons(link: Link, prefix: str = "") -> Keyboard:
    """Return the answers to the question whether the image is in the mail; none if it is not asked."""
    if not is_unseen(history_of(link)):
        return []
    yes = button(sentences.buttons.BUTTON_PASTED, f"{prefix}pasted", link.id)
    return [[yes, button(sentences.buttons.BUTTON_NOT_PASTED, f"{prefix}not_pasted", link.id)]]


def lines(*parts: str | Markup) -> Markup:
    """Return a text of these lines. An empty one leaves a gap."""
    return Markup("\n").join(Markup(part) for part in parts)  # noqa: S704  # catalogue or said already


def hop(noticed: Hop) -> Problem:
    """Return which proxy TRUSTED_PROXIES does not name, and what to set."""
    values = {"hop": noticed.title, "address": noticed.address, "value": noticed.value}
    return Problem(sentences.operator.HOPS[noticed.kind], values)
