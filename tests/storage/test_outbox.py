"""The outbox: what is owed once, and what a newer version of a message leads to."""

from sqlalchemy import Engine

from storage import outbox
from storage.claims import Ended
from storage.engine import writing
from tests.fetches import NOON
from tests.storage.messages import claim, claim_one, owe, refresh, row, settle, show


def test_a_message_that_is_owed_twice_is_one_message(engine: Engine) -> None:
    owe(engine, "card:1")
    owe(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON, telegram_id=51)
    owe(engine, "card:1")
    assert claim(engine, NOON) == []


def test_a_change_while_a_message_is_on_its_way_leads_to_one_more_delivery(engine: Engine) -> None:
    owe(engine, "card:1", kind="card")
    claimed = claim_one(engine, NOON)
    refresh(engine, "card:1")
    refresh(engine, "card:1")
    assert claim(engine, NOON) == []
    settle(engine, claimed, Ended.SENT, NOON, telegram_id=51)
    edit = claim_one(engine, NOON)
    assert (edit.message.telegram_id, edit.version) == (51, 3)
    settle(engine, edit, Ended.SENT, NOON)
    assert claim(engine, NOON) == []


def test_five_hundred_changes_are_one_edit(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    with writing(engine) as session:
        for _ in range(500):
            outbox.refresh(session.connection(), ["card:1"])
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON)
    assert claim(engine, NOON) == []
    assert (row(engine, "card:1").version, row(engine, "card:1").delivered_version) == (501, 501)


def test_a_change_of_a_message_nobody_has_seen_yet_makes_no_second_one(engine: Engine) -> None:
    owe(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON, telegram_id=51)
    assert claim(engine, NOON) == []


def test_a_change_of_a_message_that_was_never_owed_owes_nothing(engine: Engine) -> None:
    refresh(engine, "opened:nobody")
    assert claim(engine, NOON) == []


def test_a_parked_message_stays_parked_when_what_it_tells_of_changes(engine: Engine) -> None:
    """It may have arrived twice: a third time is not for a change to decide."""
    owe(engine, "opened")
    for hour in (1, 2):
        settle(engine, claim_one(engine, NOON + hour * 3600), Ended.IN_DOUBT, NOON + hour * 3600)
    refresh(engine, "opened")
    assert claim(engine, NOON + 86400) == []
