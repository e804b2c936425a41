"""`/track`: one link for one recipient, up to five in one gesture."""

import re
from datetime import date

from markupsafe import Markup
from sqlmodel import Session
from telegram import Update

import words
from bot import parsing
from bot.context import BotContext
from bot.message import Message
from bot.messages.nudges import set_deadline
from bot.parsing import TrackRequest
from bot.times import grammar, moments
from bot.times.hours import zone_of
from bot.updates import author_of, chat_id_of, message_id_of, text_of, thread_of, tracker_of
from storage import chats, links
from storage.links import DailyLimitError
from storage.tables import Link
from storage.times import now
from words import sentences
from words.typed import understood

MOST_AT_ONCE = 5


class DeadlineError(Exception):
    """No such day, or one that has passed."""

    def __init__(self, told: Markup) -> None:
        super().__init__(told)
        self.told = told


def track(session: Session, update: Update, context: BotContext) -> Message | None:
    """`/track contract to landlord`; alone it asks."""
    return make_links(session, update, context, parsing.argument(text_of(update)))


def make_links(session: Session, update: Update, context: BotContext, text: str) -> Message | None:
    """The new links' cards are the answer; without a text, or beyond a limit, a sentence is."""
    chat = chats.get_or_create(session, chat_id_of(update), now())
    try:
        text, day = deadline_in(text, moments.today(now(), zone_of(chat)))
    except DeadlineError as error:
        return Message(error.told)
    request = parsing.track(text)
    chat.asking = "" if request else "track"
    if request is None:
        return Message(
            words.say(sentences.track.TRACK_ASK),
            asks=words.plain(sentences.track.TRACK_PLACEHOLDER),
            question="track",
        )
    recipients = parsing.recipients(request.recipient)
    if refused := _refused(request.label, recipients):
        return Message(refused)
    try:
        made = _make(
            session, update, context, [TrackRequest(request.label, recipient) for recipient in recipients]
        )
    except DailyLimitError as full:
        return no_room(full, context)
    if day:
        for link in made:
            set_deadline(session, chat, link, day, now())
    return (
        Message(words.say(sentences.track.TRACK_SEVERAL, count=len(recipients)))
        if len(recipients) > 1
        else None
    )


def _refused(label: str, recipients: list[str]) -> Markup | None:
    """Why no links are made for these; None where they may be."""
    if parsing.is_mailing_list(label) or any(map(parsing.is_mailing_list, recipients)):
        return words.say(sentences.track.TRACK_ONE_PERSON)
    if len(recipients) > MOST_AT_ONCE:
        return words.say(sentences.track.TRACK_FEWER, most=MOST_AT_ONCE, count=len(recipients))
    return None


def deadline_in(text: str, today: date) -> tuple[str, date | None]:
    """`notice to landlord by 30 Nov`, `notice by 30 Nov to landlord`: the text without its day, and that.

    Names stand behind a "by", too. Raises DeadlineError for a day that is none, or has passed.
    """
    known = understood()
    by, to = grammar.one_of(known.by), grammar.one_of((*known.to, "→", "->"))
    found = re.fullmatch(
        rf"(.*\S)\s+{by}\s+(\S.*?)((?:\s+{to}\s+.+)?)", text.strip(), re.IGNORECASE | re.DOTALL
    )
    if not found:
        return text, None
    before, named, after = found.groups()
    if day := grammar.day(named, today):
        if day < today:
            raise DeadlineError(words.say(sentences.track.TRACK_PASSED, day=words.name(named)))
        return before + after, day
    if re.search(r"\d", named) or not known.weekdays.keys().isdisjoint(named.lower().split()):
        raise DeadlineError(words.say(sentences.track.TRACK_WHICH_DAY, day=words.name(named)))
    return text, None


def _make(session: Session, update: Update, context: BotContext, requests: list[TrackRequest]) -> list[Link]:
    """All of them or none. Raises DailyLimitError."""
    chat_id, at, daily = chat_id_of(update), now(), context.settings.daily_links
    links.check_room(session, chat_id, at, wanted=len(requests), daily=daily)
    return [
        links.create(
            session,
            chat_id=chat_id,
            by=author_of(update),
            label=request.label,
            recipient=request.recipient,
            now=at,
            daily=daily,
            thread_id=thread_of(update),
            asked_in=message_id_of(update),
            tracker=tracker_of(update),
        )
        for request in requests
    ]


def no_room(full: DailyLimitError, context: BotContext) -> Message:
    """What is said beyond the daily limit."""
    limit, free = context.settings.daily_links, words.time(full.free_at, now())
    if full.left:
        return Message(words.say(sentences.track.TRACK_ROOM_FOR, left=full.left, limit=limit))
    return Message(words.say(sentences.track.TRACK_TOO_MANY, limit=limit, free=free))
