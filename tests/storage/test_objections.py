"""A recipient who objects: nothing is kept from then on, and the sender is told once."""

from sqlalchemy import Engine
from sqlmodel import select

from storage import links
from storage.engine import reading, writing
from storage.objections import has_objected, object_to
from storage.tables import Link, OutboxMessage, StatementRow
from tests.fetches import NOON, arrival
from tests.storage.test_ingest import fold, owed, stored
from tests.storage.test_statements import history, say, tracked
from tracking import StatementKind, Windows


def objects(engine: Engine, token: str, now: float) -> None:
    with writing(engine) as session:
        object_to(session, token, now, Windows())


def objected(engine: Engine, token: str) -> bool:
    with reading(engine) as session:
        return has_objected(session, token)


def test_a_landlord_who_objects_is_no_longer_recorded(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.SENT, NOON + 60)
    fold(engine, arrival(contract.token, NOON + 600))
    objects(engine, contract.token, NOON + 700)
    fold(engine, arrival(contract.token, NOON + 800), arrival(contract.token, NOON + 9000))
    assert [kind for _, kind in stored(engine)] == ["opened"]
    assert history(engine, contract).statements.objected


def test_the_sender_is_told_once_silently_and_the_card_follows(engine: Engine) -> None:
    contract = tracked(engine)
    for second in range(3):
        objects(engine, contract.token, NOON + 60 + second)
    assert owed(engine) == {"card": (False, 2), "objected": (False, 1)}
    with reading(engine) as session:
        told = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "objected")).one()
        said = session.exec(select(StatementRow)).one()
    assert (told.key, told.chat_id) == (f"objected:{contract.id}", contract.chat_id)
    assert (said.kind, said.at, said.said_by) == ("objected", NOON + 60, None)


def test_it_is_told_in_the_topic_the_link_belongs_to(engine: Engine) -> None:
    with writing(engine) as session:
        link = links.create(session, links.NewLink(-5, 1, "notice", thread_id=3), now=NOON, daily=50)
    objects(engine, link.token, NOON + 60)
    with reading(engine) as session:
        told = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "objected")).one()
    assert (told.chat_id, told.thread_id) == (-5, 3)


def test_one_objection_is_about_one_mail(engine: Engine) -> None:
    contract, invoice = tracked(engine), tracked(engine, "invoice")
    objects(engine, contract.token, NOON + 60)
    assert (objected(engine, contract.token), objected(engine, invoice.token)) == (True, False)
    fold(engine, arrival(invoice.token, NOON + 90))
    assert [kind for _, kind in stored(engine)] == ["activated"]


def test_an_objection_to_a_token_that_is_nobodys_leaves_no_trace(engine: Engine) -> None:
    tracked(engine)
    objects(engine, "A" * 22, NOON + 60)
    assert not objected(engine, "A" * 22)
    assert set(owed(engine)) == {"card"}
    with reading(engine) as session:
        assert session.exec(select(StatementRow)).all() == []


def test_a_link_that_anna_stopped_can_be_objected_to_and_then_not_be_resumed(engine: Engine) -> None:
    contract = tracked(engine)
    say(engine, contract, StatementKind.STOPPED, NOON + 60)
    assert not objected(engine, contract.token)
    objects(engine, contract.token, NOON + 90)
    assert say(engine, contract, StatementKind.RESUMED, NOON + 120).statements.objected
    fold(engine, arrival(contract.token, NOON + 600))
    assert stored(engine) == []


def test_where_links_stand_is_told_of_those_that_are_there(engine: Engine) -> None:
    contract, invoice = tracked(engine), tracked(engine, "invoice")
    objects(engine, contract.token, NOON + 60)
    with reading(engine) as session:
        found = links.histories(session, [contract.id, invoice.id, 999])
        told = {link.id: links.history_of(link) for link in session.exec(select(Link))}
    assert found == told
    assert found[contract.id].statements.objected
