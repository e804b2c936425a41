"""Builders of links and fetches in every state that a chat can see."""

import html
import re
from collections.abc import Iterable

from hypothesis import strategies as st
from telegram import InlineKeyboardButton

import words
from bot.message import Message
from storage.links import keep_history
from storage.tables import FetchRow, Link
from storage.times import moment
from tests.fetches import NOON
from tracking import (
    Agent,
    Confidence,
    Fetch,
    History,
    Kind,
    Network,
    Reason,
    Sighting,
    Statement,
    StatementKind,
    Windows,
)
from tracking.verdicts import fold

LONGEST_TEXT = 4096
"""UTF-16 units that Telegram takes, without the tags."""

TOKEN = "AAAAAAAAAAAAAAAAAAAAAA"
PUBLIC = "https://readback.example"
PIXEL = f"{PUBLIC}/i/{TOKEN}.gif"
COPY_PAGE = f"{PUBLIC}/copy/7-0123456789abcdef0123456789abcdef"
LOOK = "0123456789abcdef" * 2

Event = Sighting | Statement

labels = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.sampled_from(
        [
            "<b>",
            "&amp;",
            "</code>",
            "\u202egnp",
            "עברית",
            "a\nb",
            "👩‍👩‍👧‍👦" * 900,
            "x" * 5000,
            "<" * 5000,
            "\u200b",
        ]
    ),
)


def said(kind: StatementKind, at: float = NOON + 60, of: str = "", until: float = 0) -> Statement:
    return Statement(kind, at, of, until)


SENT = said(StatementKind.SENT)


def link(*events: Event, label: str = "contract", recipient: str = "landlord", muted: bool = False) -> Link:
    """Return Anna's link after these events: a fetch each quarter of an hour, and her statements between."""
    history = History()
    for number, happened in enumerate(events, 1):
        if isinstance(happened, Statement):
            history = history._replace(statements=history.statements.apply(happened))
        else:
            history = fold(Fetch(f"{number:032x}", NOON + 900 * number, happened), history, Windows()).history
    link = Link(
        id=7, chat_id=1001, number=3, token=TOKEN, label=label, recipient=recipient, created_at=moment(NOON),
        created_by=1001, last_event_at=moment(NOON), muted=muted,
    )  # fmt: skip
    keep_history(link, history)
    return link


def fetch(
    kind: Kind = Kind.OPENED,
    reason: Reason = Reason.GMAIL_PROXY,
    confidence: Confidence = Confidence.PROBABLE,
    *,
    agent: Agent = Agent.GMAIL_PROXY,
    network: Network = Network.GOOGLE_PROXY,
    at: float = NOON + 60 + 2 * 3600 + 18 * 60,
    seq: int = 1,
    sign: Reason | None = None,
) -> FetchRow:
    return FetchRow(
        id=LOOK, link_id=7, seq=seq, at=moment(at), agent=agent, network=network, user_agent="Mozilla/5.0",
        kind=kind, reason=reason, confidence=confidence, sign=sign or "",
    )  # fmt: skip


def keys(message: Message) -> list[InlineKeyboardButton]:
    return [key for row in message.keyboard for key in row]


def verbs(message: Message) -> list[str]:
    """Return the verbs of the buttons, without the ids."""
    return [str(key.callback_data).partition(":")[0] for key in keys(message) if key.callback_data]


def plain(message: Message) -> str:
    """Return the text as a person sees it: without tags."""
    return html.unescape(re.sub(r"</?[a-z][^>]*>", "", message.text))


def fits_telegram(message: Message) -> bool:
    """Return True if Telegram takes the message: its length, its tags, and its buttons' data."""
    tags = re.findall(r"<(/?)([a-z-]+)[^>]*>", message.text)
    return (
        words.utf16(plain(message)) <= LONGEST_TEXT
        and _balanced(tags)
        and all(len(str(key.callback_data or "").encode()) <= 64 for key in keys(message))
        and all(1 <= words.utf16(key.text) <= 64 for key in keys(message))
    )


def _balanced(tags: Iterable[tuple[str, str]]) -> bool:
    """Return True if Telegram knows every tag, and each is closed before the one around it."""
    around: list[str] = []
    for closing, tag in tags:
        if tag not in {"a", "b", "i", "code", "tg-time"}:
            return False
        if closing and (not around or around.pop() != tag):
            return False
        if not closing:
            around.append(tag)
    return not around
