"""Routes each update to its handler. A new command is a line in COMMANDS, a new button a line in BUTTONS."""

import logging
from collections.abc import Mapping
from functools import partial

from sqlmodel import Session
from telegram import Bot, CallbackQuery, Chat, Update
from telegram import Message as TelegramMessage
from telegram.error import TelegramError

import words
from bot import parsing
from bot.commands import (
    archiving,
    clocks,
    general,
    history,
    language,
    legal,
    moving,
    opens,
    own_data,
    recording,
    remember,
    selftest,
    sent,
    status,
    track,
    understanding,
)
from bot.commands.bounds import within_bounds
from bot.commands.turn import Answer, Handler, Standing, Turn, begin_turn
from bot.context import BotContext
from bot.message import Message
from bot.messages.nudges import OFFERED_DAYS
from storage.inbox import Received
from words import sentences

log = logging.getLogger(__name__)

COMMANDS: Mapping[str, Handler] = {
    name: within_bounds(handle)
    for name, handle in {
        "start": general.start,
        "help": general.help_,
        "track": track.track,
        "history": history.history,
        "sent": sent.sent,
        "note": remember.note,
        "delete": own_data.delete,
        "export": own_data.export,
        "remind": remember.remind,
        "timezone": clocks.timezone,
        "quiet": clocks.quiet,
        "digest": clocks.digest,
        "peek": opens.peek,
        "mute": recording.mute,
        "unmute": recording.unmute,
        "stop": recording.stop,
        "language": language.language,
        "status": status.status,
        "privacy": legal.privacy,
        "legal": legal.legal,
        "cancel": general.cancel,
    }.items()
}
"""The handler of `/track` and so on. What else a command needs is listed in CONTRIBUTING.md."""

BUTTONS: Mapping[str, Handler] = {
    "sent": sent.press_sent,
    **sent.CORRECTIONS,
    "draft_then": sent.press_draft_then,
    "yes": sent.press_yes,
    **sent.UNSEEN_BUTTONS,
    **{f"story_{verb}": history.then_story(press) for verb, press in sent.UNSEEN_BUTTONS.items()},
    "own": opens.press_own,
    "not_own": opens.press_not_own,
    "story_own": opens.press_story_own,
    "flip": opens.press_all_not_own,
    "person": opens.press_person,
    "story_person": opens.press_story_person,
    "peek": opens.press_peek,
    "peek_off": opens.press_peek_off,
    "why": opens.press_why,
    "apps": opens.press_apps,
    **recording.BUTTONS,
    "unmute_all": recording.press_unmute_all,
    **{f"story_{verb}": history.then_story(press) for verb, press in recording.BUTTONS.items()},
    **{f"story_{verb}": history.then_story(press) for verb, press in sent.CORRECTIONS.items()},
    **{verb: remember.then_waiting_list(press) for verb, press in remember.BUTTONS.items()},
    **{f"story_{verb}": history.then_story(press) for verb, press in remember.BUTTONS.items()},
    **{f"story_{verb}": history.then_story(press) for verb, press in archiving.BUTTONS.items()},
    "archive_all": archiving.press_archive_all,
    "undo_archive": archiving.press_undo_archive,
    "link": history.press_link,
    "story": history.press_story,
    "page": history.press_page,
    "light": history.press_picture("light"),
    "dark": history.press_picture("dark"),
    "remind": remember.press_remind,
    **{f"remind{days}": remember.press_remind_in(days) for days in OFFERED_DAYS},
    "ask_delete": own_data.ask_delete,
    "delete": own_data.press_delete,
    "everything": own_data.press_delete_everything,
    "keep": own_data.press_keep,
    "track": track.press_track,
    "help": general.press_help,
    "test": selftest.press_test,
    "again": status.press_again,
    "let_go": status.press_dismiss,
    "status_peek_off": status.press_peek_off,
    "language": language.press_language,
    "legal": legal.press_legal,
    "zone": clocks.press_zone,
    "pick": partial(understanding.press_pick, COMMANDS),
    "run": partial(understanding.press_run, COMMANDS),
}
"""The handler of a button, by its verb: the data of a button is `<verb>:<id>`."""

NO_COMMAND: Handler = partial(understanding.no_command, COMMANDS)

FINAL = ("delete", "everything")
"""Verbs that cannot be undone. In a group, only some people may press them."""


async def handle(update: Update, received: Received, context: BotContext, bot: Bot) -> None:
    """Do what an update asks for, exactly once: the doing and the inbox's mark are one transaction."""
    query, chat = update.callback_query, update.effective_chat
    if query and chat:
        await _handle_press(update, query, chat, received, context, bot)
        return
    if chat and update.message and (moved := _moved(update.message)):
        await context.once(
            update.update_id, partial(moving.move, context=context, moved=moved, at=received.at)
        )
        return
    handler = handler_of(update, bot.username) if chat else None
    if handler is None:
        await context.once(update.update_id, _nothing)
        return
    answer = partial(_answer, update=update, received=received, context=context, handler=handler)
    await context.once(update.update_id, answer)


def handler_of(update: Update, bot_name: str) -> Handler | None:
    """Return the handler of what was typed; None for what needs no answer, such as a group's new title."""
    message = update.message
    if update.my_chat_member:
        return general.membership
    if message is None or not (message.text or message.effective_attachment):
        return None
    if message.location:
        return clocks.located
    command = parsing.command(message.text or "")
    # A bot's name may change, and people paste what they once wrote: in private no other bot is meant.
    is_ours = message.chat.type == Chat.PRIVATE or command.addressee.lower() in ("", bot_name.lower())
    return COMMANDS.get(command.name, NO_COMMAND) if is_ours else NO_COMMAND


def _moved(message: TelegramMessage) -> tuple[int, int] | None:
    """Return the old and the new id of a group that became a supergroup; Telegram says it in both."""
    if message.migrate_to_chat_id:
        return message.chat.id, message.migrate_to_chat_id
    return (message.migrate_from_chat_id, message.chat.id) if message.migrate_from_chat_id else None


def _nothing(_session: Session) -> None:
    """Do nothing for an update that asks for nothing; it only has to be marked as done."""


async def _handle_press(
    update: Update, query: CallbackQuery, chat: Chat, received: Received, context: BotContext, bot: Bot
) -> None:
    """Do what the button says, and always answer Telegram: an unanswered button spins for ever."""
    verb = (query.data or "").partition(":")[0]
    asks = verb in FINAL and chat.type != chat.PRIVATE
    answer = partial(
        _answer,
        update=update,
        received=received,
        context=context,
        handler=BUTTONS.get(verb, _unknown_button),
        standing=await own_data.standing(bot, chat, query.from_user.id) if asks else Standing.UNKNOWN,
    )
    toast = await context.once(update.update_id, answer)
    try:
        await query.answer(toast)
    except TelegramError as error:
        # Telegram takes the answer for some minutes only. What the button asked for is done.
        log.info("A button could not be answered: %s", error)


def _unknown_button(_turn: Turn) -> Answer:
    """Answer a button of another version."""
    return sentences.toasts.TOAST_GONE


def _answer(
    session: Session,
    *,
    update: Update,
    received: Received,
    context: BotContext,
    handler: Handler,
    standing: Standing = Standing.UNKNOWN,
) -> str | None:
    """Run the handler and owe its answer. Return the toast of a button."""
    with begin_turn(session, context, update, received, standing=standing) as turn:
        if turn.is_press and turn.was_just_answered():
            return None
        if turn.is_private and handler in COMMANDS.values() and handler is not COMMANDS["cancel"]:
            # A command typed instead of an answer cancels the open question.
            turn.chat.asking = ""
        answer = handler(turn)
        if isinstance(answer, Message):
            turn.owe(answer, quote=turn.is_press)
            return None
        return words.plain(answer) if answer else None
