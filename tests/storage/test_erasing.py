"""Erasing for good: what is erased, what the chat still shows, and what belongs to other chats."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from settings import Settings
from storage import chats, claims, erasing, links, notes, outbox
from storage.claims import Claim, Ended, Outcome
from storage.engine import connect, database_of, reading, writing
from storage.kinds import MessageKind
from storage.objections import object_to
from storage.outbox import Owed
from storage.statements import record_statements
from storage.tables import Chat, FetchRow, Link, Note, OutboxMessage, StatementRow
from tests.fetches import NOON, arrival
from tests.storage.test_ingest import fold
from tracking import Statement, StatementKind, Windows

ANNA, BEN = 1001, 1002

on_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


def sent(engine: Engine, label: str, chat: int = ANNA) -> Link:
    """Return a link that was sent, has a note, and was opened."""
    with writing(engine) as session:
        link = links.create(session, links.NewLink(chat, chat, label, "Ben"), now=NOON, daily=50)
        statement = Statement(StatementKind.SENT, NOON + 60)
        record_statements(session, link, statement, by=chat, now=NOON + 60, windows=Windows())
        notes.add(session, link, by=chat, text=f"about {label}", now=NOON + 70)
    fold(engine, arrival(link.token, NOON + 3600))
    return link


def erase(engine: Engine, link: Link, mentioned: str = "nothing") -> None:
    with writing(engine) as session:
        found = links.link_of(session, link.chat_id, link.id, lock=True)
        assert found
        erasing.erase_link(session, found, mentions=lambda payload: mentioned in payload)


def claim(engine: Engine, at: float) -> Claim:
    with writing(engine) as session:
        (claimed,) = claims.claim(session, at, 8)
    return claimed


def settle(engine: Engine, claimed: Claim, telegram_id: int, at: float) -> None:
    settle_with(engine, claimed, Outcome(Ended.SENT, telegram_id=telegram_id), at)


def settle_with(engine: Engine, claimed: Claim, outcome: Outcome, at: float) -> None:
    with writing(engine) as session:
        claims.settle(session, claimed, outcome, at)


def messages(engine: Engine) -> list[OutboxMessage]:
    with reading(engine) as session:
        return list(session.exec(select(OutboxMessage)).all())


def rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {
            table.__name__: len(session.exec(select(table)).all())
            for table in (Link, FetchRow, StatementRow, Note)
        }


def test_only_the_link_that_is_named_is_erased(engine: Engine) -> None:
    contract = sent(engine, "contract")
    sent(engine, "offer")
    erase(engine, contract)
    assert rows(engine) == {"Link": 1, "FetchRow": 1, "StatementRow": 1, "Note": 1}
    assert {message.link_id for message in messages(engine)} == {2}


def test_messages_in_the_chat_are_blanked_and_the_others_are_dropped(engine: Engine) -> None:
    contract = sent(engine, "contract")
    settle(engine, claim(engine, NOON + 3600), telegram_id=51, at=NOON + 3600)
    erase(engine, contract)
    (shown,) = messages(engine)
    assert (shown.kind, shown.telegram_id, shown.state) == ("erased", 51, "pending")
    assert (shown.link_id, shown.fetch_id, shown.payload) == (None, None, "")


def test_a_message_in_flight_is_blanked_as_soon_as_it_arrives(engine: Engine) -> None:
    contract = sent(engine, "contract")
    under_way = claim(engine, NOON + 3600)
    erase(engine, contract)
    settle(engine, under_way, telegram_id=51, at=NOON + 3601)
    blanked = claim(engine, NOON + 3602)
    assert (blanked.message.kind, blanked.message.telegram_id) == ("erased", 51)


def test_answers_that_mention_the_link_are_erased_and_others_stay(engine: Engine) -> None:
    contract = sent(engine, "contract")
    with writing(engine) as session:
        for key, payload in (("one", "about the contract"), ("two", "about the weather")):
            outbox.owe(session.connection(), [Owed(key, ANNA, MessageKind.REPLY, NOON, payload=payload)])
    erase(engine, contract, mentioned="contract")
    assert [message.key for message in messages(engine)] == ["two"]


def test_everything_of_a_chat_is_erased_and_nothing_of_another(engine: Engine) -> None:
    for label in ("contract", "offer"):
        sent(engine, label)
    sent(engine, "letter", BEN)
    with writing(engine) as session:
        chat = chats.get_or_create(session, ANNA, NOON)
        chat.zone, chat.digest_at = "Europe/Berlin", 60
        chat.language = chat.telegram_language = "de"
        erasing.erase_chat(session, chat, but=0)
    assert rows(engine) == {"Link": 1, "FetchRow": 1, "StatementRow": 1, "Note": 1}
    assert {message.chat_id for message in messages(engine)} == {BEN}
    with reading(engine) as session:
        chat = session.get_one(Chat, ANNA)
        assert (chat.zone, chat.digest_at, chat.next_number) == ("", None, 1)
        assert (chat.language, chat.telegram_language) == ("", "")


def test_a_fetch_of_an_erased_link_is_passed_over(engine: Engine) -> None:
    contract = sent(engine, "contract")
    erase(engine, contract)
    fold(engine, arrival(contract.token, NOON + 7200))
    assert rows(engine)["FetchRow"] == 0


@pytest.fixture
def log(engine: Engine, settings: Settings) -> Iterator[Path]:
    """The write-ahead log. A second connection keeps it, as the bot's does."""
    other = connect(settings)
    with other.connect():
        assert settings.sqlite_path
        yield settings.sqlite_path.with_name("readback.db-wal")
    other.dispose()


@on_sqlite
def test_an_erased_name_is_in_no_file_once_the_log_is_emptied(engine: Engine, log: Path) -> None:
    contract = sent(engine, "zebracontract")
    erase(engine, contract)
    assert b"zebracontract" in log.read_bytes()
    assert database_of(engine).truncate_log(engine)
    assert log.stat().st_size == 0
    assert b"zebracontract" not in log.with_name("readback.db").read_bytes()


@on_sqlite
def test_a_reader_keeps_the_log_until_it_ends(engine: Engine, settings: Settings, log: Path) -> None:
    contract = sent(engine, "zebracontract")
    assert settings.sqlite_path
    reader = sqlite3.connect(settings.sqlite_path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM link").fetchone()
    erase(engine, contract)
    assert not database_of(engine).truncate_log(engine)
    reader.close()
    assert database_of(engine).truncate_log(engine)
    assert b"zebracontract" not in log.with_name("readback.db").read_bytes()


def test_the_token_of_an_erased_link_is_unknown(engine: Engine) -> None:
    contract, offer = sent(engine, "contract"), sent(engine, "offer")
    erase(engine, contract)
    with reading(engine) as session:
        tokens = {contract.token, offer.token, "A" * 22}
        assert erasing.unknown_tokens(session, tokens) == {contract.token, "A" * 22}


def test_the_parked_messages_and_the_objection_of_an_erased_link_are_erased_too(engine: Engine) -> None:
    contract = sent(engine, "contract")
    with writing(engine) as session:
        object_to(session, contract.token, NOON + 7200, Windows())
    for at in (NOON + 7200, NOON + 7300):
        settle_with(engine, claim(engine, at), Outcome(Ended.REFUSED), at)
    assert [message.state for message in messages(engine)].count("parked") == 2
    erase(engine, contract)
    assert messages(engine) == []
    with reading(engine) as session:
        assert session.exec(select(StatementRow)).all() == []


def test_a_list_goes_on_without_an_erased_link_and_goes_with_the_last(engine: Engine) -> None:
    with writing(engine) as session:
        new = [links.NewLink(ANNA, ANNA, "offer", name) for name in ("Ben", "Carla")]
        ben, carla = links.create_list(session, new, now=NOON, daily=50)
    settle(engine, claim(engine, NOON), 51, NOON)
    erase(engine, ben)
    (shown,) = messages(engine)
    assert (shown.kind, shown.state, shown.version) == ("list", "pending", 2)
    with reading(engine) as session:
        assert [link.id for link in links.listed(session, int(shown.payload))] == [carla.id]
    erase(engine, carla)
    (shown,) = messages(engine)
    assert (shown.kind, shown.payload, shown.telegram_id) == ("erased", "", 51)


def test_a_list_that_was_not_sent_yet_goes_with_its_links(engine: Engine) -> None:
    with writing(engine) as session:
        new = [links.NewLink(ANNA, ANNA, "offer", name) for name in ("Ben", "Carla")]
        made = links.create_list(session, new, now=NOON, daily=50)
    for link in made:
        erase(engine, link)
    assert messages(engine) == []


def test_erasing_a_chat_leaves_no_list_of_it(engine: Engine) -> None:
    with writing(engine) as session:
        new = [links.NewLink(ANNA, ANNA, "offer", name) for name in ("Ben", "Carla")]
        links.create_list(session, new, now=NOON, daily=50)
    settle(engine, claim(engine, NOON), 51, NOON)
    with writing(engine) as session:
        erasing.erase_chat(session, session.get_one(Chat, ANNA), but=99)
    assert [message.kind for message in messages(engine)] == ["erased"]
