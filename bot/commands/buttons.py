"""What each button does. Data is `<verb>:<id>`, and counts only in the chat that owns what it names."""

import logging
from collections.abc import Callable
from functools import partial

from sqlmodel import Session
from telegram import Update
from telegram.error import TelegramError

import words
from bot.commands import clocks, delete, language, legal, remember, selftest
from bot.commands.handling import PtbContext, context_of
from bot.commands.presses import Answer, Press, on_fetch, on_link
from bot.commands.statements import say, say_peek
from bot.commands.track import make_links
from bot.context import BotContext
from bot.languages import speaking_to
from bot.message import Message
from bot.messages import alerts, nudges
from bot.messages.listing import LONGEST_TIMELINE, history_page, story
from bot.messages.timeline import folded_with
from bot.replies import owe_file, owe_reply, rewrite
from storage import links, outbox
from storage.kinds import MessageKind
from storage.links import history_of
from storage.statements import mark_sent
from storage.tables import FetchRow, Link
from storage.times import now, seconds
from tracking import Statement, StatementKind
from tracking.status import LinkStatus
from words import sentences

FINAL = ("delete", "everything")
"""Verbs that cannot be undone: in a group not everybody may."""

log = logging.getLogger(__name__)


async def pressed(update: Update, ptb: PtbContext) -> None:
    """Do what the button says, once, and always answer: an unanswered button spins for ever."""
    query, context = update.callback_query, context_of(ptb)
    if query is None:
        return
    chat, verb = update.effective_chat, (query.data or "").partition(":")[0]
    asks = chat is not None and chat.type != chat.PRIVATE and verb in FINAL
    admin = asks and chat is not None and await delete.is_admin(ptb.bot, chat, query.from_user.id)
    answer = await context.once(
        update.update_id, partial(_press, update=update, context=context, is_admin=admin)
    )
    try:
        await query.answer(answer)
    except TelegramError as error:
        # Too old to be answered: what it asked for is done.
        log.info("A button could not be answered: %s", error)


def _press(session: Session, update: Update, context: BotContext, *, is_admin: bool) -> str | None:
    query, chat = update.callback_query, update.effective_chat
    verb, _, about = (query.data or "").partition(":") if query else ("", "", "")
    if chat is None:
        return None
    with speaking_to(session, update):
        act = VERBS.get(verb)
        answer = (
            act(Press(session, update, context, chat.id, about, is_admin))
            if act
            else sentences.toasts.TOAST_GONE
        )
        return words.plain(answer) if answer else None


def _say(press: Press, link: Link, *statements: Statement) -> None:
    say(press.session, link, press.update, press.context, *statements)


@on_link
def _sent(press: Press, link: Link) -> Answer:
    by = press.update.effective_user.id if press.update.effective_user else None
    new = mark_sent(press.session, link, by=by, now=now(), windows=press.context.settings.windows)
    return sentences.toasts.TOAST_SENT if new else sentences.toasts.TOAST_ALREADY


def _ago(minutes: int) -> Callable[[Press], Answer]:
    @on_link
    def act(press: Press, link: Link) -> Answer:
        sent = history_of(link).statements.sent
        at = (sent.at if sent else now()) - minutes * 60
        _say(press, link, Statement(StatementKind.TOLD_SENT, at))
        return sentences.toasts.TOAST_SENT

    return act


@on_link
def _draft(press: Press, link: Link) -> Answer:
    _say(press, link, Statement(StatementKind.DRAFT, now()))
    return sentences.toasts.TOAST_DRAFT


@on_fetch
def _yes(press: Press, fetch: FetchRow, link: Link) -> Answer:
    _say(press, link, Statement(StatementKind.TOLD_SENT, seconds(fetch.at)))
    return sentences.toasts.TOAST_SENT


@on_fetch
def _own(press: Press, fetch: FetchRow, link: Link) -> Answer:
    _say(press, link, Statement(StatementKind.OWN, now(), of=fetch.id))
    return sentences.toasts.TOAST_OWN


@on_fetch
def _not_own(press: Press, fetch: FetchRow, link: Link) -> Answer:
    _say(press, link, Statement(StatementKind.NOT_OWN, now(), of=fetch.id))
    return sentences.toasts.TOAST_NOT_OWN


@on_fetch
def _why(press: Press, fetch: FetchRow, link: Link) -> Answer:
    owe_reply(press.session, press.update, alerts.why(link, fetch, now()), now(), quote=True)
    return None


@on_link
def _apps(press: Press, _link: Link) -> Answer:
    owe_reply(press.session, press.update, Message(words.say(sentences.cards.OTHER_APPS)), now(), quote=True)
    return None


@on_link
def _mute(press: Press, link: Link) -> Answer:
    links.mute(press.session, link, muted=True)
    return sentences.toasts.TOAST_MUTED


@on_link
def _unmute(press: Press, link: Link) -> Answer:
    links.mute(press.session, link, muted=False)
    return sentences.toasts.TOAST_UNMUTED


@on_link
def _stop(press: Press, link: Link) -> Answer:
    _say(press, link, Statement(StatementKind.STOPPED, now()))
    return sentences.toasts.TOAST_STOPPED


@on_link
def _resume(press: Press, link: Link) -> Answer:
    _say(press, link, Statement(StatementKind.RESUMED, now()))
    return (
        sentences.toasts.TOAST_OBJECTED
        if link.status == LinkStatus.OBJECTED
        else sentences.toasts.TOAST_RESUMED
    )


@on_link
def _peek(press: Press, link: Link) -> Answer:
    say_peek(press.session, link, press.update, press.context)
    return sentences.toasts.TOAST_PEEK


def _then_story(act: Callable[[Press], Answer]) -> Callable[[Press], Answer]:
    """The same, pressed under a link's story, which then tells how it stands now."""

    def run(press: Press) -> Answer:
        answer = act(press)
        _link(press)
        return answer

    return run


@on_fetch
def _flip(press: Press, fetch: FetchRow, link: Link) -> Answer:
    theirs = folded_with(press.session, fetch, LONGEST_TIMELINE)
    _say(press, link, *(Statement(StatementKind.NOT_OWN, now(), of=each) for each in theirs))
    rewrite(press.session, press.update, story(press.session, link, now()))
    return sentences.toasts.TOAST_NOT_OWN


@on_link
def _ask_delete(press: Press, link: Link) -> Answer:
    owe_reply(press.session, press.update, delete.ask(link), now(), quote=True)
    return None


@on_link
def _link(press: Press, link: Link) -> Answer:
    return rewrite(press.session, press.update, story(press.session, link, now()))


def _picture(ground: str) -> Callable[[Press], Answer]:
    @on_link
    def act(press: Press, link: Link) -> Answer:
        owe_file(press.session, press.update, MessageKind.PICTURE, now(), link_id=link.id, payload=ground)
        return None

    return act


def _page(press: Press) -> Answer:
    number, _, query = press.about.partition(" ")
    offset = int(number) if number.isdecimal() and len(number) < 9 else 0
    revival = press.context.settings.windows.revival
    page = history_page(press.session, press.chat_id, offset, now(), query, revival=revival)
    return rewrite(press.session, press.update, page)


def _track(press: Press) -> Answer:
    if message := make_links(press.session, press.update, press.context, ""):
        owe_reply(press.session, press.update, message, now())
    return None


def _test(press: Press) -> Answer:
    message = selftest.offer(press.session, press.update, press.context)
    owe_reply(press.session, press.update, message, now())
    return None


STORY = {"mute": _mute, "unmute": _unmute, "stop": _stop, "resume": _resume}
"""Verbs of the card that stand under a story too."""


def _again(press: Press) -> Answer:
    return (
        sentences.toasts.TOAST_AGAIN
        if outbox.send_again(press.session, press.chat_id)
        else sentences.toasts.TOAST_GONE
    )


def _dismiss(press: Press) -> Answer:
    return (
        sentences.toasts.TOAST_LET_GO
        if outbox.dismiss(press.session, press.chat_id)
        else sentences.toasts.TOAST_GONE
    )


VERBS: dict[str, Callable[[Press], Answer]] = {
    "sent": _sent,
    "ago5": _ago(5),
    "ago15": _ago(15),
    "ago60": _ago(60),
    "draft": _draft,
    "yes": _yes,
    "own": _own,
    "not_own": _not_own,
    "why": _why,
    "apps": _apps,
    "mute": _mute,
    "unmute": _unmute,
    "stop": _stop,
    "resume": _resume,
    "peek": _peek,
    "link": _link,
    "page": _page,
    "remind": remember.pressed_remind,
    **{f"remind{days}": remember.remind_in(days) for days in nudges.OFFERED_DAYS},
    **{f"story_{verb}": _then_story(act) for verb, act in STORY.items()},
    "flip": _flip,
    "light": _picture("light"),
    "dark": _picture("dark"),
    "ask_delete": _ask_delete,
    "track": _track,
    "test": _test,
    "again": _again,
    "language": language.pressed_language,
    "let_go": _dismiss,
    "legal": legal.pressed_legal,
    "delete": delete.pressed_delete,
    "everything": delete.pressed_everything,
    "zone": clocks.pressed_zone,
}
