"""The writer: what it reports as kept is on disk once, and it reports what cannot be kept."""

import asyncio
import select
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlmodel import col
from sqlmodel import select as select_from

import storage.engine
from pixel_server.database import committing
from pixel_server.database import writer as writer_module
from pixel_server.database.known_tokens import KnownTokens, TokenReader
from pixel_server.database.writer import MAX_BATCH, Writer
from pixel_server.heart import Heart
from pixel_server.wire.image import GIF
from settings import Settings
from storage import spool
from storage.engine import connect, database_of, reading, writing
from storage.ingest import Arrival
from storage.notifying import Topic
from storage.postgres import deadline
from storage.spools import Spools
from storage.sqlite.maintenance import integrity
from storage.tables import Link, OutboxMessage
from storage.times import now, seconds
from tests.fetches import NOON, arrival
from tests.pixel_server.serving import (
    ANNA,
    PATIENCE,
    Served,
    answer_on,
    counted,
    hasty,
    kinds,
    path_of,
    request,
    sent,
    serving,
    stopped,
    stored,
    track,
)
from tracking import Windows

POISON = "poison"
TOO_MANY = [arrival("A" * 22, NOON)] * 50_000
"""Fetches of an unknown token: more than the queue takes."""


@pytest.fixture(name="hasty")
def hasty_engine(settings: Settings) -> Iterator[Engine]:
    engine = hasty(settings)
    yield engine
    engine.dispose()


@contextmanager
def locked(settings: Settings, link: Link) -> Iterator[Callable[[], None]]:
    """Hold another program's transaction, for which the writer has to wait.

    Yields a function that ends it early, from any thread.
    """
    if path := settings.sqlite_path:
        file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        file.execute("BEGIN IMMEDIATE")
        close: Callable[[], None] = file.close
    else:
        server = psycopg.connect(settings.database_url.replace("+psycopg", ""))
        server.execute("SELECT 1 FROM link WHERE id = %s FOR UPDATE", [link.id])
        close = server.close
    try:
        yield close
    finally:
        close()


def drained(served: Served) -> None:
    """Wait until the spool is empty."""
    writer, give_up = served.services.writer, time.monotonic() + PATIENCE
    while writer.spools.waiting:
        assert time.monotonic() < give_up
        served.run(asyncio.sleep(0))


@pytest.fixture(autouse=True)
def looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "RETRY_SECONDS", 0.02)


def failing(engine: Engine) -> Event:
    """Return an event that is set once the writer drops a connection because a transaction failed."""
    failed = Event()
    event.listen(engine, "invalidate", lambda *_: failed.set())
    return failed


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """One entry for every transaction that the writer commits."""
    made = list[Connection]()

    def commit(connection: Connection) -> None:
        storage.engine.commit(connection)
        made.append(connection)

    monkeypatch.setattr(committing, "commit", commit)
    return made


def writer_on(engine: Engine, settings: Settings) -> Writer:
    known = KnownTokens()
    notifier, spools = database_of(engine).notifier(Topic.NEWS), Spools(settings.spool_path, known)
    return Writer(engine, Windows(), notifier, spools, TokenReader(engine, known))


def arrivals(link: Link, count: int) -> list[Arrival]:
    return [arrival(link.token, NOON + number) for number in range(count)]


async def brought(writer: Writer, fetches: list[Arrival]) -> list[asyncio.Task[bool]]:
    """Add fetches to the writer's queue; return the tasks that wait for their answers."""
    tasks = [asyncio.create_task(writer.keep(fetch)) for fetch in fetches]
    for _ in range(3):
        await asyncio.sleep(0)  # every task runs up to the point where it waits, or is refused
    return tasks


def alert_keys(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return sorted(session.exec(select_from(OutboxMessage.key).where(col(OutboxMessage.chat_id) == ANNA)))


def poison(engine: Engine) -> None:
    """Make the database refuse every fetch whose user agent is POISON."""
    sqlite = f"""
        CREATE TRIGGER refuse BEFORE INSERT ON fetch WHEN NEW.user_agent = '{POISON}'
        BEGIN SELECT RAISE(ABORT, 'a poisoned fetch'); END"""
    postgres = f"""ALTER TABLE "fetch" ADD CONSTRAINT refuse CHECK (user_agent <> '{POISON}')"""
    with writing(engine) as session:
        session.connection().execute(text(postgres if engine.dialect.name == "postgresql" else sqlite))


async def test_fetches_that_wait_together_are_kept_in_one_transaction(
    settings: Settings, engine: Engine, commits: list[Connection]
) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    waiting = await brought(writer, arrivals(link, 100))
    writer.start()
    assert await asyncio.gather(*waiting) == [True] * 100
    await writer.stop()
    assert len(commits) == 1
    assert [row.seq for row in stored(engine, link)] == list(range(1, 101))


async def test_a_crowd_is_kept_in_order_and_in_batches_of_limited_size(
    settings: Settings, engine: Engine, commits: list[Connection]
) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    crowd = arrivals(link, 2 * MAX_BATCH + 10)
    waiting = await brought(writer, crowd)
    writer.start()
    assert all(await asyncio.gather(*waiting))
    await writer.stop()
    assert len(commits) == 3
    assert [row.id for row in stored(engine, link)] == [fetch.id for fetch in crowd]


async def test_a_lone_fetch_waits_for_no_other(
    settings: Settings, engine: Engine, commits: list[Connection]
) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    writer.start()
    for fetch in arrivals(link, 3):
        assert await writer.keep(fetch)
    await writer.stop()
    assert len(commits) == 3


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_wal_is_checkpointed_between_two_commits(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(committing, "COMMITS_BETWEEN_CHECKPOINTS", 3)
    link = track(engine)
    writer, give_up = writer_on(engine, settings), time.monotonic() + PATIENCE
    writer.start()
    for fetch in arrivals(link, 3):
        assert await writer.keep(fetch)
    while _without_its_log(settings, tmp_path) < 3:
        assert time.monotonic() < give_up
    await writer.stop()


def _without_its_log(settings: Settings, folder: Path) -> int:
    """Return how many fetches are in the file itself, without its WAL."""
    assert settings.sqlite_path
    alone = sqlite3.connect(shutil.copy(settings.sqlite_path, folder / "alone.db"))
    try:
        count: int = alone.execute("SELECT count(*) FROM fetch").fetchone()[0]
    except sqlite3.DatabaseError:  # copied while it was being written
        return 0
    finally:
        alone.close()
    return count


async def test_an_unforeseen_error_costs_only_its_own_batch(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    writer.start()
    with monkeypatch.context() as patch:
        patch.setattr(committing.Committer, "keep", lambda *_: 1 / 0)
        assert not await writer.keep(arrival(link.token, NOON))
    assert await writer.keep(arrival(link.token, NOON + 1))
    await writer.stop()


async def test_an_unforeseen_error_in_a_checkpoint_costs_no_fetch(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = track(engine)
    monkeypatch.setattr(committing.Committer, "checkpoint_if_due", lambda _: 1 / 0)
    writer = writer_on(engine, settings)
    writer.start()
    assert [await writer.keep(fetch) for fetch in arrivals(link, 3)] == [True] * 3
    await writer.stop()
    assert len(stored(engine, link)) == 3


async def test_stop_keeps_what_waits(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    writer.start()
    waiting = await brought(writer, arrivals(link, MAX_BATCH + 50))
    await writer.stop()
    assert len(stored(engine, link)) == MAX_BATCH + 50
    assert all(await asyncio.gather(*waiting))


async def test_a_full_queue_takes_no_more_and_loses_nothing(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    first = await brought(writer, arrivals(link, 1))
    crowd = await brought(writer, TOO_MANY)
    (late,) = await brought(writer, arrivals(link, 1))
    refused = [waiting.result() for waiting in crowd if waiting.done()]
    assert refused
    assert not any(refused)
    assert not late.result()
    writer.start()
    kept = await asyncio.gather(*first, *(waiting for waiting in crowd if not waiting.done()))
    assert len(kept) + len(refused) == len(TOO_MANY) + 1
    assert all(kept)
    assert await writer.keep(arrival(link.token, NOON + 2))
    await writer.stop()
    assert kinds(engine, link) == ["activated", "inserted"]


async def test_a_poisoned_fetch_is_set_aside_and_the_others_are_kept(
    settings: Settings, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    link, other = track(engine), track(engine, "invoice", "client")
    poison(engine)
    writer = writer_on(engine, settings)
    bad = arrival(link.token, NOON + 2)._replace(user_agent=POISON)
    good = [arrival(link.token, NOON + 1), arrival(other.token, NOON + 2), arrival(link.token, NOON + 3)]
    waiting = await brought(writer, [good[0], bad, *good[1:]])
    writer.start()
    assert await asyncio.gather(*waiting) == [True, False, True, True]
    assert await writer.keep(arrival(link.token, NOON + 4))
    await writer.stop()
    assert writer.spools.set_aside == 1
    assert Spools(settings.spool_path).set_aside == 1
    assert [row.seq for row in stored(engine, link)] == [1, 2, 3]
    assert kinds(engine, other) == ["activated"]
    assert caplog.text.count("is set aside") == 1


def test_a_short_lock_is_waited_for_and_nothing_is_doubled(
    settings: Settings, engine: Engine, hasty: Engine
) -> None:
    link = track(engine)
    sent(engine, link)
    failed = failing(hasty)
    with serving(settings, hasty) as served, locked(settings, link) as release:
        wires = [served.connect() for _ in range(20)]
        for wire in wires:
            wire.sendall(request(path_of(link)))
        assert failed.wait(PATIENCE)
        release()
        answers = [answer_on(wire) for wire in wires]
        for wire in wires:
            wire.close()
    assert {(answer.status, answer.body) for answer in answers} == {(200, GIF)}
    assert counted(engine, link) == [(1, "opened", 1), (2, "repeat", 19)]
    assert alert_keys(engine) == [f"card:{link.id}", f"opened:{stored(engine, link)[0].id}"]


def test_what_the_database_cannot_take_waits_in_the_spool_and_is_judged_as_if_it_had_not(
    settings: Settings, engine: Engine, hasty: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    link = track(engine)
    sent(engine, link)
    with serving(settings, hasty) as served:
        with locked(settings, link):
            answers = [served.fetch(link) for _ in range(3)]
            before = now()
            assert stored(engine, link) == []
            told = served.get("/readyz")
            assert (told.status, b'"waiting":3' in told.body) == (503, True)
        drained(served)
        assert served.fetch(link).status == 200
        assert served.get("/readyz").status == 200
    assert {(answer.status, answer.body) for answer in answers} == {(200, GIF)}
    assert counted(engine, link) == [(1, "opened", 1), (2, "repeat", 3)]
    rows = stored(engine, link)
    assert max(seconds(row.at) for row in rows) <= before
    assert alert_keys(engine) == [f"card:{link.id}", f"opened:{rows[0].id}"]
    assert caplog.text.count("they wait in the spool") == 1


def test_where_not_even_the_spool_takes_it_the_answer_is_503_with_the_image(
    settings: Settings, engine: Engine, hasty: Engine, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(spool, "LARGEST", 0)
    link = track(engine)
    with serving(settings, hasty) as served:
        with locked(settings, link):
            answer = served.fetch(link)
        assert (answer.status, answer.body) == (503, GIF)
        assert answer.headers["content-type"] == "image/gif"
        assert "no-store" in answer.headers["cache-control"]
        assert int(answer.headers["retry-after"]) > 0
        assert stored(engine, link) == []
        assert "1 fetches cannot be kept" in caplog.text
        assert served.fetch(link).status == 200
        assert served.get("/readyz").status == 200
    assert [row.seq for row in stored(engine, link)] == [1]


def test_what_waits_in_the_spool_outlives_the_process_and_is_kept_once(
    settings: Settings, engine: Engine, hasty: Engine
) -> None:
    link = track(engine)
    with locked(settings, link), serving(settings, hasty) as served:
        assert [served.fetch(link).status for _ in range(20)] == [200] * 20
    assert stored(engine, link) == []
    left = settings.spool_path.read_bytes()
    with serving(settings) as served:
        drained(served)
    # As if the server was killed after the commit and before it emptied the spool: all comes once more.
    settings.spool_path.write_bytes(left + left[: len(left) // 2])
    with serving(settings) as served:
        drained(served)
    assert counted(engine, link) == [(1, "activated", 1), (2, "inserted", 19)]
    assert settings.spool_path.stat().st_size == 0


def test_a_spool_is_drained_after_an_unforeseen_error(
    settings: Settings, engine: Engine, hasty: Engine, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    link = track(engine)
    with locked(settings, link), serving(settings, hasty) as served:
        assert served.fetch(link).status == 200
    first, failures = spool.Spool.first, iter([TypeError, TypeError])

    def failing_twice(self: spool.Spool, limit: int) -> tuple[list[Arrival], int]:
        for failure in failures:
            raise failure
        return first(self, limit)

    monkeypatch.setattr(spool.Spool, "first", failing_twice)
    with serving(settings) as served:
        drained(served)
        assert served.services.writer.trouble == ""
    assert [row.seq for row in stored(engine, link)] == [1]
    assert caplog.text.count("cannot be drained: TypeError") == 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_happened_while_a_fetch_waited_is_judged_by_its_time(
    settings: Settings, engine: Engine, hasty: Engine
) -> None:
    """Mails are sent, stopped and erased after the fetch came and before the database took it."""
    draft, halted, erased = (track(engine, label) for label in ("draft", "halted", "erased"))
    links = (draft, halted, erased)
    with locked(settings, draft), serving(settings, hasty) as served:
        assert [served.fetch(link).status for link in links] == [200] * 3
    sent(engine, draft, ago=0)
    stopped(engine, halted)
    with writing(engine) as session:
        session.connection().execute(text(f"DELETE FROM outbox WHERE link_id = {erased.id}"))  # noqa: S608
        session.connection().execute(text(f"DELETE FROM link WHERE id = {erased.id}"))  # noqa: S608
    with serving(settings) as served:
        drained(served)
    assert [kinds(engine, link) for link in links] == [["activated"], ["activated"], []]


def test_while_the_queue_is_full_fetches_are_answered_503_with_the_image(
    settings: Settings, engine: Engine, hasty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", PATIENCE)
    link = track(engine)
    failed = failing(hasty)
    with serving(settings, hasty) as served, served.connect() as first:
        writer = served.services.writer
        with locked(settings, link) as release:
            first.sendall(request(path_of(link)))
            assert failed.wait(PATIENCE)
            waiting = served.run(brought(writer, TOO_MANY))
            answer = served.fetch(link)
            release()
        assert (answer.status, answer.body) == (503, GIF)
        assert answer_on(first).status == 200
        served.run(settled(waiting))
        assert served.fetch(link).status == 200
    assert [row.seq for row in stored(engine, link)] == [1, 2]


async def settled(tasks: list[asyncio.Task[bool]]) -> None:
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_a_commit_whose_answer_was_lost_is_repeated_and_nothing_is_doubled(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Heart, "_run", lambda _heart: None)
    link = track(engine)
    sent(engine, link)
    with cutting_at_commit(settings) as (through, cut):
        database = connect(through)
        failed = failing(database)
        with serving(settings, database) as served:
            answer = served.fetch(link)
            again = served.fetch(link)
    assert cut.is_set()
    assert failed.is_set()
    assert (answer.status, answer.body, again.status) == (200, GIF, 200)
    assert [(row.seq, row.kind) for row in stored(engine, link)] == [(1, "opened"), (2, "repeat")]
    assert alert_keys(engine) == [f"card:{link.id}", f"opened:{stored(engine, link)[0].id}"]


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_a_server_that_froze_in_a_commit_is_disconnected_and_nothing_is_lost_or_doubled(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "ANSWER", 0.3)
    # The first heartbeat commits, too: on a busy machine it was the one that froze.
    monkeypatch.setattr(Heart, "_run", lambda _heart: None)
    monkeypatch.setattr(TokenReader, "_run", lambda _reader: None)
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", 0)
    link, thawed = track(engine), Event()
    sent(engine, link)
    with cutting_at_commit(settings, thawed) as (through, frozen):
        database = connect(
            through.model_copy(update={"database_url": through.database_url + "&connect_timeout=2"})
        )
        with serving(settings, database) as served:
            answers = [served.fetch(link) for _ in range(3)]
            assert frozen.is_set()
            assert served.services.writer.spools.waiting == 3
            thawed.set()
            drained(served)
    assert {(answer.status, answer.body) for answer in answers} == {(200, GIF)}
    assert counted(engine, link) == [(1, "opened", 1), (2, "repeat", 2)]
    assert alert_keys(engine) == [f"card:{link.id}", f"opened:{stored(engine, link)[0].id}"]


@contextmanager
def cutting_at_commit(settings: Settings, thawed: Event | None = None) -> Iterator[tuple[Settings, Event]]:
    """Put PostgreSQL behind a connection that breaks once: after a COMMIT, before its answer arrives.

    With `thawed` it freezes instead: from then on nothing comes through, on this connection or a new one,
    until that event is set.
    """
    address = make_url(settings.database_url)
    there = Path(str(address.query["host"])) / ".s.PGSQL.5432"
    cut = Event()

    def serve(near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            if thawed and cut.is_set():
                thawed.wait(PATIENCE)
            far.connect(str(there))
            while ready := select.select([near, far], [], [])[0]:
                data = ready[0].recv(65536)
                if not data:
                    return
                (far if ready[0] is near else near).sendall(data)
                if ready[0] is near and b"COMMIT" in data and not cut.is_set():
                    cut.set()
                    far.recv(65536)
                    if thawed:
                        thawed.wait(PATIENCE)
                    return

    def accept() -> None:
        while True:
            try:
                near, _ = subscriber.accept()
            except OSError:
                return
            Thread(target=serve, args=(near,), daemon=True).start()

    with TemporaryDirectory(prefix="wire") as folder, socket.socket(socket.AF_UNIX) as subscriber:
        subscriber.bind(f"{folder}/.s.PGSQL.5432")
        subscriber.listen()
        thread = Thread(target=accept)
        thread.start()
        through = address.set(query={**address.query, "host": folder})
        url = through.render_as_string(hide_password=False)
        yield settings.model_copy(update={"database_url": url}), cut
        subscriber.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)


def test_while_the_database_is_read_only_fetches_wait(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    database = connect(settings, checkpoints=True)

    @event.listens_for(database, "connect")
    def freeze(connection: Any, _record: object) -> None:
        command = "PRAGMA query_only=ON" if settings.sqlite_path else "SET default_transaction_read_only=on"
        connection.cursor().execute(command)
        connection.commit()

    with serving(settings, database) as served:
        answer = served.fetch(link)
        assert (answer.status, len(stored(engine, link))) == (200, 0)
        assert served.get("/readyz").status == 503
    with serving(settings) as served:
        drained(served)
    assert len(stored(engine, link)) == 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_while_the_disk_is_full_fetches_wait_and_what_is_there_stays(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    database, room = connect(settings, checkpoints=True), [1]

    @event.listens_for(database, "connect")
    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {room[0]}")

    with serving(settings, database) as served:
        assert [served.fetch(link, user_agent=f"{n:0150}").status for n in range(40)] == [200] * 40
        told = served.get("/readyz")
        assert (told.status, "database or disk is full" in told.text) == (503, True)
        assert integrity(settings.sqlite_path or Path()) == []
        room[0] = 1_000_000
        drained(served)
    assert [row.seq for row in stored(engine, link)] == list(range(1, 41))


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_while_the_server_is_away_fetches_wait(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    nowhere = settings.model_copy(update={"database_url": "postgresql+psycopg://127.0.0.1:1/readback"})
    with serving(nowhere, connect(nowhere)) as served:
        assert [served.fetch(link).status for _ in range(3)] == [200] * 3
    with serving(settings) as served:
        drained(served)
    assert kinds(engine, link) == ["activated", "inserted", "inserted"]


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_transaction_that_collided_is_retried(settings: Settings, engine: Engine, state: str) -> None:
    link = track(engine)
    with writing(engine) as session:
        session.connection().execute(text("CREATE SEQUENCE tries"))
        session.connection().execute(text(COLLIDE.replace("STATE", state)))
        collide = 'CREATE TRIGGER collide BEFORE INSERT ON "fetch" FOR EACH ROW EXECUTE FUNCTION collide()'
        session.connection().execute(text(collide))
    with serving(settings) as served:
        assert served.fetch(link).status == 200
    assert [row.seq for row in stored(engine, link)] == [1]


COLLIDE = """
CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF nextval('tries') <= 2 THEN RAISE 'collided' USING ERRCODE = 'STATE'; END IF; RETURN NEW; END $$"""


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_two_servers_number_a_links_fetches_without_a_gap_and_cause_one_alert(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    sent(engine, link)
    with serving(settings) as one, serving(settings) as other, ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(lambda number: (one, other)[number % 2].fetch(link).status, range(60)))
    assert answers == [200] * 60
    rows = counted(engine, link)
    assert [seq for seq, _kind, _count in rows] == list(range(1, len(rows) + 1))
    assert kinds(engine, link) == ["opened", *["repeat"] * 59]
    assert len([key for key in alert_keys(engine) if key.startswith("opened")]) == 1


def test_while_the_tables_are_gone_fetches_wait(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    with serving(settings) as served:
        for here, there in (("fetch", "away"), ("away", "fetch")):
            with writing(engine) as session:
                session.connection().execute(text(f'ALTER TABLE "{here}" RENAME TO "{there}"'))
            if there == "away":
                assert served.fetch(link).status == 200
        drained(served)
    assert [row.seq for row in stored(engine, link)] == [1]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_while_the_file_is_corrupt_fetches_wait(settings: Settings, engine: Engine) -> None:
    path = settings.sqlite_path
    assert path
    link = track(engine)
    engine.dispose()
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (root,) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'link'").fetchone()
    (size,) = file.execute("PRAGMA page_size").fetchone()
    file.close()
    with path.open("r+b") as raw:
        raw.seek((root - 1) * size)
        raw.write(b"\xff" * size)
    with serving(settings) as served:
        assert served.fetch(link).status == 200
        told = served.get("/readyz")
    assert (told.status, "malformed" in told.text) == (503, True)
    assert Spools(settings.spool_path).waiting == 1


@pytest.mark.parametrize("count", [1, MAX_BATCH, 2 * MAX_BATCH, MAX_BATCH + 50])
async def test_stop_keeps_what_waits_however_much_it_is(
    settings: Settings, engine: Engine, count: int
) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    writer.start()
    waiting = await brought(writer, arrivals(link, count))
    await writer.stop()
    assert len(stored(engine, link)) == count
    assert all(await asyncio.gather(*waiting))


async def test_stop_also_answers_the_batch_that_is_being_written(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    begun = Event()
    event.listen(engine, "checkout", lambda *_: begun.set())
    writer.start()
    waiting = await brought(writer, arrivals(link, 1))
    await asyncio.to_thread(begun.wait, PATIENCE)
    await writer.stop()
    assert len(stored(engine, link)) == 1
    assert await waiting[0]


async def test_a_batch_that_is_exactly_full_leaves_nothing_behind(
    settings: Settings, engine: Engine, commits: list[Connection], caplog: pytest.LogCaptureFixture
) -> None:
    link = track(engine)
    writer = writer_on(engine, settings)
    waiting = await brought(writer, arrivals(link, MAX_BATCH))
    writer.start()
    assert all(await asyncio.gather(*waiting))
    assert await writer.keep(arrival(link.token, NOON + 9999))
    await writer.stop()
    assert (writer.spools.set_aside, caplog.text) == (0, "")
    assert len(commits) == 2


async def test_a_link_whose_history_cannot_be_read_costs_only_its_own_fetches(
    settings: Settings, engine: Engine
) -> None:
    link, other = track(engine), track(engine, "invoice", "client")
    with writing(engine) as session:
        session.get_one(Link, link.id).history = '{"draft_agents":["an agent of a newer version"]}'
    writer = writer_on(engine, settings)
    waiting = await brought(writer, [arrival(link.token, NOON), arrival(other.token, NOON)])
    writer.start()
    _, kept = await asyncio.gather(*waiting)
    await writer.stop()
    assert kept
    assert kinds(engine, other) == ["activated"]
