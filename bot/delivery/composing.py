"""From an outbox row to the message it stands for, in the words of the moment."""

from sqlmodel import Session

import words
from bot.context import BotContext
from bot.message import Message, unpack
from bot.messages import alerts, archive, digests, nudges, picture
from bot.messages.cards import card, changes_at
from bot.times.hours import plan_digest, quiet_end
from storage import links, outbox
from storage.tables import Chat, FetchRow, Link, OutboxMessage
from storage.times import moment, seconds
from tracking import Kind
from words import sentences

NEWS = ("opened", "remind", "deadline", "digest")
"""Kinds that also say what may not have arrived before them."""
ASKED_FOR = ("reply", "card", "digest", "export", "picture", "erased")
"""Kinds that quiet hours do not hold: answers, what makes no sound, and what has a time of its own."""


def compose(session: Session, alert: OutboxMessage, context: BotContext, now: float) -> Message | None:
    """The message an alert owes; None when there is nothing to show, now or any more."""
    if _is_held(session, alert, now):
        return None
    message = _worded(session, alert, context, now)
    if message is None or alert.kind not in NEWS or alert.telegram_id is not None:
        return message
    missed = outbox.missed(session, alert.chat_id)
    return alerts.with_missed(message, missed) if missed else message


def _worded(session: Session, alert: OutboxMessage, context: BotContext, now: float) -> Message | None:
    if alert.link_id is not None:
        return _about_link(session, alert, session.get_one(Link, alert.link_id), context, now)
    match alert.kind:
        case "erased":
            return None if alert.telegram_id is None else _erased(alert)
        case "export":
            return archive.message(alert.chat_id)
        case "digest":
            chat = session.get_one(Chat, alert.chat_id)
            session.flush()  # that this one is taken: planning drops what waits
            plan_digest(session, chat, now)
            return digests.digest(session, chat, now)
        case _:
            return unpack(alert.payload)


def _erased(alert: OutboxMessage) -> Message:
    """In the language that a chat spoke which has forgotten it."""
    with words.speaking(words.best(alert.payload, words.spoken())):
        return Message(words.say(sentences.commands.ERASED))


def _about_link(
    session: Session, alert: OutboxMessage, link: Link, context: BotContext, now: float
) -> Message | None:
    """What is owed about one link; all but its card and its pictures answer to the card."""
    if alert.kind == "card":
        nudges.plan_unsent(session, link, now)
        return _card(alert, link, context, now)
    if alert.kind == "picture":
        return picture.message(link, dark=alert.payload == "dark")
    alert.reply_to = alert.reply_to or outbox.message_of(session, links.card_key(link.id))
    match alert.kind:
        case "objected":
            return alerts.objected(link)
        case "unsent":
            return nudges.unsent(alert, link, now)
        case "remind":
            return nudges.reminder(session.get_one(Chat, alert.chat_id), link, now)
        case "deadline":
            return nudges.deadline(session.get_one(Chat, alert.chat_id), link, now)
        case _:
            return _about_fetch(session, alert, link, context, now)


def _is_held(session: Session, alert: OutboxMessage, now: float) -> bool:
    """Whether quiet hours hold the alert; one that may have arrived already is not held any more."""
    if alert.kind in ASKED_FOR or alert.telegram_id is not None or alert.in_doubt:
        return False
    until = quiet_end(session.get_one(Chat, alert.chat_id), now)
    if until is None:
        return False
    outbox.postpone(alert, until)
    return True


def _card(alert: OutboxMessage, link: Link, context: BotContext, now: float) -> Message:
    revival = context.settings.windows.revival
    changes = changes_at(link, now, revival)
    alert.changes_at = None if changes is None else moment(changes)
    url, copy_page = context.settings.public_url, context.copy_page(link)
    return card(link, public_url=url, copy_page=copy_page, now=now, revival=revival)


def _about_fetch(
    session: Session, alert: OutboxMessage, link: Link, context: BotContext, now: float
) -> Message | None:
    fetch = session.get_one(FetchRow, alert.fetch_id)
    if alert.telegram_id is None and not _is_still_news(link, alert, fetch):
        return None
    if alert.kind == "proxied":
        return alerts.proxied(link, fetch, now)
    message = alerts.opened(
        link, fetch, _slept_since(session, link, fetch, context.settings.windows.revival), now
    )
    return _summed_up(session, alert, fetch, message, now) if alert.not_before else message


def _is_still_news(link: Link, alert: OutboxMessage, fetch: FetchRow) -> bool:
    """Corrected, muted or overtaken before anybody saw it: nothing to tell."""
    if alert.kind == "proxied":
        return fetch.kind == Kind.PROXIED and not links.history_of(link).summary.opens
    return fetch.kind in (Kind.OPENED, Kind.REPEAT) and not link.muted


def _summed_up(
    session: Session, alert: OutboxMessage, fetch: FetchRow, message: Message, now: float
) -> Message:
    """What quiet hours held, with what came after it; one sound for all of a morning's news."""
    assert alert.not_before  # noqa: S101  # the caller asked
    if alert.telegram_id is None and outbox.rang_before(session, alert):
        alert.loud = False
    looks, last = links.opens_between(session, fetch, seconds(alert.not_before))
    return alerts.with_held(message, looks, last, now) if looks > 1 else message


def _slept_since(session: Session, link: Link, fetch: FetchRow, revival: float) -> float | None:
    """When the link was opened before this, if that is so long ago that this open woke it up."""
    last = links.opened_before(session, link, fetch)
    return last if last is not None and seconds(fetch.at) - last >= revival else None
