"""The kinds of message: each has a policy, and no two messages share a key."""

from storage.kinds import (
    POLICIES,
    MessageKind,
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


def test_every_kind_has_a_policy() -> None:
    assert set(POLICIES) == set(MessageKind)
    assert all(policy_of(kind.value) is POLICIES[kind] for kind in MessageKind)


def test_cards_alerts_and_nudges_live_as_long_as_their_link() -> None:
    kept = set(MessageKind) - set(kinds_where(lambda policy: policy.is_forgotten))
    assert kept == {
        MessageKind.CARD,
        MessageKind.OPENED,
        MessageKind.PROXIED,
        MessageKind.OBJECTED,
        MessageKind.UNSENT,
        MessageKind.REMIND,
        MessageKind.DEADLINE,
    }


def test_messages_about_different_things_have_different_keys() -> None:
    keys = [
        card_key(7),
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
