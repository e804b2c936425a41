"""A pressed button: where, by whom, and about what of the chat's own."""

from collections.abc import Callable
from typing import NamedTuple

from sqlmodel import Session
from telegram import Update

from bot.context import BotContext
from storage import links
from storage.tables import FetchRow, Link
from words import Sentence, sentences


class Press(NamedTuple):
    """A button that was pressed, and where."""

    session: Session
    update: Update
    context: BotContext
    chat_id: int
    about: str
    """What stands behind the colon."""
    is_admin: bool = False
    """Whether who pressed runs the group; asked for only where it matters."""


Answer = Sentence | None
"""What the toast says."""


def on_link(act: Callable[[Press, Link], Answer]) -> Callable[[Press], Answer]:
    """A verb about one of the chat's links; another chat's is gone, like one that never was."""

    def run(press: Press) -> Answer:
        if not press.about.isdecimal() or len(press.about) > 9:
            return sentences.toasts.TOAST_GONE
        link = links.link_of(press.session, press.chat_id, int(press.about), lock=True)
        return act(press, link) if link else sentences.toasts.TOAST_GONE

    return run


def on_fetch(act: Callable[[Press, FetchRow, Link], Answer]) -> Callable[[Press], Answer]:
    def run(press: Press) -> Answer:
        found = links.fetch_of(press.session, press.chat_id, press.about)
        return act(press, *found) if found else sentences.toasts.TOAST_GONE

    return run
