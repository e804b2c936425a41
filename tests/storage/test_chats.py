"""Chats: created when first seen, unreachable and reachable again, moved when Telegram moves them."""

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from storage import chats, claims, links, outbox, reminders
from storage.chats import migrate
from storage.claims import Ended, Outcome
from storage.engine import reading, writing
from storage.tables import Chat, Link, OutboxMessage
from storage.times import moment
from tests.fetches import NOON, arrival
from tests.storage.test_ingest import fold

ANNA, TEAM, SUPERGROUP = 1001, -500, -1_000_000_000_500


def make(session: Session, label: str, chat: int) -> Link:
    return links.create(session, links.NewLink(chat, ANNA, label), now=NOON, daily=50)


def move(engine: Engine, old: int, new: int) -> None:
    with writing(engine) as session:
        migrate(session, session.get_one(Chat, old), new)


def numbered(engine: Engine, chat: int) -> list[tuple[int, str]]:
    with reading(engine) as session:
        found = session.exec(select(Link).where(Link.chat_id == chat).order_by(col(Link.number)))
        return [(link.number, link.label) for link in found]


def test_a_chat_is_created_once(engine: Engine) -> None:
    with writing(engine) as session:
        chats.get_or_create(session, ANNA, NOON)
    with writing(engine) as session:
        assert chats.get_or_create(session, ANNA, NOON + 60).created_at == moment(NOON)


def test_a_chat_becomes_unreachable_and_comes_back(engine: Engine) -> None:
    with writing(engine) as session:
        make(session, "contract", ANNA)
        chats.mark_unreachable(chats.get_or_create(session, ANNA, NOON + 60), NOON + 60)
    with reading(engine) as session:
        assert session.get_one(Chat, ANNA).unreachable_since == moment(NOON + 60)
    with writing(engine) as session:
        chats.mark_reachable(session.get_one(Chat, ANNA))
    with writing(engine) as session:
        assert [claimed.message.kind for claimed in claims.claim(session, NOON + 120, 8)] == ["card"]


def test_a_chat_can_be_unreachable_before_the_bot_ever_saw_it(engine: Engine) -> None:
    with writing(engine) as session:
        chats.mark_unreachable(chats.get_or_create(session, ANNA, NOON), NOON)
    with reading(engine) as session:
        assert session.get_one(Chat, ANNA).unreachable_since == moment(NOON)


def test_the_links_of_an_unreachable_chat_go_on_recording(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract", ANNA)
        chats.mark_unreachable(chats.get_or_create(session, ANNA, NOON), NOON)
    fold(engine, arrival(contract.token, NOON + 60))
    with reading(engine) as session:
        assert session.get_one(Link, contract.id).fetches == 1


def test_a_group_that_becomes_a_supergroup_takes_everything_with_it(engine: Engine) -> None:
    with writing(engine) as session:
        contract, _ = make(session, "contract", TEAM), make(session, "invoice", TEAM)
    move(engine, TEAM, SUPERGROUP)
    assert numbered(engine, SUPERGROUP) == [(1, "contract"), (2, "invoice")]
    with writing(engine) as session:
        assert session.get(Chat, TEAM) is None
        assert make(session, "letter", SUPERGROUP).number == 3
        found = links.link_of(session, SUPERGROUP, contract.id)
        assert found
        assert found.label == "contract"


def test_a_question_that_the_group_was_asked_stays_open_in_the_supergroup(engine: Engine) -> None:
    with writing(engine) as session:
        chats.get_or_create(session, TEAM, NOON).asking = "track"
    move(engine, TEAM, SUPERGROUP)
    with reading(engine) as session:
        moved = session.get_one(Chat, SUPERGROUP)
        assert (moved.asking, moved.created_at) == ("track", moment(NOON))


def test_links_made_in_the_supergroup_already_keep_their_numbers(engine: Engine) -> None:
    with writing(engine) as session:
        for label in ("old contract", "old invoice"):
            make(session, label, TEAM)
        for label in ("new contract", "new invoice", "new letter"):
            make(session, label, SUPERGROUP)
    move(engine, TEAM, SUPERGROUP)
    assert numbered(engine, SUPERGROUP) == [
        (1, "new contract"),
        (2, "new invoice"),
        (3, "new letter"),
        (4, "old contract"),
        (5, "old invoice"),
    ]
    assert numbered(engine, TEAM) == []
    with writing(engine) as session:
        assert make(session, "next", SUPERGROUP).number == 6


def test_the_supergroup_keeps_what_was_set_in_the_group_unless_it_was_set_anew(engine: Engine) -> None:
    with writing(engine) as session:
        group = chats.get_or_create(session, TEAM, NOON)
        group.zone, group.language, group.digest_at = "Europe/Berlin", "de", 18 * 60
        group.quiet_from, group.quiet_until = 22 * 60, 0
        reminders.owe_digest(session, group, NOON + 3600, NOON)
        supergroup = chats.get_or_create(session, SUPERGROUP, NOON)
        supergroup.language, supergroup.digest_at = "fr", 0
        reminders.owe_digest(session, supergroup, NOON + 7200, NOON)
    move(engine, TEAM, SUPERGROUP)
    with reading(engine) as session:
        moved = session.get_one(Chat, SUPERGROUP)
        assert (moved.zone, moved.language, moved.digest_at) == ("Europe/Berlin", "fr", 0)
        assert (moved.quiet_from, moved.quiet_until) == (22 * 60, 0)
        assert session.exec(select(OutboxMessage.not_before)).all() == [moment(NOON + 7200)]


def test_a_card_that_cannot_be_edited_from_the_supergroup_is_sent_anew_there(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract", TEAM)
    with writing(engine) as session:
        (card,) = claims.claim(session, NOON, 8)
        claims.settle(session, card, Outcome(Ended.SENT, telegram_id=51), NOON)
    fold(engine, arrival(contract.token, NOON + 60))
    move(engine, TEAM, SUPERGROUP)
    with writing(engine) as session:
        (card,) = claims.claim(session, NOON + 60, 8)
    assert (card.message.kind, card.message.chat_id, card.message.telegram_id) == ("card", SUPERGROUP, None)


def test_messages_that_the_group_has_seen_are_not_sent_again_in_the_supergroup(engine: Engine) -> None:
    with writing(engine) as session:
        make(session, "contract", TEAM)
    with writing(engine) as session:
        (card,) = claims.claim(session, NOON, 8)
        card.message.changes_at = moment(NOON + 30)
        claims.settle(session, card, Outcome(Ended.SENT, telegram_id=51), NOON)
    move(engine, TEAM, SUPERGROUP)
    with writing(engine) as session:
        assert not outbox.refresh_due(session, NOON + 60)
        assert claims.claim(session, NOON + 60, 8) == []
        assert session.exec(select(OutboxMessage.state)).all() == ["sent"]


@pytest.mark.parametrize("made_there_before", [0, 1])
def test_a_message_of_the_old_group_is_not_taken_for_one_of_the_new(
    engine: Engine, made_there_before: int
) -> None:
    with writing(engine) as session:
        contract = make(session, "contract", TEAM)
        contract.asked_in = 7
        for _ in range(made_there_before):
            make(session, "letter", SUPERGROUP)
    with writing(engine) as session:
        session.connection().execute(update(OutboxMessage).values(reply_to=7))
    move(engine, TEAM, SUPERGROUP)
    with reading(engine) as session:
        assert session.get_one(Link, contract.id).asked_in is None
        cards = select(OutboxMessage.reply_to).where(OutboxMessage.link_id == contract.id)
        assert session.exec(cards).all() == [None]


def test_alerts_go_to_the_supergroup_after_the_move(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract", TEAM)
    move(engine, TEAM, SUPERGROUP)
    fold(engine, arrival(contract.token, NOON + 60))
    with reading(engine) as session:
        assert session.exec(select(OutboxMessage.chat_id)).all() == [SUPERGROUP]


def test_a_list_moves_with_its_links_and_shows_them_by_their_new_numbers(engine: Engine) -> None:
    with writing(engine) as session:
        make(session, "lease", SUPERGROUP)
        new = [links.NewLink(TEAM, ANNA, "offer", name) for name in ("Ben", "Carla")]
        links.create_list(session, new, now=NOON, daily=50)
        (claimed,) = [one for one in claims.claim(session, NOON, 8) if one.message.kind == "list"]
        session.flush()
        claims.settle(session, claimed, Outcome(Ended.SENT, telegram_id=51), NOON)
    move(engine, TEAM, SUPERGROUP)
    with reading(engine) as session:
        moved = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "list")).one()
        assert (moved.chat_id, moved.telegram_id) == (SUPERGROUP, None)
        assert [link.number for link in links.listed(session, int(moved.payload))] == [2, 3]
