"""The files of an export: all fetches are in them, once, however many files it takes."""

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple, TypeVar

import pytest
import respx
from httpx import Request, Response
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select
from telegram import Bot

from bot.context import BotContext
from bot.delivery.loop import Delivery
from bot.message import Reader
from bot.messages import archive
from bot.messages.archive import Part, made, part_of
from settings import Settings
from storage import exports, links, outbox
from storage.engine import reading, writing
from storage.keys import open_keys
from storage.kinds import MessageKind
from storage.outbox import Owed
from storage.tables import OutboxMessage
from storage.times import now
from tests.fetches import NOON, arrival
from tests.storage.test_ingest import ANNA, fold, track

T = TypeVar("T")


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file be full after two fetches."""
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    monkeypatch.setattr(archive, "MOST_PACKED", 0)


@pytest.fixture
def seen(engine: Engine) -> list[str]:
    """The ids of seven fetches of Anna's links, in the order in which they are told; Ben has one, too."""
    with writing(engine) as session:
        letters = [track(session, label) for label in ("contract", "never sent", "offer")]
        other = links.create(session, links.NewLink(1002, 1002, "his"), now=NOON, daily=50)
    arrivals = [arrival(letters[n % 2 * 2].token, NOON + 60 * n) for n in range(7)]
    fold(engine, *arrivals, arrival(other.token, NOON))
    return [one.id for one in (*arrivals[::2], *arrivals[1::2])]


def reader(engine: Engine) -> Reader:
    def read(work: Callable[[Session], T], /) -> T:
        with reading(engine) as session:
            return work(session)

    return read


def ids_in(content: bytes) -> list[str]:
    """Return the ids of the fetches in a file: JSON and CSV hold the same."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        in_json = [row["id"] for row in json.loads(packed.read("readback.json"))["fetches"]]
        rows = csv.DictReader(io.StringIO(packed.read("fetches.csv").decode("utf-8-sig")))
        assert [row["id"] for row in rows] == in_json
    return in_json


class Made(NamedTuple):
    name: str
    ids: list[str]
    rest: Part | None


def made_now(engine: Engine, part: Part) -> Made:
    file = made(reader(engine), ANNA, part)
    with file.content as content:
        return Made(file.name, ids_in(content.read()), part_of(file.rest) if file.rest else None)


def all_of(engine: Engine) -> list[Made]:
    files = [made_now(engine, Part())]
    while files[-1].rest:
        files.append(made_now(engine, files[-1].rest))
    return files


def test_an_ordinary_export_is_one_file(engine: Engine, seen: list[str]) -> None:
    (file,) = all_of(engine)
    assert file.ids == seen


@pytest.mark.usefixtures("small_files")
def test_what_is_too_much_for_one_file_goes_on_in_the_next(engine: Engine, seen: list[str]) -> None:
    files = all_of(engine)
    assert [file.name for file in files] == [
        "readback.zip", "readback-2.zip", "readback-3.zip", "readback-4.zip"
    ]  # fmt: skip
    assert [one for file in files for one in file.ids] == seen


@pytest.mark.usefixtures("small_files")
def test_a_file_that_is_made_again_ends_where_the_next_one_begins(
    engine: Engine, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be full sooner the second time. What it leaves out then would be in no file."""
    rest = made_now(engine, Part()).rest
    assert rest
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    again = made_now(engine, Part(until=rest.after))
    assert (again.ids, again.rest) == (seen[:2], rest)


def test_a_file_takes_no_more_fetches_after_its_time(
    engine: Engine, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    monkeypatch.setattr(archive, "LONGEST_MADE", -1.0)
    first = made_now(engine, Part())
    assert first.ids == seen[:2]
    assert first.rest


@pytest.fixture
async def context(settings: Settings, engine: Engine) -> AsyncIterator[BotContext]:
    context = BotContext(settings, engine, open_keys(settings.key_file))
    yield context
    context.close()


def owe_export(engine: Engine) -> None:
    with writing(engine) as session:
        outbox.owe(session.connection(), [Owed("export:1", ANNA, MessageKind.EXPORT, now())])


def exports_owed(engine: Engine) -> list[OutboxMessage]:
    with reading(engine) as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == MessageKind.EXPORT)
        return list(session.exec(query.order_by(col(OutboxMessage.id))))


async def deliver(context: BotContext, *, times: int) -> Delivery:
    delivery = Delivery(context, Bot("1000:none"))
    for _ in range(times):
        await delivery._deliver_due()
        await delivery.drain()
    return delivery


def taken(files: list[bytes]) -> Callable[[Request], Response]:
    """Return a Telegram that takes every file."""

    def take(request: Request) -> Response:
        files.append(request.read())
        result = {"message_id": len(files), "date": 0, "chat": {"id": ANNA, "type": "private"}}
        return Response(200, json={"ok": True, "result": result})

    return take


@pytest.mark.usefixtures("small_files", "seen")
async def test_each_file_is_a_message_of_its_own(context: BotContext, engine: Engine) -> None:
    with writing(engine) as session:
        session.connection().execute(delete(OutboxMessage))
    owe_export(engine)
    files: list[bytes] = []
    with respx.mock(base_url="https://api.telegram.org/bot1000:none") as telegram:
        telegram.post("/sendChatAction").respond(200, json={"ok": True, "result": True})
        telegram.post("/sendDocument").mock(side_effect=taken(files))
        await deliver(context, times=4)
    assert [(row.key, row.state) for row in exports_owed(engine)] == [
        ("export:1", "sent"), ("export:1#2", "sent"), ("export:1#3", "sent"), ("export:1#4", "sent")
    ]  # fmt: skip
    assert [b"readback-4.zip" in file for file in files] == [False, False, False, True]
    assert b"File 4 of this export" in files[3]


@pytest.mark.parametrize("error", [TimeoutError(), OSError(28, "No space left on device")])
async def test_a_file_that_is_not_made_in_time_puts_telegram_in_no_doubt(
    context: BotContext, engine: Engine, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as session:
        track(session)
        session.connection().execute(delete(OutboxMessage))
    owe_export(engine)

    async def fail(_work: object) -> None:
        raise error

    monkeypatch.setattr(context, "make", fail)
    with respx.mock(base_url="https://api.telegram.org/bot1000:none") as telegram:
        telegram.post("/sendChatAction").respond(200, json={"ok": True, "result": True})
        delivery = await deliver(context, times=1)
    (row,) = exports_owed(engine)
    assert (row.state, row.in_doubt) == ("pending", False)
    assert not delivery._breaker.unsure


async def test_a_bot_that_is_told_to_end_makes_no_file(context: BotContext, engine: Engine) -> None:
    with writing(engine) as session:
        track(session)
        session.connection().execute(delete(OutboxMessage))
    owe_export(engine)
    context.ending = True
    with respx.mock(base_url="https://api.telegram.org/bot1000:none") as telegram:
        telegram.post("/sendChatAction").respond(200, json={"ok": True, "result": True})
        await deliver(context, times=1)
    (row,) = exports_owed(engine)
    assert (row.state, row.attempts, row.in_doubt) == ("pending", 0, False)
