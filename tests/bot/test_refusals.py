"""Whatever Telegram refuses, in whatever words, no message is lost: each of its known refusals is played."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest
from markupsafe import Markup
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import Session, select
from telegram import Bot, CopyTextButton, InlineKeyboardButton

import words
from bot.app import connect_to_telegram
from bot.context import BotContext
from bot.delivery.loop import Delivery
from bot.message import Message, pack
from demo import telegram
from settings import Settings
from storage import chats, links, outbox
from storage.engine import reading, writing
from storage.keys import Keys, open_keys
from storage.kinds import MessageKind
from storage.outbox import Owed
from storage.tables import Chat, OutboxMessage
from storage.times import now

CORPUS = Path(__file__).parent.parent / "corpus"
METHODS = {"send": "sendMessage", "edit": "editMessageText", "photo": "sendPhoto", "document": "sendDocument"}
FILES = {"photo": MessageKind.PICTURE, "document": MessageKind.EXPORT}
MOST_REQUESTS = 8
"""Forms of one message."""
KEYBOARD = [
    [
        InlineKeyboardButton("Copy", copy_text=CopyTextButton("http://house.example/i/x.gif")),
        InlineKeyboardButton("Open", url="http://house.example/copy/7"),
    ],
    [InlineKeyboardButton("Sent", callback_data="sent:7")],
]


T = TypeVar("T")


class Known(NamedTuple):
    """One refusal of the list."""

    method: str
    code: int
    description: str
    then: str


def known() -> Iterator[Known]:
    for line in (CORPUS / "refusals.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            method, code, description, then, source = line.split("\t")
            assert source
            yield Known(method, int(code), description, then)


BY_END: dict[str, list[Known]] = {}
for one in known():
    BY_END.setdefault(one.then, []).append(one)
sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
each_end = pytest.mark.parametrize("then", list(BY_END))


@pytest.fixture(scope="module")
def api() -> Iterator[telegram.Running]:
    with telegram.running(limits=telegram.LIFTED) as running:
        yield running


class Watched(BotContext):
    """Tells when something was written."""

    def __init__(self, settings: Settings, engine: Engine, keys: Keys) -> None:
        super().__init__(settings, engine, keys)
        self.written = asyncio.Event()

    async def write(self, work: Callable[[Session], T]) -> T:
        result = await super().write(work)
        self.written.set()
        return result


class Post:
    """A message on its way to a topic of a group, where Anna waits for it."""

    def __init__(self, api: telegram.Running, engine: Engine, context: Watched, bot: Bot) -> None:
        self.api, self.engine, self.context, self.bot = api, engine, context, bot
        anna = api.person("Anna")
        self.group = api.group("House", [anna], forum=True)
        self.key = f"it:{self.group.id}"
        self.thread = api.topic(self.group, "Landlord")
        self.asked = api.say(anna, "/track contract", self.group, thread=self.thread)

    @property
    def row(self) -> OutboxMessage:
        with reading(self.engine) as session:
            return session.exec(select(OutboxMessage).where(OutboxMessage.key == self.key)).one()

    @property
    def chat(self) -> Chat:
        with reading(self.engine) as session:
            return session.get_one(Chat, self.group.id)

    def owe(self, kind: MessageKind) -> None:
        text = Markup("<b>contract</b> opened ") + words.time(now() - 60, now())
        payload = "" if kind in FILES.values() else pack(Message(text, KEYBOARD))
        with writing(self.engine) as session:
            chats.get_or_create(session, self.group.id, now())
            link = self._link(session) if kind is MessageKind.PICTURE else None
            message = Owed(self.key, self.group.id, kind, now(), link, payload=payload)
            message = message._replace(thread_id=self.thread, reply_to=self.asked.id)
            outbox.owe(session.connection(), [message])

    def _link(self, session: Session) -> int:
        made = links.create(session, links.NewLink(self.group.id, 7, "contract"), now=now(), daily=50)
        session.flush()
        return made.id

    def change(self) -> None:
        with writing(self.engine) as session:
            changed = pack(Message(Markup("<b>new</b>"), KEYBOARD))
            assert outbox.rewrite(session, self.group.id, self.row.telegram_id or 0, changed)

    def refuse(self, refusal: Known, times: int) -> None:
        self.api.faults.clear()
        fault = telegram.refusal(refusal.code, refusal.description)
        if refusal.code == 429:
            fault = telegram.refusal(429, refusal.description, retry_after=30)
        self.api.faults.add(METHODS[refusal.method], fault, times)

    async def deliver(self, settled: Callable[[OutboxMessage], object]) -> OutboxMessage:
        """Run the delivery until the message's row is as asked for."""
        delivery = Delivery(self.context, self.bot)
        running = asyncio.create_task(delivery.run())
        try:
            async with asyncio.timeout(30):
                while not settled(self.row):
                    await self.context.written.wait()
                    self.context.written.clear()
        finally:
            running.cancel()
            await asyncio.wait([running])
            await delivery.drain()
        return self.row

    def said(self) -> list[telegram.Message]:
        return self.api.said(self.group)

    def back(self) -> None:
        with writing(self.engine) as session:
            chats.mark_reachable(session.get_one(Chat, self.group.id))


Posts = Callable[[Known], Awaitable[Post]]


@pytest.fixture
async def posts(api: telegram.Running, settings: Settings, engine: Engine) -> AsyncIterator[Posts]:
    """Give a function that brings a message on its way, so far that the refusal can meet it."""
    connected = settings.model_copy(update={"bot_token": SecretStr(api.token), "telegram_api_url": api.url})
    context = Watched(connected, engine, open_keys(settings.key_file))
    bot = connect_to_telegram(connected)

    async def post(refusal: Known) -> Post:
        api.faults.clear()
        made = Post(api, engine, context, bot)
        made.owe(FILES.get(refusal.method, MessageKind.REPLY))
        if refusal.method == "edit":
            await made.deliver(lambda row: row.state == "sent")
            made.change()
        return made

    yield post
    await bot.request.shutdown()
    context.close()


@sqlite
@each_end
async def test_a_refusal_loses_nothing(posts: Posts, then: str) -> None:
    for refusal in BY_END[then]:
        post = await posts(refusal)
        before = len(post.said())
        post.refuse(refusal, times=1)
        await ENDS[then](post, before)
        assert not post.api.faults.left(METHODS[refusal.method]), refusal


async def in_another_form(post: Post, _before: int) -> None:
    row = await post.deliver(is_settled)
    assert row.state == "sent"
    assert row.telegram_id in [message.id for message in post.said()]


async def anew(post: Post, before: int) -> None:
    row = await post.deliver(is_settled)
    assert (row.state, row.telegram_id, len(post.said())) == ("sent", post.said()[-1].id, before + 1)


async def parked(post: Post, _before: int) -> None:
    await post.deliver(is_settled)
    with reading(post.engine) as session:
        assert outbox.count_parked(session, post.group.id) == 1


async def held(post: Post, _before: int) -> None:
    await post.deliver(lambda _row: post.chat.unreachable_since)
    assert post.row.state == "pending"
    post.back()
    await in_another_form(post, 0)


async def waiting(post: Post, _before: int) -> None:
    await post.deliver(lambda _row: post.chat.paused_until)
    assert post.row.state == "pending"


ENDS = {
    "form": in_another_form,
    "shown": in_another_form,
    "given up": in_another_form,
    "anew": anew,
    "parked": parked,
    "held": held,
    "waits": waiting,
}


@sqlite
@each_end
async def test_a_refusal_without_end_is_no_endless_loop_and_is_never_taken_for_an_arrival(
    posts: Posts, then: str
) -> None:
    for refusal in BY_END[then]:
        post = await posts(refusal)
        post.refuse(refusal, times=50)
        row = await post.deliver(lambda row: is_settled(row) or row.last_error)
        if row.state == "sent":
            assert row.telegram_id in [message.id for message in post.said()], refusal
        assert 50 - post.api.faults.left(METHODS[refusal.method]) <= MOST_REQUESTS, refusal


def is_settled(row: OutboxMessage) -> bool:
    return row.state in ("sent", "parked")


def test_the_list_is_long_enough_to_mean_something() -> None:
    refusals = [refusal for same in BY_END.values() for refusal in same]
    assert len({refusal.description for refusal in refusals}) >= 100
