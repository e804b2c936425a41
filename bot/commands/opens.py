"""Whose open it was, and why the bot thinks so: `/peek`, and the buttons under an alert."""

import words
from bot.commands.about import about_fetch, about_link
from bot.commands.turn import Answer, Turn
from bot.message import Message
from bot.messages import alerts
from bot.messages.listing import LONGEST_TIMELINE, story
from bot.messages.phrases import name
from bot.messages.timeline import folded_with, same_view
from storage import links, peeks
from storage.tables import FetchRow, Link
from tracking import Statement, StatementKind
from words import sentences

PEEK_MINUTES = 15


def peek(turn: Turn) -> Answer:
    """`/peek`: opens within the next minutes are the owner's own; `/peek 7` for one link."""
    if turn.argument:
        return _peek_at_one(turn)
    if not links.is_any_recording(turn.session, turn.chat.id):
        return Message(words.say(sentences.commands.PEEK_NOTHING))
    at, windows = turn.said_at, turn.context.settings.windows
    until, by = at + PEEK_MINUTES * 60, turn.author or None
    peeks.begin(turn.session, turn.chat, at=at, until=until, by=by, now=turn.now, windows=windows)
    return Message(
        words.say(sentences.commands.PEEK_NOTED, minutes=PEEK_MINUTES, what=sentences.commands.PEEK_ALL)
    )


@about_link
def _peek_at_one(turn: Turn, link: Link) -> Answer:
    _state_peek(turn, link)
    return Message(words.say(sentences.commands.PEEK_NOTED, minutes=PEEK_MINUTES, what=name(link)))


@about_link
def press_peek(turn: Turn, link: Link) -> Answer:
    _state_peek(turn, link)
    return sentences.toasts.TOAST_PEEK


def _state_peek(turn: Turn, link: Link) -> None:
    until = turn.said_at + PEEK_MINUTES * 60
    turn.store(link, Statement(StatementKind.PEEK, turn.said_at, until=until))


@about_fetch
def press_own(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    turn.store(link, Statement(StatementKind.OWN, turn.said_at, of=fetch.id))
    return sentences.toasts.TOAST_OWN


@about_fetch
def press_not_own(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    _state_not_own(turn, fetch, link)
    return sentences.toasts.TOAST_NOT_OWN


@about_fetch
def press_person(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """On the card: a fetch that looked like a program's was a person's."""
    _state_not_own(turn, fetch, link)
    return sentences.toasts.TOAST_PERSON


@about_fetch
def press_story_person(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """The same under the link's story, which then shows what has changed."""
    _state_not_own(turn, fetch, link)
    turn.edit(story(turn.session, link, turn.now))
    return sentences.toasts.TOAST_PERSON


def _state_not_own(turn: Turn, fetch: FetchRow, link: Link) -> None:
    """State that nobody of this chat made this fetch, nor those just before that belong to the same view."""
    view = turn.context.settings.windows.view
    theirs = same_view(turn.session, fetch, LONGEST_TIMELINE, view)
    turn.store(link, *(Statement(StatementKind.NOT_OWN, turn.said_at, of=each) for each in theirs))


@about_fetch
def press_all_not_own(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """Under a story: none of the fetches that one line stands for was the owner's."""
    theirs = folded_with(turn.session, fetch, LONGEST_TIMELINE)
    turn.store(link, *(Statement(StatementKind.NOT_OWN, turn.said_at, of=each) for each in theirs))
    turn.edit(story(turn.session, link, turn.now))
    return sentences.toasts.TOAST_NOT_OWN


@about_fetch
def press_why(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    return alerts.why(link, fetch, turn.now)


@about_link
def press_apps(_turn: Turn, _link: Link) -> Answer:
    return Message(words.say(sentences.cards.OTHER_APPS))
