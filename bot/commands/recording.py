"""Mutes links and stops their recording: `/mute`, `/stop`, and their buttons."""

import words
from bot.commands.about import about_link
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message, button
from bot.messages.phrases import name
from storage import links
from storage.tables import Link
from tracking import Statement, StatementKind
from tracking.status import LinkStatus
from words import sentences


@about_link
def mute(turn: Turn, link: Link) -> Answer:
    links.mute(turn.session, link, muted=True)
    return Message(
        words.say(sentences.commands.MUTE_NOTED, name=name(link)),
        [[button(sentences.buttons.BUTTON_UNMUTE, "unmute", link.id)]],
    )


@about_link
def stop(turn: Turn, link: Link) -> Answer:
    turn.store(link, Statement(StatementKind.STOPPED, turn.said_at))
    return Message(
        words.say(sentences.commands.STOP_NOTED, name=name(link)),
        [[button(sentences.buttons.BUTTON_RESUME, "resume", link.id)]],
    )


@about_link
def _press_mute(turn: Turn, link: Link) -> Answer:
    links.mute(turn.session, link, muted=True)
    return sentences.toasts.TOAST_MUTED


@about_link
def _press_unmute(turn: Turn, link: Link) -> Answer:
    links.mute(turn.session, link, muted=False)
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
