"""A turn: one update from a chat, and all that its handler needs to answer it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum

from sqlmodel import Session
from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage
from telegram import Update

from bot import parsing
from bot.context import BotContext
from bot.message import Message, pack, speaking_to, unpack
from storage import chats, links, outbox
from storage.inbox import Received
from storage.kinds import MessageKind, answer_key, kinds_where, pressed_key
from storage.outbox import Owed
from storage.statements import record_statements
from storage.tables import Chat, Link, OutboxMessage
from storage.times import now
from tracking import History, Statement, StatementKind
from words import Sentence, sentences

DOUBLE_TAP = 10
"""Seconds. A second press within them does not count: people tap twice when nothing moves."""


@dataclass(frozen=True)
class Meant:
    """A command that somebody gave without typing it: with a button, or in answer to a question."""

    command: parsing.Command
    message_id: int | None
    """The message in which they asked for it."""


class Standing(Enum):
    """A person's place in a group. The bot asks Telegram only for buttons that cannot be undone."""

    UNKNOWN = "unknown"
    """Telegram was not asked, or did not say."""
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    """They left, were removed, or never were there."""


Answer = Message | Sentence | None
"""A message is sent to the chat. A sentence is the toast of the button that was pressed."""


@dataclass(frozen=True)
class Turn:
    """One update and its chat. Made inside the transaction that handles the update."""

    session: Session
    context: BotContext
    update: Update
    chat: Chat
    """The chat's row, locked."""
    now: float
    """The time of handling, in epoch seconds. The answer shows everything as of now."""
    said_at: float
    """The time of writing or pressing, in epoch seconds. Statements and "in 2 days" count from it."""
    said_since: float | None = None
    """If a button was pressed while the bot was away: that was between then and `said_at`."""
    standing: Standing = Standing.UNKNOWN
    """The author's, in a group."""
    meant: Meant | None = None

    @property
    def message(self) -> TelegramMessage | None:
        """The message that was written, or whose button was pressed."""
        return self.update.effective_message

    @property
    def message_id(self) -> int | None:
        if self.meant:
            return self.meant.message_id
        return self.message.message_id if self.message else None

    @property
    def thread_id(self) -> int | None:
        """The group's topic that the message is in."""
        return self.message.message_thread_id if self.message and self.message.is_topic_message else None

    @property
    def is_private(self) -> bool:
        chat = self.update.effective_chat
        return chat is not None and chat.type == TelegramChat.PRIVATE

    @property
    def author(self) -> int:
        """The Telegram id of the person who wrote or pressed; 0 where Telegram does not say."""
        return self.update.effective_user.id if self.update.effective_user else 0

    @property
    def author_name(self) -> str:
        """In a group, the author's first name; empty where an administrator hides behind the group."""
        user = self.update.effective_user
        return "" if self.is_private or user is None or user.is_bot else user.first_name

    # The text that was typed

    @property
    def text(self) -> str:
        return (self.message.text or "") if self.message else ""

    @property
    def command(self) -> parsing.Command:
        return self.meant.command if self.meant else parsing.command(self.text)

    @property
    def argument(self) -> str:
        """The text after the command: `/sent 7 at 14:05` gives `7 at 14:05`."""
        return self.command.argument

    @property
    def is_to_the_bot(self) -> bool:
        """True if the author speaks to the bot and to nobody else, as far as one can see."""
        bot, replied = self.update.get_bot(), self.message.reply_to_message if self.message else None
        is_reply = replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
        return self.is_private or is_reply or self.names_bot

    @property
    def names_bot(self) -> bool:
        """True if the text names the bot: `@OurBot`, or `/track@OurBot`."""
        name = f"@{self.update.get_bot().username}".lower()
        return name in self.text.lower().split() or f"@{self.command.addressee}".lower() == name

    @property
    def number(self) -> int | None:
        """The link's number after the command: `/sent 7 at 14:05` gives 7."""
        return parsing.number_and_rest(self.argument)[0]

    @property
    def rest(self) -> str:
        """The text after that number: `/sent 7 at 14:05` gives `at 14:05`."""
        return parsing.number_and_rest(self.argument)[1]

    # The button that was pressed. Its data is `<verb>:<id>`.

    @property
    def is_press(self) -> bool:
        """True if a button was pressed whose data says all: not one that gives a command."""
        return self.update.callback_query is not None and self.meant is None

    @property
    def verb(self) -> str:
        return self._pressed[0]

    @property
    def id(self) -> str:
        """The id on the pressed button: usually of a link or a fetch. The verb says which."""
        return self._pressed[1]

    @property
    def _pressed(self) -> tuple[str, str]:
        query = self.update.callback_query
        verb, _, about = ((query.data if query else "") or "").partition(":")
        return verb, about

    # The handler's means

    def store(self, link: Link, *statements: Statement) -> History:
        """Store what the author says about a link. Return its history after that.

        A statement that says nothing new is not stored: pressed twice, a button has the effect of once.
        """
        history = links.history_of(link)
        new = [statement for statement in statements if not self._is_known(link, history, statement)]
        if not new:
            return history
        windows = self.context.settings.windows
        return record_statements(
            self.session, link, *new, by=self.author or None, now=self.said_at, windows=windows
        )

    def _is_known(self, link: Link, history: History, statement: Statement) -> bool:
        if history.statements.apply(statement) == history.statements:
            return True
        # Each "Still a draft" has a time of its own, so that only their nearness shows a double tap.
        newest = links.said_about(self.session, link.id, 1)
        return statement.kind is StatementKind.DRAFT and any(
            row.kind == statement.kind and self.said_at - row.at < DOUBLE_TAP for row in newest
        )

    def owe(self, message: Message, *, quote: bool = False) -> None:
        """Owe the chat this message as the answer. A question always quotes the message that it answers."""
        reply_to = self.message_id if quote or message.asks or message.holds else None
        self._owe(MessageKind.REPLY, pack(message), reply_to)

    def owe_file(self, kind: MessageKind, *, link_id: int | None = None, payload: str = "") -> None:
        """Owe the chat a file of this kind, which is made when it is sent."""
        self._owe(kind, payload, self.message_id, link_id)

    def _owe(self, kind: MessageKind, payload: str, reply_to: int | None, link_id: int | None = None) -> None:
        owed = Owed(
            self._answer_keys(kind)[0],
            self.chat.id,
            kind,
            self.now,
            link_id=link_id,
            thread_id=self.thread_id,
            reply_to=reply_to,
            payload=payload,
        )
        outbox.owe(self.session.connection(), [owed])

    def _answer_keys(self, kind: MessageKind) -> list[str]:
        """Return the answer's key; for a button, also the key that a press just before would have used."""
        if self.update.callback_query is None:
            return [answer_key(kind, self.update.update_id)]
        window, data = int(self.said_at // DOUBLE_TAP), f"{self.verb}:{self.id}"
        pressed = self.message.message_id if self.message else 0
        return [pressed_key(kind, self.chat.id, pressed, data, each) for each in (window, window - 1)]

    def was_just_answered(self) -> bool:
        """Return True if the pressed button was pressed just before, and answered with a message."""
        kinds = kinds_where(lambda policy: policy.is_answer)
        return outbox.is_owed(self.session, [key for kind in kinds for key in self._answer_keys(kind)])

    def edit(self, message: Message) -> Sentence | None:
        """Let the message whose button was pressed say this. Return a toast if the outbox forgot it."""
        found = outbox.rewrite(self.session, self.chat.id, self.message_id or 0, pack(message))
        return None if found else sentences.toasts.TOAST_GONE

    def place(self) -> str:
        """Return the page of `/history` that the message with the pressed button shows or leads back to."""
        shown = outbox.answer_of(self.session, self.chat.id, self.message_id or 0)
        return unpack(shown.payload).place if shown else ""

    def question(self) -> str:
        """Return the command whose question this message replies to; empty if it replies to none."""
        replied = self.message.reply_to_message if self.message else None
        shown = outbox.answer_of(self.session, self.chat.id, replied.message_id) if replied else None
        return unpack(shown.payload).question if shown else ""

    def pressed_answer(self) -> OutboxMessage | None:
        """Return the answer whose button was pressed, as the outbox keeps it."""
        return outbox.answer_of(self.session, self.chat.id, self.message_id or 0)

    def is_button_shown(self) -> bool:
        """Return True if the pressed button is still there: an app may show what the message said before.

        Only of answers the outbox knows the buttons: those of a card are made when it is sent.
        """
        shown, data = self.pressed_answer(), f"{self.verb}:{self.id}"
        keyboard = unpack(shown.payload).keyboard if shown else ()
        return any(key.callback_data == data for row in keyboard for key in row)

    def as_if_typed(self, command: parsing.Command, message_id: int | None) -> "Turn":
        """Return this turn as if its author had typed the command, in that message."""
        return replace(self, meant=Meant(command, message_id))


Handler = Callable[[Turn], Answer]
"""Carries out a command or a button, inside the update's transaction."""


@contextmanager
def begin_turn(
    session: Session,
    context: BotContext,
    update: Update,
    received: Received,
    *,
    standing: Standing = Standing.UNKNOWN,
) -> Iterator[Turn]:
    """Make the turn of an update, and speak its chat's language until it ends.

    The update shows that the bot can reach the chat again.
    """
    at, telegram_chat = now(), update.effective_chat
    assert telegram_chat  # noqa: S101  # routing passes over updates without a chat
    chat = chats.get_or_create(session, telegram_chat.id, at)
    chats.mark_reachable(chat)
    turn = Turn(session, context, update, chat, at, *_said_at(update, received), standing)
    _learn_language(turn)
    with speaking_to(chat):
        yield turn


def _said_at(update: Update, received: Received) -> Received:
    """Return when an update was written or pressed: a message's own date, or a button's time of arrival.

    Telegram's dates are whole seconds. The end of the second counts, so that an open which the author has
    seen before writing is not taken for a later one. No date is later than the arrival: clocks differ.
    """
    if update.message:
        return Received(min(received.at, update.message.date.timestamp() + 1))
    if received.since is None:
        return received
    return Received(received.at, min(received.at, max(received.since, _shown_at(update) + 1)))


def _shown_at(update: Update) -> float:
    """Return when the bot last changed the message whose button was pressed: the press came after that.

    So what the card told of a draft before Sent was pressed stays a draft's.
    """
    message = update.effective_message
    shown = (message.edit_date or message.date) if message else None
    return shown.timestamp() if shown else 0.0


def _learn_language(turn: Turn) -> None:
    """Take a person's language from Telegram, where it may change; in a group, that of the first author."""
    user = turn.update.effective_user
    if user and user.language_code and (turn.is_private or not turn.chat.telegram_language):
        turn.chat.telegram_language = user.language_code
