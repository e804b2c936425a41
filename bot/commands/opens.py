"""Whose open it was, and why the bot thinks so: `/peek`, and the buttons under an alert."""

from collections.abc import Sequence

from markupsafe import Markup

import words
from bot.commands.about import about_fetch, about_link, about_link_and_text
from bot.commands.history import show_story
from bot.commands.turn import DOUBLE_TAP, Answer, Turn
from bot.message import Message, button
from bot.messages import alerts
from bot.messages.phrases import lines, name
from bot.messages.timeline import LONGEST_TIMELINE, folded_with, same_view
from storage import links, peeks
from storage.tables import FetchRow, Link, Peek
from tracking import Statement, StatementKind
from words import sentences
from words.typed import understood

PEEK_MINUTES = 15


def peek(turn: Turn) -> Answer:
    """`/peek`: opens within the next minutes are the chat's own; `/peek 7`: those of one link.

    `/peek off` ends every peek, `/peek 7 off` only those at one link.
    """
    if turn.rest.lower() in understood().off:
        return _answer_to_end(turn, end_peeks(turn)) if turn.number is None else _end_one(turn)
    if turn.argument:
        return _peek_at_one(turn)
    if not links.is_any_recording(turn.session, turn.chat.id):
        return Message(words.say(sentences.commands.PEEK_NOTHING))
    return _begin_peek(turn, None, words.say(sentences.commands.PEEK_ALL))


@about_link
def _peek_at_one(turn: Turn, link: Link) -> Answer:
    return _begin_peek(turn, link, name(link))


@about_link_and_text
def _end_one(turn: Turn, link: Link) -> Answer:
    return _answer_to_end(turn, end_peeks(turn, link))


def _answer_to_end(turn: Turn, ended: bool) -> Message:
    """Return the answer to `/peek off`, or to `/peek 7 off`: another peek may still run then."""
    if still := peek_lines(turn, peeks.running(turn.session, turn.chat.id, turn.now)):
        return Message(lines(*still))
    return Message(words.say(sentences.commands.PEEK_ENDED if ended else sentences.commands.PEEK_OFF))


def peek_lines(turn: Turn, running: Sequence[Peek]) -> list[Markup]:
    """Return a line for each thing whose opens are the chat's own now, with when that ends."""
    until: dict[int | None, float] = {}
    for peek in running:
        until[peek.link_id] = max(peek.until, until.get(peek.link_id, 0.0))
    return [_peek_line(turn, link_id, end) for link_id, end in until.items()]


def _peek_line(turn: Turn, link_id: int | None, until: float) -> Markup:
    time = words.time(until, turn.now)
    if link_id is None:
        return words.say(sentences.commands.STATUS_PEEK, time=time)
    about = name(turn.session.get_one(Link, link_id))
    return words.say(sentences.commands.STATUS_PEEK_LINK, name=about, time=time)


@about_link
def press_peek(turn: Turn, link: Link) -> Answer:
    if not _state_peek(turn, link):
        # A toast would come too late to be shown.
        return Message(words.say(sentences.commands.PEEK_LATE, minutes=PEEK_MINUTES, name=name(link)))
    return sentences.toasts.TOAST_PEEK


def _begin_peek(turn: Turn, link: Link | None, what: Markup) -> Message:
    _state_peek(turn, link)
    noted = words.say(sentences.commands.PEEK_NOTED, minutes=PEEK_MINUTES, what=what)
    whose = [] if turn.is_private else [words.say(sentences.commands.PEEK_GROUP)]
    end = button(sentences.buttons.BUTTON_PEEK_END, "peek_off", 0)
    return Message(lines(noted, *whose), [[end]])


def _state_peek(turn: Turn, link: Link | None) -> bool:
    """Begin a peek. Return False if it is over by now: it was pressed while the bot was away.

    One that began just before, by a double tap, is the same. Of a press with an uncertain time, only the
    minutes count that it surely covers: the others may be a reader's.
    """
    session, chat, at = turn.session, turn.chat, turn.said_at
    about = None if link is None else link.id
    running = peeks.running(session, chat.id, at)
    if any(row.link_id == about and at - row.at < DOUBLE_TAP for row in running):
        return True
    until, by, windows = (
        (turn.said_since or at) + PEEK_MINUTES * 60,
        turn.author or None,
        turn.context.settings.windows,
    )
    if until <= at:
        return False
    peeks.begin(session, chat, link, at=at, until=until, by=by, now=turn.now, windows=windows)
    return True


def press_peek_off(turn: Turn) -> Answer:
    """End the peek, from under the answer to `/peek`, and say so there."""
    ended = end_peeks(turn)
    turn.edit(Message(words.say(sentences.commands.PEEK_ENDED)))
    return sentences.toasts.TOAST_PEEK_ENDED if ended else sentences.toasts.TOAST_PEEK_OVER


def end_peeks(turn: Turn, link: Link | None = None) -> bool:
    """End the chat's peeks, or only those at one link. Return True if one was running.

    If that was pressed while the bot was away, they end at the earliest: later opens may be a reader's.
    """
    windows = turn.context.settings.windows
    return peeks.end(turn.session, turn.chat, link, at=turn.said_since or turn.said_at, windows=windows)


@about_fetch
def press_own(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    turn.store(link, Statement(StatementKind.OWN, turn.said_at, of=fetch.id))
    return sentences.toasts.TOAST_OWN


@about_fetch
def press_story_own(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """Under a story: the view that ends with this fetch was the owner's."""
    own = same_view(turn.session, fetch, LONGEST_TIMELINE, turn.context.settings.windows)
    turn.store(link, *(Statement(StatementKind.OWN, turn.said_at, of=each) for each in own))
    show_story(turn, link)
    return sentences.toasts.TOAST_OWN


@about_fetch
def press_not_own(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    _state_not_own(turn, fetch, link)
    return sentences.toasts.TOAST_NOT_OWN


@about_fetch
def press_person(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """State, from the card, that a fetch which looked like a program's was a person's."""
    _state_not_own(turn, fetch, link)
    return sentences.toasts.TOAST_PERSON


@about_fetch
def press_story_person(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """State the same from under the link's story, which then shows what has changed."""
    _state_not_own(turn, fetch, link)
    show_story(turn, link)
    return sentences.toasts.TOAST_PERSON


def _state_not_own(turn: Turn, fetch: FetchRow, link: Link) -> None:
    """State that nobody of this chat made this fetch, nor those just before that belong to the same view."""
    theirs = same_view(turn.session, fetch, LONGEST_TIMELINE, turn.context.settings.windows)
    turn.store(link, *(Statement(StatementKind.NOT_OWN, turn.said_at, of=each) for each in theirs))


@about_fetch
def press_all_not_own(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """State, from under a story, that none of the fetches that one line stands for was the owner's."""
    theirs = folded_with(turn.session, fetch, LONGEST_TIMELINE)
    turn.store(link, *(Statement(StatementKind.NOT_OWN, turn.said_at, of=each) for each in theirs))
    show_story(turn, link)
    return sentences.toasts.TOAST_NOT_OWN


@about_fetch
def press_why(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    return alerts.why(link, fetch, turn.now)


@about_link
def press_apps(_turn: Turn, _link: Link) -> Answer:
    return Message(words.say(sentences.cards.OTHER_APPS))
