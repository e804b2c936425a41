"""A group becomes a supergroup: all of it follows at once, however often and in whatever order it is said."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from storage import chats, claims, links, outbox, reminders
from storage.claims import Claim, Ended, Outcome
from storage.engine import reading, writing
from storage.kinds import MessageKind
from storage.outbox import Owed
from storage.tables import Chat, Link, OutboxMessage, Peek
from storage.times import moment
from tests.fetches import NOON
from tests.storage.messages import claim_one, row, settle_with

ANNA, TEAM, SUPERGROUP = 1001, -500, -1_000_000_000_500


def make(session: Session, label: str, chat: int) -> Link:
    return links.create(session, links.NewLink(chat, ANNA, label), now=NOON, daily=50)


def reply(session: Session, key: str, chat: int) -> None:
    outbox.owe(session.connection(), [Owed(key, chat, MessageKind.REPLY, NOON)])


def with_both_groups(engine: Engine) -> Claim:
    """Give both groups links, settings, a peek and messages. The old one has a message in flight."""
    with writing(engine) as session:
        for label in ("old contract", "old invoice"):
            make(session, label, TEAM)
        make(session, "new letter", SUPERGROUP)
        old, new = session.get_one(Chat, TEAM), session.get_one(Chat, SUPERGROUP)
        old.zone, old.asking, old.digest_at = "Europe/Berlin", "track", 18 * 60
        old.quiet_from, old.quiet_until = 22 * 60, 7 * 60
        new.language = "fr"
        reminders.owe_digest(session, old, NOON + 3600, NOON)
        session.add(Peek(chat_id=TEAM, said_at=moment(NOON), said_by=ANNA, at=NOON, until=NOON + 900))
        reply(session, "answer", TEAM)
    with writing(engine) as session:
        (claimed,) = (one for one in claims.claim(session, NOON, 8) if one.message.chat_id == TEAM)
    return claimed


def everything(engine: Engine) -> tuple[Any, ...]:
    with reading(engine) as session:
        new = session.get_one(Chat, SUPERGROUP)
        found = session.exec(select(Link).order_by(col(Link.number))).all()
        owed = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
        return (
            session.get(Chat, TEAM),
            [(link.chat_id, link.number, link.label) for link in found],
            (new.zone, new.asking, new.digest_at, new.quiet_from, new.quiet_until, new.language),
            [(peek.chat_id, peek.until) for peek in session.exec(select(Peek))],
            [(message.chat_id, message.kind, message.state, message.telegram_id) for message in owed],
        )


def says_to(engine: Engine, _claimed: Claim) -> None:
    """The service message in the old group, and that in the new one: both name both ids."""
    with writing(engine) as session:
        chats.move(session, TEAM, SUPERGROUP)


def error(engine: Engine, claimed: Claim) -> None:
    """The answer to the message in flight."""
    settle_with(engine, claimed, Outcome(Ended.MIGRATED, new_chat_id=SUPERGROUP), NOON)


ORDERS = sorted(set(permutations([says_to, says_to, error])), key=lambda order: order.index(error))
EXPECTED = (
    None,
    [(SUPERGROUP, 1, "new letter"), (SUPERGROUP, 2, "old contract"), (SUPERGROUP, 3, "old invoice")],
    ("Europe/Berlin", "track", 18 * 60, 22 * 60, 7 * 60, "fr"),
    [(SUPERGROUP, NOON + 900)],
)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(step.__name__ for step in order))
def test_a_group_that_moves_keeps_everything_in_whatever_order_telegram_says_so(
    engine: Engine, order: tuple[Callable[[Engine, Claim], None], ...]
) -> None:
    claimed = with_both_groups(engine)
    for step in order:
        step(engine, claimed)
    *kept, owed = everything(engine)
    assert tuple(kept) == EXPECTED
    assert {message[0] for message in owed} == {SUPERGROUP}
    assert {message[3] for message in owed} == {None}
    assert sorted(message[1] for message in owed) == ["card", "card", "card", "digest", "reply"]


@pytest.mark.parametrize("ended", [Ended.UNREACHABLE, Ended.GONE, Ended.REFUSED, Ended.SHOWN])
def test_a_refusal_of_the_old_group_says_nothing_about_the_new_one(engine: Engine, ended: Ended) -> None:
    claimed = with_both_groups(engine)
    says_to(engine, claimed)
    settle_with(engine, claimed, Outcome(ended), NOON)
    assert (row(engine, claimed.message.key).state, row(engine, claimed.message.key).chat_id) == (
        "pending",
        SUPERGROUP,
    )
    with reading(engine) as session:
        assert session.get_one(Chat, SUPERGROUP).unreachable_since is None


def test_a_message_that_the_old_group_took_is_not_sent_again(engine: Engine) -> None:
    claimed = with_both_groups(engine)
    says_to(engine, claimed)
    settle_with(engine, claimed, Outcome(Ended.SENT, telegram_id=51), NOON)
    sent = row(engine, claimed.message.key)
    assert (sent.state, sent.telegram_id, sent.chat_id) == ("sent", None, SUPERGROUP)


def test_an_edit_of_an_alert_that_the_old_group_shows_is_dropped(engine: Engine) -> None:
    with writing(engine) as session:
        chats.get_or_create(session, TEAM, NOON)
        reply(session, "answer", TEAM)
    settle_with(engine, claim_one(engine, NOON), Outcome(Ended.SENT, telegram_id=51), NOON)
    with writing(engine) as session:
        outbox.refresh(session.connection(), ["answer"])
        chats.move(session, TEAM, SUPERGROUP)
    with reading(engine) as session:
        assert session.exec(select(OutboxMessage)).all() == []


def test_a_command_that_was_stored_before_the_move_and_comes_after_it_is_answered_in_the_new_group(
    engine: Engine,
) -> None:
    """Its answer finds that the group has moved, once more."""
    with writing(engine) as session:
        make(session, "old contract", TEAM)
        chats.move(session, TEAM, SUPERGROUP)
    with writing(engine) as session:
        make(session, "late letter", TEAM)
    with writing(engine) as session:
        late = next(one for one in claims.claim(session, NOON, 8) if one.message.chat_id == TEAM)
    error(engine, late)
    with reading(engine) as session:
        found = session.exec(select(Link).order_by(col(Link.number))).all()
        assert [(link.chat_id, link.number) for link in found] == [(SUPERGROUP, 1), (SUPERGROUP, 2)]
        assert session.get(Chat, TEAM) is None


def test_a_group_that_nobody_knows_moves_without_a_trace(engine: Engine) -> None:
    with writing(engine) as session:
        chats.move(session, TEAM, SUPERGROUP)
        chats.get_or_create(session, SUPERGROUP, NOON)
        chats.move(session, SUPERGROUP, SUPERGROUP)
    with reading(engine) as session:
        assert [chat.id for chat in session.exec(select(Chat))] == [SUPERGROUP]
