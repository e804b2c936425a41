"""Links: numbered by chat, seen by their chat alone, limited by day."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from storage import links, muting
from storage.daily_limit import DailyLimitError
from storage.engine import reading, writing
from storage.keys import link_id_in
from storage.kinds import card_key
from storage.links import NewLink
from storage.statements import record_statements
from storage.tables import FetchRow, Link, OutboxMessage
from tests.fetches import NOON, arrival
from tests.storage.test_ingest import ANNA, fold
from tracking import Statement, StatementKind, Windows

BEN = 1002
DAY = 86400.0


def make(session: Session, label: str, chat: int = ANNA, now: float = NOON, daily: int = 50) -> Link:
    return links.create(session, NewLink(chat, chat, label), now=now, daily=daily)


def made(engine: Engine, label: str, chat: int = ANNA, now: float = NOON, daily: int = 50) -> Link:
    with writing(engine) as session:
        return make(session, label, chat, now, daily)


def test_every_chat_counts_its_own_links(engine: Engine) -> None:
    contract, letter, invoice = made(engine, "contract"), made(engine, "letter", BEN), made(engine, "invoice")
    assert (contract.number, letter.number, invoice.number) == (1, 1, 2)


def test_a_token_is_22_characters_that_nobody_can_guess(engine: Engine) -> None:
    tokens = {made(engine, f"letter {number}").token for number in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {22}


def test_a_new_link_owes_its_card_where_it_was_asked_for(engine: Engine) -> None:
    with writing(engine) as session:
        new = NewLink(-5, ANNA, "contract", "landlord", thread_id=3, asked_in=41)
        link = links.create(session, new, now=NOON, daily=50)
    with reading(engine) as session:
        card = session.exec(select(OutboxMessage)).one()
    assert (card.key, card.kind, card.chat_id, card.link_id) == (f"card:{link.id}", "card", -5, link.id)
    assert (card.thread_id, card.reply_to, card.loud) == (3, 41, False)


def made_list(engine: Engine, *recipients: str, now: float = NOON) -> list[Link]:
    with writing(engine) as session:
        new = [NewLink(ANNA, ANNA, "offer", recipient, asked_in=41) for recipient in recipients]
        return links.create_list(session, new, now=now, daily=50)


def test_links_made_together_owe_one_message_that_belongs_to_none_of_them(engine: Engine) -> None:
    ben, carla = made_list(engine, "Ben", "Carla")
    dora, erik = made_list(engine, "Dora", "Erik", now=NOON + 1)
    with reading(engine) as session:
        first, second = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
        assert [link.recipient for link in links.listed(session, int(first.payload))] == ["Ben", "Carla"]
        assert [link.recipient for link in links.listed(session, int(second.payload))] == ["Dora", "Erik"]
    assert (first.kind, first.link_id, first.reply_to) == ("list", None, 41)
    for link, message in ((ben, first), (carla, first), (dora, second), (erik, second)):
        assert card_key(link.id, link.list_id) == message.key


def test_what_happens_to_one_link_of_a_list_changes_the_list(engine: Engine) -> None:
    ben, carla = made_list(engine, "Ben", "Carla")
    fold(engine, arrival(carla.token, NOON + 10))
    with writing(engine) as session:
        statement = Statement(StatementKind.SENT, NOON + 60)
        link = session.get_one(Link, ben.id)
        record_statements(session, link, statement, by=ANNA, now=NOON + 60, windows=Windows())
        muting.mute(session, link, muted=True)
        muting.mute_all(session, ANNA, muted=True)
    with reading(engine) as session:
        shown = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "list")).one()
    assert shown.version == 5


def test_a_list_that_the_day_has_no_room_for_makes_no_link(engine: Engine) -> None:
    with writing(engine) as session, pytest.raises(DailyLimitError) as full:
        links.create_list(session, [NewLink(ANNA, ANNA, "offer", "Ben")] * 3, now=NOON, daily=2)
    assert full.value.left == 2
    with reading(engine) as session:
        assert links.count(session, ANNA) == 0


def test_another_chats_link_is_as_unknown_as_one_that_never_was(engine: Engine) -> None:
    contract = made(engine, "contract")
    opened = arrival(contract.token, NOON + 10)
    fold(engine, opened)
    made(engine, "letter", BEN)
    with writing(engine) as session:
        for chat, sees in ((ANNA, True), (BEN, False)):
            assert bool(links.link_of(session, chat, contract.id)) is sees
            assert bool(links.link_of(session, chat, contract.id, lock=True)) is sees
            assert bool(links.fetch_of(session, chat, opened.id)) is sees
            assert (contract.id in [link.id for link in links.newest(session, chat, 0, 10)]) is sees
        assert [link.label for link in links.newest(session, BEN, 0, 10)] == ["letter"]
        theirs = links.numbered(session, BEN, 1)
        assert theirs
        assert theirs.label == "letter"


@pytest.mark.parametrize("link_id", [0, -1, 2**31 - 1])
def test_a_link_that_never_was_is_none(engine: Engine, link_id: int) -> None:
    made(engine, "contract")
    with reading(engine) as session:
        assert links.link_of(session, ANNA, link_id) is None


def test_a_view_ends_with_its_last_repeat_and_is_read_no_further_than_it_can_last(engine: Engine) -> None:
    contract = made(engine, "contract")
    with writing(engine) as session:
        link = session.get_one(Link, contract.id)
        sent = Statement(StatementKind.SENT, NOON)
        record_statements(session, link, sent, by=ANNA, now=NOON, windows=Windows())
    opened, *repeats = (arrival(contract.token, NOON + 3600 + second) for second in (0, 20, 40))
    fold(engine, opened, *repeats, arrival(contract.token, NOON + 7200))
    with reading(engine) as session:
        fetch = session.get_one(FetchRow, opened.id)
        assert links.view_end(session, fetch, 1800) == NOON + 3640
        assert links.view_end(session, fetch, 30) == NOON + 3620
        assert links.view_end(session, fetch, 10) == NOON + 3600


def test_a_fetch_that_never_was_is_none(engine: Engine) -> None:
    with writing(engine) as session:
        assert links.fetch_of(session, ANNA, "0" * 32) is None
        assert links.fetch_of(session, ANNA, "") is None


def test_a_chat_makes_so_many_links_in_a_day_and_no_more(engine: Engine) -> None:
    for number in range(3):
        made(engine, f"letter {number}", now=NOON + number, daily=3)
    with pytest.raises(DailyLimitError):
        made(engine, "one too many", now=NOON + 60, daily=3)
    made(engine, "somebody else's", BEN, now=NOON + 60, daily=3)
    with reading(engine) as session:
        assert len(links.newest(session, ANNA, 0, 10)) == 3


def test_the_day_of_the_limit_is_any_24_hours(engine: Engine) -> None:
    made(engine, "noon", now=NOON, daily=2)
    made(engine, "evening", now=NOON + 8 * 3600, daily=2)
    with pytest.raises(DailyLimitError):
        made(engine, "before noon", now=NOON + DAY - 1, daily=2)
    after_noon = made(engine, "after noon", now=NOON + DAY + 1, daily=2)
    assert after_noon.number == 3


def test_links_are_paged_newest_first(engine: Engine) -> None:
    with writing(engine) as session:
        for number in range(1, 24):
            make(session, f"letter {number}")
    with reading(engine) as session:
        pages = [
            [link.number for link in links.newest(session, ANNA, offset, 10)] for offset in range(0, 40, 10)
        ]
    assert pages == [list(range(23, 13, -1)), list(range(13, 3, -1)), [3, 2, 1], []]


def test_a_timeline_is_the_newest_fetches_newest_first(engine: Engine) -> None:
    contract, invoice = made(engine, "contract"), made(engine, "invoice")
    fold(engine, *(arrival(contract.token, NOON + second) for second in range(40)))
    fold(engine, arrival(invoice.token, NOON))
    with reading(engine) as session:
        assert [row.seq for row in links.timeline(session, contract.id, 30)] == list(range(40, 10, -1))
        assert [row.seq for row in links.timeline(session, invoice.id, 30)] == [1]


def test_muting_shows_on_the_card(engine: Engine) -> None:
    contract = made(engine, "contract")
    with writing(engine) as session:
        muting.mute(session, session.get_one(Link, contract.id), muted=True)
    with reading(engine) as session:
        assert session.get_one(Link, contract.id).muted
        assert session.exec(select(OutboxMessage.version)).one() == 2


def test_muting_all_mutes_this_chats_links_and_no_later_one(engine: Engine) -> None:
    contract, invoice, letter = (
        made(engine, "contract"),
        made(engine, "invoice"),
        made(engine, "letter", BEN),
    )
    with writing(engine) as session:
        muting.mute(session, session.get_one(Link, invoice.id), muted=True)
        assert muting.mute_all(session, ANNA, muted=True) == 1
        assert muting.mute_all(session, ANNA, muted=True) == 0
    offer = made(engine, "offer")
    with reading(engine) as session:
        muted = {link.label for link in session.exec(select(Link)) if link.muted}
        versions = {card.link_id: card.version for card in session.exec(select(OutboxMessage))}
    assert muted == {"contract", "invoice"}
    assert versions == {contract.id: 2, invoice.id: 2, letter.id: 1, offer.id: 1}
    with writing(engine) as session:
        assert muting.mute_all(session, ANNA, muted=False) == 2


def test_muting_all_leaves_the_card_of_a_stopped_link_as_it_is(engine: Engine) -> None:
    """It does not say whether the link is muted. Once somebody takes the stop back, it does."""
    contract = made(engine, "contract")
    with writing(engine) as session:
        link, stop = session.get_one(Link, contract.id), Statement(StatementKind.STOPPED, NOON + 60)
        record_statements(session, link, stop, by=ANNA, now=NOON + 60, windows=Windows())
        before = session.exec(select(OutboxMessage.version)).one()
        assert muting.mute_all(session, ANNA, muted=True) == 1
    with reading(engine) as session:
        assert session.get_one(Link, contract.id).muted
        assert session.exec(select(OutboxMessage.version)).one() == before


def test_a_chat_records_nothing_once_all_its_links_are_stopped(engine: Engine) -> None:
    contract = made(engine, "contract")
    made(engine, "letter", BEN)
    with reading(engine) as session:
        assert links.is_any_recording(session, ANNA)
    with writing(engine) as session:
        stop = Statement(StatementKind.STOPPED, NOON + 60)
        link = session.get_one(Link, contract.id)
        record_statements(session, link, stop, by=ANNA, now=NOON + 60, windows=Windows())
    with reading(engine) as session:
        assert not links.is_any_recording(session, ANNA)


@pytest.mark.parametrize("link_id", [2**31, 9_999_999_999])
def test_a_number_too_large_for_a_link_is_no_link(engine: Engine, link_id: int) -> None:
    assert link_id_in(f"{link_id}-{'a' * 32}") is None
    with reading(engine) as session:
        assert links.link_of(session, ANNA, link_id) is None
