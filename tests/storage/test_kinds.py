"""The kinds of message: each has a policy, which everybody follows, and no two messages share a key."""

import pytest
from sqlalchemy import Engine

from bot.delivery.composing import WORDED_BY
from storage import chats, outbox
from storage.claims import Ended
from storage.engine import reading, writing
from storage.kinds import (
    POLICIES,
    MessageKind,
    Urgency,
    answer_key,
    card_key,
    digest_key,
    kinds_where,
    notice_key,
    nudge_key,
    objected_key,
    opened_key,
    policy_of,
    pressed_key,
    proxied_key,
    unsent_key,
)
from storage.tables import Chat
from tests.fetches import NOON
from tests.storage.messages import ANNA, TEAM, claim_one, owe, refresh, row, settle, show


def test_every_kind_has_a_policy() -> None:
    assert set(POLICIES) == set(MessageKind)
    assert all(policy_of(kind.value) is POLICIES[kind] for kind in MessageKind)


def test_cards_alerts_and_nudges_live_as_long_as_their_link() -> None:
    kept = set(MessageKind) - set(kinds_where(lambda policy: policy.is_forgotten))
    assert kept == {
        MessageKind.CARD,
        MessageKind.LIST,
        MessageKind.OPENED,
        MessageKind.PROXIED,
        MessageKind.OBJECTED,
        MessageKind.UNSENT,
        MessageKind.REMIND,
        MessageKind.DEADLINE,
        MessageKind.REACTION,
    }


def test_every_kind_has_a_wording() -> None:
    """So a kind that was forgotten there fails here, and not in a chat."""
    assert set(WORDED_BY) == set(MessageKind)


def test_alerts_and_nudges_alone_make_a_sound() -> None:
    loud = kinds_where(lambda policy: policy.is_loud)
    assert loud == (MessageKind.OPENED, MessageKind.REMIND, MessageKind.DEADLINE)


def test_a_message_that_makes_a_sound_is_held_in_quiet_hours() -> None:
    assert all(policy.is_held for policy in POLICIES.values() if policy.is_loud)


def test_a_reaction_states_the_one_turn_that_it_takes() -> None:
    """It is never a new message, so a second urgency in its policy would say what nobody does."""
    reaction = policy_of(MessageKind.REACTION)
    assert reaction.urgency is reaction.edit_urgency is Urgency.EDIT


@pytest.mark.parametrize("kind", MessageKind)
def test_a_message_is_sent_with_a_sound_if_its_policy_says_so(engine: Engine, kind: MessageKind) -> None:
    owe(engine, "a message", kind=kind)
    assert row(engine, "a message").loud is policy_of(kind).is_loud


@pytest.mark.parametrize("kind", MessageKind)
def test_a_message_that_was_deleted_is_sent_anew_if_its_policy_says_so(
    engine: Engine, kind: MessageKind
) -> None:
    show(engine, "a message", kind=kind)
    refresh(engine, "a message")
    settle(engine, claim_one(engine, NOON + 60), Ended.GONE, NOON + 60)
    assert (row(engine, "a message").telegram_id is None) is policy_of(kind).is_restored


@pytest.mark.parametrize("kind", MessageKind)
def test_a_message_that_a_group_has_seen_moves_with_it_if_its_policy_says_so(
    engine: Engine, kind: MessageKind
) -> None:
    show(engine, "a message", chat=TEAM, kind=kind)
    with writing(engine) as session:
        chats.migrate(session, session.get_one(Chat, TEAM), TEAM - 1)
    with reading(engine) as session:
        moved = outbox.is_owed(session, ["a message"])
    assert moved is policy_of(kind).is_restored


@pytest.mark.parametrize("kind", MessageKind)
def test_only_a_message_that_holds_its_words_is_found_as_an_answer(engine: Engine, kind: MessageKind) -> None:
    show(engine, "a message", kind=kind, message=51)
    with reading(engine) as session:
        found = outbox.answer_of(session, ANNA, 51)
    assert (found is not None) is policy_of(kind).is_worded_when_owed


def test_messages_about_different_things_have_different_keys() -> None:
    keys = [
        card_key(7, None),
        card_key(8, 7),
        proxied_key(7),
        objected_key(7),
        unsent_key(7),
        opened_key("7"),
        nudge_key(MessageKind.REMIND, 7, 7.9),
        nudge_key(MessageKind.DEADLINE, 7, 7.9),
        digest_key(7, 7.9),
        *(answer_key(kind, 7) for kind in (MessageKind.REPLY, MessageKind.EXPORT, MessageKind.PICTURE)),
        pressed_key(MessageKind.REPLY, 7, 7, "why:7", 7),
        pressed_key(MessageKind.REPLY, 7, 7, "why:7", 8),
        notice_key("failed", 7),
        notice_key("checkup", 7),
    ]
    assert len(set(keys)) == len(keys)
