"""Updates from Telegram: kept once, done once, and given up before they stop the others."""

import json
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from storage import inbox
from storage.engine import reading, writing
from storage.inbox import Received
from storage.tables import StoredUpdate
from tests.fetches import NOON


def update(number: int, text: str = "/track contract") -> dict[str, Any]:
    return {"update_id": number, "message": {"text": text}}


def receive(engine: Engine, *updates: dict[str, Any], now: float = NOON) -> None:
    with writing(engine) as session:
        inbox.receive(session, updates, Received(now))


def waiting(engine: Engine) -> list[int]:
    with reading(engine) as session:
        return [stored.id for stored in inbox.waiting(session)]


def finish(engine: Engine, number: int) -> bool:
    with writing(engine) as session:
        return inbox.finish(session, number)


def failed(engine: Engine, number: int) -> bool:
    with writing(engine) as session:
        return inbox.count_failure(session, number)


def test_updates_wait_in_the_order_telegram_gave_them(engine: Engine) -> None:
    receive(engine, update(12), update(11))
    receive(engine, update(10))
    assert waiting(engine) == [10, 11, 12]


def test_an_update_is_kept_as_it_came(engine: Engine) -> None:
    sent = update(2**40, "/track Mietvertrag 📄 to „Vermieter“")
    receive(engine, sent)
    with reading(engine) as session:
        (stored,) = inbox.waiting(session)
        assert json.loads(stored.body) == sent


def test_an_update_that_comes_twice_is_one(engine: Engine) -> None:
    receive(engine, update(10, "first"))
    receive(engine, update(10, "again"), update(11))
    assert waiting(engine) == [10, 11]
    with reading(engine) as session:
        assert "first" in session.get_one(StoredUpdate, 10).body


def test_an_update_that_comes_twice_in_one_answer_is_one(engine: Engine) -> None:
    receive(engine, update(10), update(10))
    assert waiting(engine) == [10]


def test_an_update_is_done_once(engine: Engine) -> None:
    receive(engine, update(10))
    assert finish(engine, 10)
    assert not finish(engine, 10)
    assert waiting(engine) == []


def test_an_update_that_was_never_received_is_not_done(engine: Engine) -> None:
    assert not finish(engine, 10)
    assert not failed(engine, 10)


def test_a_done_update_leaves_no_words_and_does_not_come_back(engine: Engine) -> None:
    receive(engine, update(10, "/track secret plan"))
    finish(engine, 10)
    receive(engine, update(10, "/track secret plan"))
    assert waiting(engine) == []
    with reading(engine) as session:
        assert session.get_one(StoredUpdate, 10).body == ""


def test_an_update_whose_work_was_rolled_back_is_not_done(engine: Engine) -> None:
    receive(engine, update(10))
    with Session(engine) as session:
        assert inbox.finish(session, 10)
        session.rollback()
    assert waiting(engine) == [10]


def test_a_poisoned_update_is_given_up_after_three_attempts(engine: Engine) -> None:
    receive(engine, update(10), update(11))
    assert [failed(engine, 10) for _ in range(4)] == [False, False, True, False]
    assert waiting(engine) == [11]
    assert not finish(engine, 10)


def test_an_update_that_succeeds_the_third_time_is_done(engine: Engine) -> None:
    receive(engine, update(10))
    assert not failed(engine, 10)
    assert not failed(engine, 10)
    assert finish(engine, 10)


def test_ten_thousand_updates_are_worked_through_a_hundred_at_a_time(engine: Engine) -> None:
    receive(engine, *map(update, range(10_000)))
    assert waiting(engine) == list(range(100))


def test_ids_are_forgotten_when_telegram_cannot_repeat_them_any_more(engine: Engine) -> None:
    receive(engine, update(10), update(11), now=NOON)
    receive(engine, update(12), now=NOON + inbox.REMEMBERED)
    for number in (10, 12):
        finish(engine, number)
    with writing(engine) as session:
        inbox.forget(session, NOON + inbox.REMEMBERED + 1)
    with reading(engine) as session:
        assert session.get(StoredUpdate, 10) is None
        assert session.get(StoredUpdate, 12) is not None
    assert waiting(engine) == [11]
