"""An invented token opens no transaction that writes, and takes no room in the spool from a reader's."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest
from sqlalchemy import Engine

from pixel_server.database import committing
from pixel_server.database.known_tokens import BITS, KnownTokens, TokenReader
from pixel_server.database.writer import Writer
from settings import Settings
from storage import spool
from storage.spool_lines import line_of
from storage.tables import Link
from tests.fetches import NOON, arrival
from tests.pixel_server.serving import PATIENCE, hasty, kinds, path_of, request, serving, stored, track
from tests.pixel_server.test_writer import drained
from tests.waiting import wait_until
from tracking.facts import LONGEST_PROGRAM

on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
INVENTED = "/i/AAAAAAAAAAAAAAAAAAAAAA.gif"


def test_a_token_that_exists_always_passes_and_few_others_do() -> None:
    known = KnownTokens()
    known.update(f"{number:022}" for number in range(20_000))
    assert all(f"{number:022}" in known for number in range(20_000))
    assert sum(f"{number:022}" in known for number in range(10**6, 10**6 + 20_000)) < 5
    assert BITS // 8 == 4 * 2**20


def test_all_links_are_known_soon_and_so_are_new_ones(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixel_server.database.known_tokens.CHUNK", 2)
    monkeypatch.setattr("pixel_server.database.known_tokens.POLL_SECONDS", 0.01)
    known = KnownTokens()
    links = [track(engine) for _ in range(5)]
    reader = TokenReader(engine, known)
    reader.start()
    try:
        wait_until(lambda: all(link.token in known for link in links), "all links are known")
        newer = [track(engine) for _ in range(3)]
        wait_until(lambda: all(link.token in known for link in newer), "the new ones are known")
    finally:
        reader.stop()
        reader.wait()


@on_sqlite
def test_while_a_writer_holds_the_lock_an_invented_token_is_answered_and_goes_nowhere(
    settings: Settings, engine: Engine, link: Link
) -> None:
    with serving(settings) as served:
        assert served.fetch(link).status == 200
        with locked(settings):
            assert served.get(INVENTED).status == 200
            assert served.get(INVENTED.replace("/i/", "/n/").removesuffix(".gif"), "POST").status == 200
            assert (served.services.writer.spools.waiting, served.services.writer.trouble) == (0, "")
    assert len(stored(engine, link)) == 1


@on_sqlite
def test_invented_tokens_leave_room_in_the_spool_for_those_that_were_known(
    settings: Settings, engine: Engine, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "x" * 15_000
    room = 20 * len(line_of(arrival(link.token, NOON)._replace(user_agent=long[:LONGEST_PROGRAM])))
    monkeypatch.setattr(spool, "LARGEST", room)
    monkeypatch.setattr(spool, "ONE_TOKENS_PART", 4)
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", 0)
    with serving(settings, hasty(settings)) as served:
        assert served.fetch(link).status == 200
        with locked(settings):
            assert served.fetch(link).status == 200  # from here on, everything goes to the spool
            statuses = [
                served.get(INVENTED[:-5] + f"{n % 10}.gif", user_agent=long).status for n in range(20)
            ]
            assert {200, 503} == set(statuses)
            assert settings.spool_path.stat().st_size <= room // 2
            assert served.fetch(link).status == 200
            one = [served.fetch(link, user_agent=long).status for _ in range(8)]
            assert one[-1] == 503, "one link may take a part of the spool, and no more"
            assert b"x" * (LONGEST_PROGRAM + 1) not in settings.spool_path.read_bytes()
        drained(served)
        assert served.fetch(link).status == 200
    assert len(kinds(engine, link)) == 4 + one.count(200)


def test_what_a_program_says_beyond_its_name_is_neither_spooled_nor_stored(
    settings: Settings, engine: Engine, link: Link
) -> None:
    name = "Thunderbird/128.3 " + "y" * (LONGEST_PROGRAM - 18)
    with serving(settings) as served:
        asked = request(path_of(link), user_agent=f"{name} at 203.0.113.77")
        assert served.ask(asked).status == 200
        assert served.ask(asked.replace(b" HTTP", b"?uvicorns-way HTTP", 1)).status == 200
    assert {row.user_agent for row in stored(engine, link)} == {name}


@on_sqlite
def test_healthz_answers_while_every_thread_is_busy(
    settings: Settings, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = Event()
    monkeypatch.setattr(
        "pixel_server.pages.recipient.has_objected", lambda *_: bool(go_on.wait(PATIENCE)) and False
    )
    with serving(settings) as served:
        asked = request(f"/n/{link.token}")
        busy = [served.connect() for _ in range(60)]
        for wire in busy:
            wire.sendall(asked)
        assert served.get("/healthz").status == 200
        assert served.fetch(link).status == 200
        go_on.set()
        for wire in busy:
            with wire:
                assert wire.recv(12) == b"HTTP/1.1 200"


@on_sqlite
def test_the_503s_of_one_minute_are_one_line_in_the_log(
    settings: Settings, link: Link, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(spool, "LARGEST", 0)
    monkeypatch.setattr(Writer, "_of_links", lambda _writer, arrivals: arrivals)
    monkeypatch.setattr(committing, "PATIENCE_SECONDS", 0)
    with serving(settings, hasty(settings)) as served, locked(settings):
        assert [served.fetch(link).status for _ in range(2)] == [503, 503]
    assert caplog.text.count("answered 503") == 1


@contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Somebody else writes, and takes their time."""
    assert settings.sqlite_path
    other = sqlite3.connect(settings.sqlite_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
