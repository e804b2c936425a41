"""The 👀 under /track is there while an open counts, and a correction takes it off."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from storage import chats, claims, erasing, links, muting, reactions
from storage.claims import Ended, Outcome
from storage.engine import reading, writing
from storage.ingest import record
from storage.kinds import MessageKind
from storage.statements import record_statements
from storage.tables import Link, OutboxMessage
from tests.fetches import BARE, NOON, OUTLOOK, arrival
from tests.storage.test_ingest import ANNA, fold, sent
from tests.tracking.stories import CURL
from tracking import Sighting, Statement, StatementKind, Windows

ASKED_IN, ALERT = 500, 900


def tracked(engine: Engine, label: str = "contract", asked_in: int | None = ASKED_IN) -> Link:
    with writing(engine) as session:
        link = links.create(session, links.NewLink(ANNA, ANNA, label, asked_in=asked_in), now=NOON, daily=50)
        sent(session, link, NOON + 60)
    return link


def opened(engine: Engine, link: Link, by: Sighting = OUTLOOK) -> str:
    """Somebody opens the mail, and the chat hears of it. Return the id of the fetch."""
    fetch = arrival(link.token, NOON + 600, by)
    fold(engine, fetch)
    with writing(engine) as session:
        alert = session.exec(select(OutboxMessage).where(OutboxMessage.fetch_id == fetch.id)).one()
        claim = claims.Claim(alert, alert.version, alert.fence)
        claims.settle(session, claim, Outcome(Ended.SENT, telegram_id=ALERT), NOON + 601)
    return fetch.id


def says(engine: Engine, link: Link, kind: StatementKind, fetch: str) -> None:
    with writing(engine) as session:
        locked = session.get_one(Link, link.id)
        said = Statement(kind, NOON + 700, of=fetch)
        record_statements(session, locked, said, by=ANNA, now=NOON + 700, windows=Windows())


def owed(engine: Engine) -> list[OutboxMessage]:
    with reading(engine) as session:
        return list(session.exec(select(OutboxMessage).where(OutboxMessage.kind == MessageKind.REACTION)))


def is_earned(engine: Engine, link: Link) -> bool:
    with reading(engine) as session:
        return reactions.is_earned(session, link.chat_id, ASKED_IN)


def test_it_is_owed_once_the_alert_has_arrived(engine: Engine) -> None:
    contract = tracked(engine)
    assert owed(engine) == []
    opened(engine, contract)
    (reaction,) = owed(engine)
    assert (reaction.telegram_id, reaction.state) == (ASKED_IN, "pending")
    assert is_earned(engine, contract)


def test_a_correction_takes_it_off_and_its_end_puts_it_back(engine: Engine) -> None:
    contract = tracked(engine)
    fetch = opened(engine, contract)
    (before,) = owed(engine)
    says(engine, contract, StatementKind.OWN, fetch)
    (after,) = owed(engine)
    assert after.version > before.version
    assert not is_earned(engine, contract)
    says(engine, contract, StatementKind.NOT_OWN, fetch)
    assert owed(engine)[0].version > after.version
    assert is_earned(engine, contract)


def test_one_request_for_several_links_keeps_it_while_one_of_them_is_opened(engine: Engine) -> None:
    contract, offer = tracked(engine), tracked(engine, "offer")
    fetches = opened(engine, contract), opened(engine, offer)
    assert len(owed(engine)) == 1
    says(engine, contract, StatementKind.OWN, fetches[0])
    assert is_earned(engine, contract)
    says(engine, offer, StatementKind.OWN, fetches[1])
    assert not is_earned(engine, contract)


def shows(engine: Engine, reaction: OutboxMessage) -> None:
    """Telegram has taken the reaction as it is owed."""
    with writing(engine) as session:
        row = session.get_one(OutboxMessage, reaction.id)
        claim = claims.Claim(row, row.version, row.fence)
        claims.settle(session, claim, Outcome(Ended.SENT), NOON + 800)


def erase(engine: Engine, link: Link) -> None:
    with writing(engine) as session:
        erasing.erase_link(session, session.get_one(Link, link.id), mentions=lambda _: False)


def forget(engine: Engine) -> None:
    with writing(engine) as session:
        reactions.forget(session)


def test_a_muted_link_that_somebody_opened_does_not_keep_it(engine: Engine) -> None:
    """Nobody told Anna of the open of the offer, so her correction takes the last one away."""
    contract, offer = tracked(engine), tracked(engine, "offer")
    with writing(engine) as session:
        muting.mute(session, session.get_one(Link, offer.id), muted=True)
    fold(engine, arrival(offer.token, NOON + 300, OUTLOOK))
    fetch = opened(engine, contract)
    (before,) = owed(engine)
    says(engine, contract, StatementKind.OWN, fetch)
    assert owed(engine)[0].version > before.version
    assert not is_earned(engine, contract)


def test_muting_takes_none_off_that_the_chat_has_heard_of(engine: Engine) -> None:
    contract = tracked(engine)
    opened(engine, contract)
    with writing(engine) as session:
        muting.mute(session, session.get_one(Link, contract.id), muted=True)
    assert is_earned(engine, contract)


def test_an_alert_that_waits_for_the_morning_earns_none_yet(engine: Engine) -> None:
    contract = tracked(engine)
    fold(engine, arrival(contract.token, NOON + 600, OUTLOOK))
    assert not is_earned(engine, contract)


def test_erasing_the_only_opened_link_takes_it_off(engine: Engine) -> None:
    contract, offer = tracked(engine), tracked(engine, "offer")
    opened(engine, offer)
    (reaction,) = owed(engine)
    shows(engine, reaction)
    erase(engine, offer)
    assert [row.state for row in owed(engine)] == ["pending"]
    assert not is_earned(engine, contract)


def test_its_row_lives_until_the_last_link_is_erased_and_it_is_taken_off(engine: Engine) -> None:
    contract = tracked(engine)
    opened(engine, contract)
    (reaction,) = owed(engine)
    shows(engine, reaction)
    forget(engine)
    erase(engine, contract)
    forget(engine)
    assert [row.state for row in owed(engine)] == ["pending"]
    shows(engine, reaction)
    forget(engine)
    assert owed(engine) == []


def test_a_scanner_that_exposes_the_open_takes_it_off(engine: Engine) -> None:
    contract = tracked(engine)
    opened(engine, contract, BARE)
    (before,) = owed(engine)
    fold(engine, arrival(contract.token, NOON + 601, CURL))
    assert owed(engine)[0].version > before.version
    assert not is_earned(engine, contract)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # both write the same, and SQLite shows it
def test_a_scanner_locks_the_reaction_after_the_alert_as_a_delivery_does(engine: Engine) -> None:
    """One UPDATE of both would lock them in any order, and deadlock with a delivery on PostgreSQL."""
    contract = tracked(engine)
    opened(engine, contract, BARE)
    locked: list[set[str]] = []

    def note(statement: str) -> None:
        if statement.startswith("UPDATE outbox"):
            locked.append({kind for kind in ("opened:", "reaction:") if f"'{kind}" in statement})

    with writing(engine) as session:
        connection = session.connection()
        driver: Any = connection.connection.driver_connection
        driver.set_trace_callback(note)
        record(connection, [arrival(contract.token, NOON + 601, CURL)], Windows())
        driver.set_trace_callback(None)
    assert locked == [{"opened:"}, {"reaction:"}]


def test_nobody_is_owed_one_whose_request_is_unknown(engine: Engine) -> None:
    opened(engine, tracked(engine, asked_in=None))
    assert owed(engine) == []


def test_moving_leaves_none_that_would_change_another_message(engine: Engine) -> None:
    opened(engine, tracked(engine))
    with writing(engine) as session:
        chats.move(session, ANNA, -100)
    assert owed(engine) == []
