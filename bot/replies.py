"""Answers to what people typed or pressed: outbox rows like everything else, so that none is lost."""

from sqlmodel import Session
from telegram import Update

from bot.message import Message, pack, unpack
from bot.updates import chat_id_of, message_id_of, thread_of
from storage import chats, outbox
from storage.kinds import MessageKind, answer_key
from storage.outbox import Owed
from words import Sentence, sentences


def owe_reply(session: Session, update: Update, message: Message, now: float, *, quote: bool = False) -> None:
    """Owe the chat an answer to an update; answered twice, it is still one."""
    chat, asked = update.effective_chat, update.effective_message
    if chat is None:
        return
    thread_id = asked.message_thread_id if asked and asked.is_topic_message else None
    reply_to = asked.message_id if asked and (quote or message.asks) else None
    key = answer_key(MessageKind.REPLY, update.update_id)
    owe_message(session, chat.id, key, message, now, thread_id=thread_id, reply_to=reply_to)


def owe_message(
    session: Session,
    chat_id: int,
    key: str,
    message: Message,
    now: float,
    *,
    thread_id: int | None = None,
    reply_to: int | None = None,
) -> None:
    """Owe a chat a message that is worded already."""
    chats.get_or_create(session, chat_id, now)
    owed = Owed(
        key,
        chat_id,
        MessageKind.REPLY,
        now,
        thread_id=thread_id,
        reply_to=reply_to,
        payload=pack(message),
    )
    outbox.owe(session.connection(), [owed])


def owe_file(
    session: Session,
    update: Update,
    kind: MessageKind,
    now: float,
    *,
    link_id: int | None = None,
    payload: str = "",
) -> None:
    """Owe a file of this kind, made when it is sent."""
    chat_id = chat_id_of(update)
    chats.get_or_create(session, chat_id, now)
    owed = Owed(
        answer_key(kind, update.update_id),
        chat_id,
        kind,
        now,
        link_id=link_id,
        thread_id=thread_of(update),
        reply_to=message_id_of(update),
        payload=payload,
    )
    outbox.owe(session.connection(), [owed])


def question_of(session: Session, update: Update) -> str:
    """The command whose question a message answers by replying to it; empty where it answers none."""
    said, chat = update.effective_message, update.effective_chat
    if said is None or chat is None or said.reply_to_message is None:
        return ""
    shown = outbox.answer_of(session, chat.id, said.reply_to_message.message_id)
    return unpack(shown.payload).question if shown else ""


def rewrite(session: Session, update: Update, message: Message) -> Sentence | None:
    """Let the answer whose button was pressed say something else; a toast when it is not known."""
    pressed, chat = update.effective_message, update.effective_chat
    if pressed is None or chat is None:
        return sentences.toasts.TOAST_GONE
    found = outbox.rewrite(session, chat.id, pressed.message_id, pack(message))
    return None if found else sentences.toasts.TOAST_GONE
