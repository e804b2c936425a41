"""`/timezone`, `/quiet`, `/digest`: when the chat is spoken to."""

from collections.abc import Sequence
from zoneinfo import available_timezones

from markupsafe import Markup
from sqlmodel import Session
from telegram import Update

import words
from bot import parsing
from bot.commands.presses import Answer, Press
from bot.context import BotContext
from bot.message import Keyboard, Message, button
from bot.messages.phrases import lines
from bot.replies import question_of, rewrite
from bot.times import grammar, moments, zones
from bot.times.hours import plan_digest, zone_of
from bot.updates import chat_id_of, is_private, text_of
from storage import chats, erasing, outbox
from storage.tables import Chat
from storage.times import now
from words import sentences
from words.typed import understood

MOST_OFFERED = 10


def timezone(session: Session, update: Update, context: BotContext) -> Message:
    """`/timezone Berlin`; alone it tells, and asks."""
    text = parsing.argument(text_of(update))
    if text:
        return answer_zone(session, update, context, text)
    chat = chats.get_or_create(session, chat_id_of(update), now())
    chat.asking = "timezone"
    return Message(
        lines(_zone_told(chat), words.say(sentences.clocks.TIMEZONE_ASK)),
        asks=words.plain(sentences.clocks.TIMEZONE_PLACEHOLDER),
        question="timezone",
    )


def answer_zone(session: Session, update: Update, _context: BotContext, text: str) -> Message:
    chat = chats.get_or_create(session, chat_id_of(update), now())
    found = zones.find(text)
    if not found:
        return Message(words.say(sentences.clocks.TIMEZONE_UNKNOWN, place=words.name(text)))
    if len(found) > 1:
        return Message(
            words.say(sentences.clocks.TIMEZONE_SEVERAL, place=words.name(text)),
            _choice(found[:MOST_OFFERED]),
        )
    return take_zone(session, chat, found[0])


def _choice(found: Sequence[str]) -> Keyboard:
    keys = [button(zones.city(name), "zone", name) for name in found]
    return [keys[start : start + 2] for start in range(0, len(keys), 2)]


def located(session: Session, update: Update, _context: BotContext) -> Message | None:
    """A place on the map: only the zone it lies in is kept."""
    message = update.effective_message
    if message is None or message.location is None:
        return None
    if not is_private(update) and question_of(session, update) != "timezone":
        # Somebody tells the others where they are.
        return None
    chat = chats.get_or_create(session, chat_id_of(update), now())
    erasing.mark(session)
    found = zones.at(message.location.latitude, message.location.longitude)
    if found is None:
        return Message(words.say(sentences.clocks.TIMEZONE_NOWHERE))
    return Message(lines(take_zone(session, chat, found).text, words.say(sentences.clocks.TIMEZONE_NOT_KEPT)))


def take_zone(session: Session, chat: Chat, zone: str) -> Message:
    chat.zone, chat.asking = zone, ""
    _replan(session, chat)
    return Message(_zone_told(chat))


def _zone_told(chat: Chat) -> Markup:
    local = moments.shown(now(), zone_of(chat))
    if not chat.zone:
        return words.say(sentences.clocks.TIMEZONE_NONE, clock=local)
    return words.say(sentences.clocks.TIMEZONE_IS, zone=zones.shown(chat.zone), clock=local)


def quiet(session: Session, update: Update, _context: BotContext) -> Message:
    """`/quiet 22:00-07:00`, `/quiet off`; alone it tells."""
    text, chat = parsing.argument(text_of(update)), chats.get_or_create(session, chat_id_of(update), now())
    if text:
        hours = None if _is_off(text) else grammar.clocks(text)
        if hours is None and not _is_off(text):
            return Message(words.say(sentences.clocks.QUIET_HOW))
        chat.quiet_from, chat.quiet_until = hours or (None, None)
        _replan(session, chat)
    if chat.quiet_from is None or chat.quiet_until is None:
        return Message(
            lines(
                words.say(sentences.clocks.QUIET_OFF),
                *([] if text else [words.say(sentences.clocks.QUIET_HOW)]),
            )
        )
    start, end = words.clock(chat.quiet_from), words.clock(chat.quiet_until)
    return Message(lines(words.say(sentences.clocks.QUIET_IS, start=start, end=end), *_in_utc(chat)))


def digest(session: Session, update: Update, _context: BotContext) -> Message:
    """`/digest 18:00`, `/digest off`; alone it tells."""
    text, chat = parsing.argument(text_of(update)), chats.get_or_create(session, chat_id_of(update), now())
    if text:
        at = None if _is_off(text) else grammar.clock(text)
        if at is None and not _is_off(text):
            return Message(words.say(sentences.clocks.DIGEST_HOW))
        chat.digest_at = at
        plan_digest(session, chat, now())
    if chat.digest_at is None:
        return Message(
            lines(
                words.say(sentences.clocks.DIGEST_OFF),
                *([] if text else [words.say(sentences.clocks.DIGEST_HOW)]),
            )
        )
    return Message(
        lines(words.say(sentences.clocks.DIGEST_IS, clock=words.clock(chat.digest_at)), *_in_utc(chat))
    )


def _is_off(text: str) -> bool:
    return text.lower() in (*understood().off, "0")


def _in_utc(chat: Chat) -> list[Markup]:
    return [] if chat.zone else [words.say(sentences.clocks.CLOCK_IN_UTC)]


def _replan(session: Session, chat: Chat) -> None:
    """The chat's clock, or its quiet, changed: what waits is planned again."""
    plan_digest(session, chat, now())
    outbox.release_held(session, chat.id)


def pressed_zone(press: Press) -> Answer:
    """One of several clocks was chosen."""
    chat = chats.get_or_create(press.session, press.chat_id, now())
    if press.about not in available_timezones():
        return sentences.toasts.TOAST_GONE
    return rewrite(press.session, press.update, take_zone(press.session, chat, press.about))
