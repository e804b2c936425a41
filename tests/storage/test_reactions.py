"""The 👀 under /track is there while an open counts, and a correction takes it off."""

from sqlalchemy import Engine
from sqlmodel import select

from storage import chats, claims, erasing, links, reactions
from storage.claims import Ended, Outcome
from storage.engine import reading, writing
from storage.kinds import MessageKind
from storage.statements import record_statements
from storage.tables import Link, OutboxMessage
from tests.fetches import BARE, NOON, OUTLOOK, arrival
from tests.storage.test_ingest import ANNA, fold, sent
from tests.tracking.stories import CURL
from tracking import Statement, StatementKind, Windows

ASKED_IN, ALERT = 500, 900


def tracked(engine: Engine, label: str = "contract", asked_in: int | None = ASKED_IN) -> Link:
    with writing(engine) as session:
        link = links.create(session, links.NewLink(ANNA, ANNA, label, asked_in=asked_in), now=NOON, daily=50)
        sent(session, link, NOON + 60)
    return link


def opened(engine: Engine, link: Link) -> str:
    """Somebody opens the mail, and the chat hears of it. Return the id of the fetch."""
    fetch = arrival(link.token, NOON + 600, OUTLOOK)
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
        return reactions.is_earned(session, session.get_one(Link, link.id))


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
    says(engine, contract, StatementKind.OWN, fetches[0])
    assert is_earned(engine, contract)
    says(engine, offer, StatementKind.OWN, fetches[1])
    assert not is_earned(engine, contract)


def test_a_scanner_that_exposes_the_open_takes_it_off(engine: Engine) -> None:
    contract = tracked(engine)
    bare = arrival(contract.token, NOON + 600, BARE)
    fold(engine, bare)
    with writing(engine) as session:
        reactions.owe(session, session.get_one(Link, contract.id), NOON + 601)
    (before,) = owed(engine)
    fold(engine, arrival(contract.token, NOON + 601, CURL))
    assert owed(engine)[0].version > before.version
    assert not is_earned(engine, contract)


def test_nobody_is_owed_one_whose_request_is_unknown(engine: Engine) -> None:
    opened(engine, tracked(engine, asked_in=None))
    assert owed(engine) == []


def test_erasing_and_moving_leave_none_that_would_change_another_message(engine: Engine) -> None:
    contract, offer = tracked(engine), tracked(engine, "offer")
    opened(engine, contract)
    opened(engine, offer)
    with writing(engine) as session:
        erasing.erase_link(session, session.get_one(Link, offer.id), mentions=lambda _: False)
    assert [reaction.link_id for reaction in owed(engine)] == [contract.id]
    with writing(engine) as session:
        chats.move(session, ANNA, -100)
    assert owed(engine) == []
