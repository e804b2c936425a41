"""Makes links: `/track`, for one recipient or for up to ten at once."""

import re
from datetime import date

from markupsafe import Markup

import words
from bot import parsing
from bot.commands.turn import Answer, Turn
from bot.message import Message
from bot.parsing import TrackRequest
from bot.planning import set_deadline
from bot.times import grammar, moments
from bot.times.hours import zone_of
from storage import links
from storage.daily_limit import DailyLimitError
from storage.links import NewLink
from storage.tables import Link
from words import Sentence, sentences
from words.typed import understood

MOST_AT_ONCE = 10
"""One message lists them. With the longest names that are shown, ten take 4,000 of Telegram's 4,096 units."""


class DeadlineError(Exception):
    """The day of a deadline does not exist or has passed. `sentence` says so, and what to type."""

    def __init__(self, sentence: Markup) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def track(turn: Turn) -> Answer:
    """Make links for `/track contract to landlord`. Ask for what is missing."""
    return make_links(turn, turn.argument)


def press_track(turn: Turn) -> Answer:
    """Ask for a link, like `/track` without an argument."""
    return make_links(turn, "")


def make_links(turn: Turn, text: str) -> Message | None:
    """Make a link for each recipient. Their card is the answer; if something is missing, ask for it."""
    typed = " ".join(text.split())
    try:
        text, day = deadline_in(text, moments.today(turn.said_at, zone_of(turn.chat)))
    except DeadlineError as error:
        turn.chat.asking = "track"
        return Message(error.sentence)
    request = parsing.track(text)
    if question := _missing(request, typed, text):
        turn.chat.asking = question.question
        return question
    turn.chat.asking = ""
    assert request  # noqa: S101  # else it is asked for
    recipients = parsing.recipients(request.recipient)
    if refused := _refused(request.label, recipients):
        return Message(refused)
    try:
        made = _make(turn, [TrackRequest(request.label, recipient) for recipient in recipients])
    except DailyLimitError as full:
        return no_room(full, turn)
    if day:
        for link in made:
            set_deadline(turn.session, turn.chat, link, day, turn.now)
    return None


def _missing(request: TrackRequest | None, typed: str, text: str) -> Message | None:
    """Return the question for what a request lacks; None if it lacks nothing. `text` is without its deadline.

    A label alone is enough. `contract to` is not: somebody wanted to say to whom.
    """
    if request is None:
        return _question(words.say(sentences.track.TRACK_ASK), sentences.track.TRACK_PLACEHOLDER, "track")
    if not request.label:
        asked = words.say(sentences.track.TRACK_ASK_LABEL, recipient=words.name(request.recipient))
        return _question(asked, sentences.track.TRACK_LABEL_PLACEHOLDER, f"track\n{typed}")
    if parsing.lacks_recipient(text):
        asked = words.say(sentences.track.TRACK_ASK_RECIPIENT)
        begun = f"track {text}\n{typed.removeprefix(text).strip()}"
        return _question(asked, sentences.track.TRACK_RECIPIENT_PLACEHOLDER, begun)
    return None


def _question(text: Markup, placeholder: Sentence, question: str) -> Message:
    return Message(text, asks=words.plain(placeholder), question=question)


def _refused(label: str, recipients: list[str]) -> Markup | None:
    """Return the reason why the bot makes no links for these recipients; None if it makes them."""
    if parsing.is_mailing_list(label) or any(map(parsing.is_mailing_list, recipients)):
        return words.say(sentences.track.TRACK_ONE_PERSON)
    if len(recipients) > MOST_AT_ONCE:
        return words.say(sentences.track.TRACK_FEWER, most=MOST_AT_ONCE, count=len(recipients))
    return None


def deadline_in(text: str, today: date) -> tuple[str, date | None]:
    """Split `notice to landlord by 30 Nov`, or `notice by 30 Nov to landlord`, into its text and the day.

    A name can follow "by", too. Raises DeadlineError for a day that does not exist or has passed.
    """
    known = understood()
    by, to = grammar.one_of(known.by), grammar.one_of((*known.to, "→", "->"))
    text = " ".join(text.split())
    found = re.fullmatch(rf"(.+) {by} (.+?)((?: {to} .+)?)", text, re.IGNORECASE)
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


def _make(turn: Turn, requests: list[TrackRequest]) -> list[Link]:
    """Make all of the links, or none. Raises DailyLimitError."""
    daily, new = turn.context.settings.daily_links, [_new_link(turn, request) for request in requests]
    if len(new) == 1:
        return [links.create(turn.session, new[0], now=turn.now, daily=daily)]
    return links.create_list(turn.session, new, now=turn.now, daily=daily)


def _new_link(turn: Turn, request: TrackRequest) -> NewLink:
    return NewLink(
        chat_id=turn.chat.id,
        created_by=turn.author,
        label=request.label,
        recipient=request.recipient,
        thread_id=turn.thread_id,
        asked_in=turn.message_id,
        tracker=turn.author_name,
    )


def no_room(full: DailyLimitError, turn: Turn) -> Message:
    """Return the answer to a request beyond the daily limit."""
    limit, free = turn.context.settings.daily_links, words.when(full.free_at, turn.now)
    if full.left:
        return Message(words.say(sentences.track.TRACK_ROOM_FOR, left=full.left, limit=limit))
    return Message(words.say(sentences.track.TRACK_TOO_MANY, limit=limit, free=free))
