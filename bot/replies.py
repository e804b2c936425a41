"""Answers to what people typed or pressed: outbox rows like everything else, so that none is lost."""

from sqlmodel import Session
from telegram import Update

from bot.message import Message, pack, unpack
from bot.updates import chat_id_of, message_id_of, thread_of
from storage import chats, outbox
from storage.times import moment
from words import Sentence, sentences


def owe_reply(session: Session, update: Update, message: Message, now: float, *, quote: bool = False) -> None:
    """Owe the chat an answer to an update; answered twice, it is still one."""
    chat, asked = update.effective_chat, update.effective_message
    if chat is None:
        return
    thread_id = asked.message_thread_id if asked and asked.is_topic_message else None
    reply_to = asked.message_id if asked and (quote or message.asks) else None
    key = f"reply:{update.update_id}"
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
    row = {
        "key": key,
        "chat_id": chat_id,
        "kind": "reply",
        "thread_id": thread_id,
        "reply_to": reply_to,
        "payload": pack(message),
        "created_at": moment(now),
    }
    outbox.owe(session.connection(), [row])


def owe_file(
    session: Session, update: Update, kind: str, now: float, *, link_id: int | None = None, payload: str = ""
) -> None:
    """Owe a file of this kind, made when it is sent."""
    chat_id = chat_id_of(update)
    chats.get_or_create(session, chat_id, now)
    row = {
        "key": f"{kind}:{update.update_id}",
        "chat_id": chat_id,
        "link_id": link_id,
        "kind": kind,
        "thread_id": thread_of(update),
        "reply_to": message_id_of(update),
        "payload": payload,
        "created_at": moment(now),
    }
    outbox.owe(session.connection(), [row])


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
