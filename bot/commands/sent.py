"""Records when a mail was sent: `/sent`, and the buttons that say or correct it."""

from markupsafe import Markup

import words
from bot.commands.about import about_fetch, about_link, about_link_and_text
from bot.commands.about_clocks import remarks
from bot.commands.turn import Answer, Handler, Turn
from bot.message import Message
from bot.messages.phrases import lines, name
from bot.times import grammar, moments
from bot.times.hours import zone_of
from storage import links
from storage.statements import mark_sent
from storage.tables import FetchRow, Link
from storage.times import seconds
from tracking import History, Statement, StatementKind
from words import sentences
from words.typed import understood

SAID_ABOUT = 100
"""The newest statements of a link, among which the bot looks for the tap of Sent."""


@about_link_and_text
def sent(turn: Turn, link: Link) -> Answer:
    """Note a mail as sent: `/sent 7` like the button on the card, `/sent 7 at 14:05` with its time."""
    if not turn.rest:
        return Message(_noted(turn, link, turn.store(link, Statement(StatementKind.SENT, turn.said_at))))
    zone = zone_of(turn.chat)
    at = moments.past(turn.rest, turn.said_at, zone)
    if at is None:
        return Message(words.say(sentences.commands.SENT_WHEN, number=link.number))
    if not turn.chat.zone and moments.is_to_come(turn.rest, turn.said_at, zone):
        clock = grammar.without(understood().at, grammar.tidy(turn.rest))
        return Message(words.say(sentences.commands.SENT_TO_COME, clock=clock))
    noted = _noted(turn, link, turn.store(link, Statement(StatementKind.TOLD_SENT, at)))
    return Message(lines(noted, *remarks(turn, moments.past, at)))


def _noted(turn: Turn, link: Link, history: History) -> Markup:
    known = history.sent()
    at = words.when(known.at if known else turn.said_at, turn.now)
    return words.say(sentences.commands.SENT_NOTED, name=name(link), time=at)


@about_link
def press_sent(turn: Turn, link: Link) -> Answer:
    windows = turn.context.settings.windows
    by, now, since = turn.author or None, turn.said_at, turn.said_since
    new = mark_sent(turn.session, link, by=by, now=now, since=since, windows=windows)
    return sentences.toasts.TOAST_SENT if new else sentences.toasts.TOAST_ALREADY


def press_ago(minutes: int) -> Handler:
    """Return the handler of "so long ago": the mail was sent so long before Sent was tapped.

    Two presses say the same: both count from that tap.
    """

    @about_link
    def press(turn: Turn, link: Link) -> Answer:
        at = _tapped_at(turn, link) - minutes * 60
        turn.store(link, Statement(StatementKind.TOLD_SENT, at))
        return sentences.toasts.TOAST_SENT

    return press


def _tapped_at(turn: Turn, link: Link) -> float:
    """Return when Sent was tapped last, in epoch seconds; now, if it never was."""
    newest_first = links.said_about(turn.session, link.id, SAID_ABOUT)
    return next((row.at for row in newest_first if row.kind == StatementKind.SENT), turn.said_at)


@about_link
def press_draft(turn: Turn, link: Link) -> Answer:
    turn.store(link, _still_a_draft(turn))
    return sentences.toasts.TOAST_DRAFT


def _still_a_draft(turn: Turn) -> Statement:
    """Return that the mail is a draft. Pressed while the bot was away, it says nothing of what came later."""
    return Statement(StatementKind.DRAFT, turn.said_since or turn.said_at)


@about_fetch
def press_draft_then(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """Note that the mail was still a draft at this open, though Sent is known to be tapped since."""
    until = links.view_end(turn.session, fetch, turn.context.settings.windows.longest_view)
    turn.store(link, Statement(StatementKind.DRAFT_THEN, until))
    return sentences.toasts.TOAST_DRAFT


@about_link
def _press_pasted(turn: Turn, link: Link) -> Answer:
    """Note that the image is in the mail: then the card asks no more."""
    turn.store(link, Statement(StatementKind.PASTED, turn.said_at))
    return sentences.toasts.TOAST_PASTED


@about_link
def _press_not_pasted(turn: Turn, link: Link) -> Answer:
    """Note that it is not: then the card shows again how to paste it."""
    turn.store(link, _still_a_draft(turn))
    return sentences.toasts.TOAST_NOT_PASTED


UNSEEN_BUTTONS: dict[str, Handler] = {"pasted": _press_pasted, "not_pasted": _press_not_pasted}
"""The answers to the question whether the image is in the mail, on the card and under the story."""


@about_fetch
def press_yes(turn: Turn, fetch: FetchRow, link: Link) -> Answer:
    """Note that the mail was sent before this open."""
    turn.store(link, Statement(StatementKind.TOLD_SENT, seconds(fetch.at)))
    return sentences.toasts.TOAST_SENT


CORRECTIONS: dict[str, Handler] = {
    **{f"ago{minutes}": press_ago(minutes) for minutes in sentences.buttons.BUTTON_AGO},
    "draft": press_draft,
}
"""The buttons that correct when the mail was sent: on a card, and under the story of a listed link."""
