"""Mutes links and stops their recording: `/mute`, `/unmute`, `/stop`, and their buttons."""

from markupsafe import Markup

import words
from bot.commands.about import about_link
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message, button
from bot.messages.phrases import name
from storage import links, muting
from storage.tables import Link
from tracking import Statement, StatementKind
from tracking.status import LinkStatus
from words import sentences
from words.typed import understood


def mute(turn: Turn) -> Answer:
    """`/mute 7` mutes a link, `/mute all` every link that the chat has now."""
    return _mute_all(turn) if _names_all(turn) else _mute_one(turn)


def unmute(turn: Turn) -> Answer:
    """End what `/mute` began: `/unmute 7` for a link, `/unmute all` for every one."""
    return Message(_unmute_all(turn)) if _names_all(turn) else _unmute_one(turn)


def _names_all(turn: Turn) -> bool:
    return turn.argument.lower() in understood().everything


def _mute_all(turn: Turn) -> Message:
    """Mute the links that the chat has. A later one rings: the answer says so."""
    count = muting.mute_all(turn.session, turn.chat.id, muted=True)
    if count:
        undo = button(sentences.buttons.BUTTON_UNMUTE_ALL, "unmute_all", 0)
        return Message(words.say(sentences.commands.MUTE_ALL_NOTED, count=count), [[undo]])
    if links.has_any(turn.session, turn.chat.id):
        return Message(words.say(sentences.commands.MUTE_ALL_ALREADY))
    return Message(words.say(sentences.history.HISTORY_EMPTY))


def _unmute_all(turn: Turn) -> Markup:
    count = muting.mute_all(turn.session, turn.chat.id, muted=False)
    if not count:
        return words.say(sentences.commands.UNMUTE_ALL_NONE)
    return words.say(sentences.commands.UNMUTE_ALL_NOTED, count=count)


def press_unmute_all(turn: Turn) -> Answer:
    """Under the answer to `/mute all`, which then says that it was undone."""
    turn.edit(Message(_unmute_all(turn)))
    return sentences.toasts.TOAST_UNMUTED


@about_link
def _mute_one(turn: Turn, link: Link) -> Answer:
    muting.mute(turn.session, link, muted=True)
    return Message(
        words.say(sentences.commands.MUTE_NOTED, name=name(link)),
        [[button(sentences.buttons.BUTTON_UNMUTE, "unmute", link.id)]],
    )


@about_link
def _unmute_one(turn: Turn, link: Link) -> Answer:
    muting.mute(turn.session, link, muted=False)
    return Message(words.say(sentences.commands.UNMUTE_NOTED, name=name(link)))


@about_link
def stop(turn: Turn, link: Link) -> Answer:
    turn.store(link, Statement(StatementKind.STOPPED, turn.said_at))
    return Message(
        words.say(sentences.commands.STOP_NOTED, name=name(link)),
        [[button(sentences.buttons.BUTTON_RESUME, "resume", link.id)]],
    )


@about_link
def _press_mute(turn: Turn, link: Link) -> Answer:
    muting.mute(turn.session, link, muted=True)
    return sentences.toasts.TOAST_MUTED


@about_link
def _press_unmute(turn: Turn, link: Link) -> Answer:
    muting.mute(turn.session, link, muted=False)
    return sentences.toasts.TOAST_UNMUTED


@about_link
def _press_stop(turn: Turn, link: Link) -> Answer:
    turn.store(link, Statement(StatementKind.STOPPED, turn.said_at))
    return sentences.toasts.TOAST_STOPPED


@about_link
def _press_resume(turn: Turn, link: Link) -> Answer:
    turn.store(link, Statement(StatementKind.RESUMED, turn.said_at))
    objected = link.status == LinkStatus.OBJECTED
    return sentences.toasts.TOAST_OBJECTED if objected else sentences.toasts.TOAST_RESUMED


BUTTONS: dict[str, Handler] = {
    "mute": _press_mute,
    "unmute": _press_unmute,
    "stop": _press_stop,
    "resume": _press_resume,
}
"""The buttons on a link's card and under its story."""
