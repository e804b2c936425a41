"""From an outbox row to the message it stands for, worded when it is sent."""

from sqlmodel import Session

import words
from bot.context import BotContext
from bot.message import Message, unpack
from bot.messages import alerts, archive, digests, nudges, picture
from bot.messages.cards import card, changes_at
from bot.times.hours import plan_digest, quiet_end
from storage import links, outbox
from storage.kinds import MessageKind, card_key, policy_of
from storage.tables import Chat, FetchRow, Link, OutboxMessage
from storage.times import moment, seconds
from tracking import Kind
from words import sentences


def compose(session: Session, owed: OutboxMessage, context: BotContext, now: float) -> Message | None:
    """Return the message that a claimed row owes; None if there is nothing to show, now or ever.

    Writes on the row: when quiet hours let it go, when it will look different, what it answers to.
    """
    policy = policy_of(owed.kind)
    if policy.is_held and _postpone_if_quiet(session, owed, now):
        return None
    message = _worded(session, owed, context, now)
    if message is None or not policy.tells_parked or owed.telegram_id is not None:
        return message
    parked = outbox.count_parked(session, owed.chat_id)
    return alerts.with_parked(message, parked) if parked else message


def _postpone_if_quiet(session: Session, owed: OutboxMessage, now: float) -> bool:
    """Postpone a new message to the end of the chat's quiet hours. Return True if the chat is in them.

    A message that may have arrived already is sent at once: its first attempt was made by day.
    """
    if owed.telegram_id is not None or owed.in_doubt:
        return False
    until = quiet_end(session.get_one(Chat, owed.chat_id), now)
    if until is None:
        return False
    outbox.postpone(owed, until)
    return True


def _worded(session: Session, owed: OutboxMessage, context: BotContext, now: float) -> Message | None:
    if owed.link_id is not None:
        return _about_link(session, owed, session.get_one(Link, owed.link_id), context, now)
    match MessageKind(owed.kind):
        case MessageKind.ERASED:
            return None if owed.telegram_id is None else _erased(owed)
        case MessageKind.EXPORT:
            return archive.message(owed.chat_id)
        case MessageKind.DIGEST:
            chat = session.get_one(Chat, owed.chat_id)
            session.flush()  # the row is `sending` from here on: planning drops the digests that wait
            plan_digest(session, chat, now)
            return digests.digest(session, chat, now)
        case _:
            return unpack(owed.payload)


def _erased(owed: OutboxMessage) -> Message:
    """In the language that the chat spoke, which the row keeps: the chat itself has forgotten it."""
    with words.speaking(words.best(owed.payload, words.spoken())):
        return Message(words.say(sentences.commands.ERASED))


def _about_link(
    session: Session, owed: OutboxMessage, link: Link, context: BotContext, now: float
) -> Message | None:
    """Word a message about one link. All but the card and the pictures answer to the card."""
    if owed.kind == MessageKind.CARD:
        nudges.plan_unsent(session, link, now)
        return _card(owed, link, context, now)
    if owed.kind == MessageKind.PICTURE:
        return picture.message(link, dark=owed.payload == "dark")
    owed.reply_to = owed.reply_to or outbox.telegram_id_of(session, card_key(link.id))
    match MessageKind(owed.kind):
        case MessageKind.OBJECTED:
            return alerts.objected(link)
        case MessageKind.UNSENT:
            return nudges.unsent_question(owed, link, now)
        case MessageKind.REMIND:
            return nudges.reminder(session.get_one(Chat, owed.chat_id), link, now)
        case MessageKind.DEADLINE:
            return nudges.deadline(session.get_one(Chat, owed.chat_id), link, now)
        case _:
            return _about_fetch(session, owed, link, context, now)


def _card(owed: OutboxMessage, link: Link, context: BotContext, now: float) -> Message:
    revival = context.settings.windows.revival
    changes = changes_at(link, now, revival)
    owed.changes_at = None if changes is None else moment(changes)
    url, copy_page = context.settings.public_url, context.copy_page(link)
    return card(link, public_url=url, copy_page=copy_page, now=now, revival=revival)


def _about_fetch(
    session: Session, owed: OutboxMessage, link: Link, context: BotContext, now: float
) -> Message | None:
    fetch = session.get_one(FetchRow, owed.fetch_id)
    if owed.telegram_id is None and not _is_still_news(link, owed, fetch):
        return None
    if owed.kind == MessageKind.PROXIED:
        return alerts.proxied(link, fetch, now)
    slept_since = _slept_since(session, link, fetch, context.settings.windows.revival)
    message = alerts.opened(link, fetch, slept_since, now)
    return _with_later_opens(session, owed, fetch, message, now) if owed.not_before else message


def _is_still_news(link: Link, owed: OutboxMessage, fetch: FetchRow) -> bool:
    """Return False if the fetch was corrected, muted or overtaken before the chat heard of it."""
    if owed.kind == MessageKind.PROXIED:
        return fetch.kind == Kind.PROXIED and not links.history_of(link).summary.opens
    return fetch.kind in (Kind.OPENED, Kind.REPEAT) and not link.muted


def _with_later_opens(
    session: Session, owed: OutboxMessage, fetch: FetchRow, message: Message, now: float
) -> Message:
    """Add the opens that came while quiet hours held the alert. One alert a morning makes a sound."""
    assert owed.not_before  # noqa: S101  # the caller asked
    if owed.telegram_id is None and outbox.another_rang(session, owed):
        owed.loud = False
    opens, last = links.opens_between(session, fetch, seconds(owed.not_before))
    return alerts.with_held(message, opens, last, now) if opens > 1 else message


def _slept_since(session: Session, link: Link, fetch: FetchRow, revival: float) -> float | None:
    """Return when the link was last opened before this fetch, if it had fallen asleep since; else None."""
    last = links.opened_before(session, link, fetch)
    return last if last is not None and seconds(fetch.at) - last >= revival else None
