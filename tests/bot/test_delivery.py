"""The loop that delivers, when it is told to end."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

import pytest
import respx
from markupsafe import Markup
from sqlalchemy import Engine
from sqlmodel import Session, select
from telegram import Bot

from bot.context import BotContext
from bot.delivery.loop import Delivery
from bot.message import Message, pack
from bot.outages import Late
from settings import Settings
from storage import chats, claims, outbox
from storage.engine import reading, writing
from storage.keys import open_keys
from storage.kinds import MessageKind
from storage.outbox import Owed
from storage.tables import OutboxMessage
from storage.times import now, steady

ANNA = 1001
T = TypeVar("T")


class Stopping(BotContext):
    """Cancels a task while the transaction of the first claim is under way, as a SIGTERM may."""

    task: asyncio.Task[None] | None = None

    async def write(self, act: Callable[[Session], T]) -> T:
        loop, task, self.task = asyncio.get_running_loop(), self.task, None
        if task is None:
            return await super().write(act)
        cancelled = threading.Event()

        def cancel() -> None:
            task.cancel()
            cancelled.set()

        def act_meanwhile(session: Session) -> T:
            result = act(session)
            loop.call_soon_threadsafe(cancel)
            assert cancelled.wait(30)
            return result

        return await super().write(act_meanwhile)


@pytest.fixture
async def context(settings: Settings, engine: Engine) -> AsyncIterator[Stopping]:
    context = Stopping(settings, engine, open_keys(settings.key_file))
    yield context
    context.close()


async def stopped_while_claiming(context: Stopping) -> Delivery:
    """A delivery that was told to end while it claimed, before it sent anything."""
    delivery = Delivery(context, Bot("1000:none"))
    context.task = asyncio.create_task(delivery.run())
    with pytest.raises(asyncio.CancelledError):
        await context.task
    return delivery


def owe(engine: Engine, kind: MessageKind) -> None:
    payload = pack(Message(Markup("hello")))
    with writing(engine) as session:
        chats.get_or_create(session, ANNA, now())
        outbox.owe(session.connection(), [Owed("hello", ANNA, kind, now(), payload=payload)])


def owed(engine: Engine) -> OutboxMessage:
    with reading(engine) as session:
        return session.exec(select(OutboxMessage)).one()


async def test_a_message_that_was_claimed_and_never_tried_is_given_back_when_the_bot_ends(
    context: Stopping, engine: Engine
) -> None:
    owe(engine, MessageKind.REPLY)
    delivery = await stopped_while_claiming(context)
    await delivery.drain()
    given_back = owed(engine)
    assert (given_back.state, given_back.attempts, given_back.lease_until) == ("pending", 0, None)
    with writing(engine) as session:
        claims.expire_leases(session, steady())
        (claimed,) = claims.claim(session, steady(), 8)
    assert not claimed.message.in_doubt


async def test_a_message_that_quiet_hours_hold_is_never_left_in_flight(
    context: Stopping, engine: Engine
) -> None:
    owe(engine, MessageKind.OPENED)
    clock = datetime.now(UTC)
    with writing(engine) as session:
        chat = chats.get_or_create(session, ANNA, now())
        for column, hours in (("quiet_from", -2), ("quiet_until", 2)):
            time = clock + timedelta(hours=hours)
            setattr(chat, column, time.hour * 60 + time.minute)
    await stopped_while_claiming(context)
    held = await context.read(lambda session: session.exec(select(OutboxMessage)).one())
    assert (held.state, held.lease_until, held.in_doubt) == ("pending", None, False)
    assert held.not_before is not None


class Noticing(asyncio.Event):
    """Tells when somebody begins to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited_for = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.waited_for.set()
        return await super().wait()


async def test_a_bot_that_is_told_to_end_just_when_news_comes_ends(
    settings: Settings, engine: Engine
) -> None:
    context = BotContext(settings, engine, open_keys(settings.key_file))
    context.due = due = Noticing()
    loop = asyncio.create_task(Delivery(context, Bot("1000:none")).run())
    await due.waited_for.wait()
    await asyncio.sleep(0)
    due.set()
    loop.cancel()
    ended, _ = await asyncio.wait([loop], timeout=30)
    loop.cancel()
    context.close()
    assert ended == {loop}
    with pytest.raises(asyncio.CancelledError):
        loop.result()


async def test_a_token_that_telegram_refuses_is_no_outage_of_telegram(
    context: Stopping, engine: Engine
) -> None:
    owe(engine, MessageKind.REPLY)
    delivery = Delivery(context, Bot("1000:none"))
    with respx.mock(base_url="https://api.telegram.org/bot1000:none") as telegram:
        refusal = {"ok": False, "error_code": 401, "description": "Unauthorized"}
        telegram.post("/sendMessage").respond(401, json=refusal)
        await delivery._deliver_due()
        await delivery.drain()
    assert owed(engine).attempts == 1
    due = now() + 60
    assert context.outages.delay(due, due + 3600) is Late.UNKNOWN
