"""Decorators of handlers about one link or fetch: they find it first, or answer that there is none."""

from collections.abc import Callable

from markupsafe import Markup

import words
from bot.commands.choosing import NEEDS, ask_which_link, is_time_alone
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message
from bot.messages.phrases import lines
from storage import links
from storage.tables import FetchRow, Link
from words import sentences


def about_link(handle: Callable[[Turn, Link], Answer]) -> Handler:
    """Make a handler about one of the chat's links: `/stop 7`, or a button with the link's id."""
    return lambda turn: _about_link(turn, handle, takes_text=False)


def about_link_and_text(handle: Callable[[Turn, Link], Answer]) -> Handler:
    """Make a handler of a command with text after the number (`turn.rest`): `/note 7 called him`."""
    return lambda turn: _about_link(turn, handle, takes_text=True)


def _about_link(turn: Turn, handle: Callable[[Turn, Link], Answer], *, takes_text: bool) -> Answer:
    if turn.is_press:
        # Another chat's link is as unknown as one that never was.
        link_id = int(turn.id) if turn.id.isdecimal() else 0
        link = links.link_of(turn.session, turn.chat.id, link_id, lock=True)
        return handle(turn, link) if link else sentences.toasts.TOAST_GONE
    if turn.number is None or (turn.rest and not takes_text):
        return ask_which_link(turn, turn.argument, takes_text=takes_text)
    link = links.numbered(turn.session, turn.chat.id, turn.number)
    if is_time_alone(turn, link):
        return ask_which_link(turn, turn.argument, takes_text=takes_text)
    return handle(turn, link) if link else _no_such_link(turn, turn.number, takes_text=takes_text)


def _no_such_link(turn: Turn, number: int, *, takes_text: bool) -> Message:
    unknown = words.say(sentences.commands.NO_SUCH_LINK, number=number)
    if NEEDS[turn.command.name].is_final:
        return Message(unknown)
    return _after(unknown, ask_which_link(turn, turn.rest, takes_text=takes_text))


def _after(text: Markup, question: Message) -> Message:
    return question._replace(text=lines(text, question.text))


def about_fetch(handle: Callable[[Turn, FetchRow, Link], Answer]) -> Handler:
    """Make a handler of a button about one fetch of one of the chat's links."""

    def run(turn: Turn) -> Answer:
        found = links.fetch_of(turn.session, turn.chat.id, turn.id)
        return handle(turn, *found) if found else sentences.toasts.TOAST_GONE

    return run
