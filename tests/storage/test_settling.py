"""Each end of an attempt settles the claimed message and its chat in its own way."""

import pytest
from sqlalchemy import Engine

from storage import chats, outbox
from storage.claims import LEASE, Ended, Outcome
from storage.engine import writing
from storage.times import moment
from tests.fetches import NOON
from tests.storage.messages import (
    ANNA,
    BEN,
    TEAM,
    chat_row,
    claim,
    claim_one,
    claimed_keys,
    next_due,
    owe,
    refresh,
    row,
    settle,
    settle_with,
    show,
)


def test_a_message_that_was_sent_is_done_and_known_by_its_id(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON + 1, telegram_id=51)
    done = row(engine, "opened")
    assert (done.state, done.telegram_id, done.delivered_version, done.last_error) == ("sent", 51, 1, "")
    assert done.lease_until is None
    assert claim(engine, NOON + 3600) == []


def test_an_edit_keeps_the_messages_id(engine: Engine) -> None:
    show(engine, "card:1", kind="card", message=51)
    refresh(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON + 1)
    assert (row(engine, "card:1").state, row(engine, "card:1").telegram_id) == ("sent", 51)


def test_a_chat_waits_as_long_as_telegram_says_and_the_others_go_on(engine: Engine) -> None:
    owe(engine, "for Anna", ANNA)
    settle_with(engine, claim_one(engine, NOON), Outcome(Ended.WAIT, wait=17), NOON)
    owe(engine, "also for Anna", ANNA)
    owe(engine, "for Ben", BEN)
    assert claimed_keys(engine, NOON + 16.9) == ["for Ben"]
    assert claimed_keys(engine, NOON + 17) == ["for Anna"]
    assert not row(engine, "for Anna").in_doubt


@pytest.mark.parametrize(
    ("ended", "doubtful"),
    [(Ended.NOT_SENT, False), (Ended.IN_DOUBT, True)],
)
def test_a_message_that_failed_is_tried_again_and_says_so_if_it_may_have_arrived(
    engine: Engine, ended: Ended, doubtful: bool
) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), ended, NOON)
    waiting = row(engine, "opened")
    assert (waiting.state, waiting.in_doubt, waiting.last_error) == ("pending", doubtful, f"it was {ended}")
    assert claim(engine, NOON + 1) == []
    assert claim_one(engine, NOON + 2).message.in_doubt is doubtful


def test_a_long_outage_is_waited_out_a_minute_at_a_time(engine: Engine) -> None:
    owe(engine, "opened")
    at, waits = NOON, []
    for _ in range(10):
        settle(engine, claim_one(engine, at), Ended.NOT_SENT, at)
        waits.append(next_due(engine, at))
        at += waits[-1]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    settle(engine, claim_one(engine, at), Ended.SENT, at, telegram_id=51)
    assert row(engine, "opened").state == "sent"


def test_order_is_kept_while_a_message_is_tried_again(engine: Engine) -> None:
    owe(engine, "first")
    settle(engine, claim_one(engine, NOON), Ended.NOT_SENT, NOON)
    owe(engine, "second")
    assert claim(engine, NOON + 1) == []
    assert claimed_keys(engine, NOON + 60) == ["first"]


def test_a_message_that_may_have_arrived_twice_is_parked(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.IN_DOUBT, NOON)
    settle(engine, claim_one(engine, NOON + 60), Ended.IN_DOUBT, NOON + 60)
    assert row(engine, "opened").state == "parked"
    owe(engine, "second")
    assert claimed_keys(engine, NOON + 3600) == ["second"]


def test_a_parked_message_is_sent_again_on_request_and_parked_again_by_the_next_doubt(
    engine: Engine,
) -> None:
    for key, whose in (("opened", ANNA), ("for Ben", BEN)):
        owe(engine, key, whose)
        settle(engine, claim_one(engine, NOON), Ended.IN_DOUBT, NOON)
        settle(engine, claim_one(engine, NOON + 60), Ended.IN_DOUBT, NOON + 60)
    with writing(engine) as session:
        assert outbox.send_again(session, ANNA) == 1
    again = claim_one(engine, NOON + 3600)
    assert (again.message.key, again.message.in_doubt) == ("opened", True)
    settle(engine, again, Ended.IN_DOUBT, NOON + 3600)
    assert (row(engine, "opened").state, row(engine, "for Ben").state) == ("parked", "parked")


def test_parked_messages_are_dismissed_on_request(engine: Engine) -> None:
    for key, whose in (("opened", ANNA), ("for Ben", BEN)):
        owe(engine, key, whose)
        settle(engine, claim_one(engine, NOON), Ended.REFUSED, NOON)
    with writing(engine) as session:
        assert outbox.dismiss(session, ANNA) == 1
        assert (outbox.count_parked(session, ANNA), outbox.count_parked(session, BEN)) == (0, 1)
    assert claim(engine, NOON + 3600) == []


def test_a_worker_that_dies_in_flight_counts_as_the_first_doubt(engine: Engine) -> None:
    owe(engine, "opened")
    claim_one(engine, NOON)
    settle(engine, claim_one(engine, NOON + LEASE + 1), Ended.IN_DOUBT, NOON + LEASE + 1)
    assert row(engine, "opened").state == "parked"


def test_an_attempt_that_certainly_failed_parks_nothing(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.IN_DOUBT, NOON)
    for hour in range(1, 6):
        settle(engine, claim_one(engine, NOON + hour * 3600), Ended.NOT_SENT, NOON + hour * 3600)
    assert (row(engine, "opened").state, row(engine, "opened").in_doubt) == ("pending", True)


def test_a_doubt_ends_once_the_message_arrives(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.IN_DOUBT, NOON)
    settle(engine, claim_one(engine, NOON + 60), Ended.SENT, NOON + 60, telegram_id=51)
    assert not row(engine, "opened").in_doubt


@pytest.mark.parametrize("ended", [Ended.IN_DOUBT, Ended.NOT_SENT])
def test_an_edit_is_repeated_without_end_because_it_shows_the_same(engine: Engine, ended: Ended) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    for hour in range(1, 6):
        settle(engine, claim_one(engine, NOON + hour * 3600), ended, NOON + hour * 3600)
        assert (row(engine, "card:1").state, row(engine, "card:1").in_doubt) == ("pending", False)


def test_an_edit_whose_worker_died_is_not_parked_by_the_next_doubt(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    claim_one(engine, NOON)
    settle(engine, claim_one(engine, NOON + LEASE + 1), Ended.IN_DOUBT, NOON + LEASE + 1)
    assert claimed_keys(engine, NOON + 3600) == ["card:1"]


def test_a_refused_message_is_parked_and_holds_up_no_other(engine: Engine) -> None:
    owe(engine, "refused")
    owe(engine, "next")
    settle(engine, claim_one(engine, NOON), Ended.REFUSED, NOON)
    assert (row(engine, "refused").state, row(engine, "refused").last_error) == (
        "parked",
        "it was refused",
    )
    assert claimed_keys(engine, NOON) == ["next"]


@pytest.mark.parametrize("ended", [Ended.GONE, Ended.UNEDITABLE, Ended.SHOWN])
def test_a_new_message_is_never_taken_for_sent_unless_telegram_says_so(engine: Engine, ended: Ended) -> None:
    owe(engine, "opened", TEAM, thread=7)
    settle(engine, claim_one(engine, NOON), ended, NOON)
    assert (row(engine, "opened").state, row(engine, "opened").telegram_id) == ("parked", None)


def test_an_edit_that_changes_nothing_is_settled(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.SHOWN, NOON)
    assert (row(engine, "card:1").state, row(engine, "card:1").telegram_id) == ("sent", 51)


@pytest.mark.parametrize(
    ("kind", "state", "telegram_id"),
    [("card", "pending", None), ("reply", "pending", None), ("opened", "parked", 51)],
)
def test_a_message_that_cannot_be_edited_is_sent_anew_where_somebody_waits_for_it(
    engine: Engine, kind: str, state: str, telegram_id: int | None
) -> None:
    show(engine, "it", kind=kind)
    refresh(engine, "it")
    settle(engine, claim_one(engine, NOON), Ended.UNEDITABLE, NOON)
    assert (row(engine, "it").state, row(engine, "it").telegram_id) == (state, telegram_id)


def test_a_card_that_was_deleted_is_sent_anew(engine: Engine) -> None:
    show(engine, "card:1", kind="card", message=51)
    refresh(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.GONE, NOON)
    anew = claim_one(engine, NOON)
    assert (anew.message.key, anew.message.telegram_id) == ("card:1", None)
    settle(engine, anew, Ended.SENT, NOON, telegram_id=77)
    assert row(engine, "card:1").telegram_id == 77


def test_an_alert_that_was_deleted_is_not_sent_again(engine: Engine) -> None:
    show(engine, "opened:1", kind="opened", message=51)
    refresh(engine, "opened:1")
    settle(engine, claim_one(engine, NOON), Ended.GONE, NOON)
    assert row(engine, "opened:1").state == "sent"
    assert claim(engine, NOON + 3600) == []


def test_a_chat_that_blocked_the_bot_gets_everything_when_it_comes_back(engine: Engine) -> None:
    owe(engine, "first")
    owe(engine, "second")
    settle(engine, claim_one(engine, NOON), Ended.UNREACHABLE, NOON)
    assert chat_row(engine).unreachable_since == moment(NOON)
    assert claim(engine, NOON + 59) == []
    with writing(engine) as session:
        chats.mark_reachable(chats.get_or_create(session, ANNA, NOON + 7200))
    assert claimed_keys(engine, NOON + 7200) == ["first"]


def test_a_chat_that_took_nothing_is_tried_with_one_message_every_six_hours(engine: Engine) -> None:
    """Telegram tells no bot that a group lets its members write again."""
    owe(engine, "first")
    owe(engine, "second")
    settle(engine, claim_one(engine, NOON), Ended.UNREACHABLE, NOON)
    settle(engine, claim_one(engine, NOON + 60), Ended.UNREACHABLE, NOON)
    assert claim(engine, NOON + 6 * 3600 - 1) == []
    settle(engine, claim_one(engine, NOON + 6 * 3600), Ended.UNREACHABLE, NOON + 6 * 3600)
    assert claim(engine, NOON + 7 * 3600) == []
    tried = claim_one(engine, NOON + 12 * 3600)
    settle(engine, tried, Ended.SENT, NOON + 12 * 3600, telegram_id=51)
    assert chat_row(engine).unreachable_since is None
    assert claimed_keys(engine, NOON + 12 * 3600) == ["second"]


def test_a_message_with_nothing_to_show_does_not_tell_that_a_chat_is_back(engine: Engine) -> None:
    owe(engine, "first")
    settle(engine, claim_one(engine, NOON), Ended.UNREACHABLE, NOON)
    settle(engine, claim_one(engine, NOON + 6 * 3600), Ended.SENT, NOON + 6 * 3600)
    assert chat_row(engine).unreachable_since == moment(NOON)


def test_a_group_that_moved_gets_the_message_at_its_new_id(engine: Engine) -> None:
    owe(engine, "first", TEAM)
    owe(engine, "second", TEAM)
    moved = Outcome(Ended.MIGRATED, new_chat_id=-1_009_999)
    settle_with(engine, claim_one(engine, NOON), moved, NOON)
    again = claim_one(engine, NOON)
    assert (again.message.key, again.message.chat_id) == ("first", -1_009_999)
    assert not again.message.in_doubt


def test_a_revoked_token_keeps_the_message_and_pauses_no_chat(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.REVOKED, NOON)
    kept = row(engine, "opened")
    assert (kept.state, kept.in_doubt) == ("pending", False)
    assert (chat_row(engine).paused_until, chat_row(engine).unreachable_since) == (None, None)
    assert claimed_keys(engine, NOON + 1) == ["opened"]


def test_a_card_whose_edit_was_refused_shows_its_next_version(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.REFUSED, NOON)
    refresh(engine, "card:1")
    assert claimed_keys(engine, NOON + 60) == ["card:1"]


def test_a_card_sent_anew_after_a_doubtful_edit_is_not_possibly_repeated(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    claim_one(engine, NOON)
    settle(engine, claim_one(engine, NOON + LEASE + 1), Ended.GONE, NOON + LEASE + 1)
    anew = claim_one(engine, NOON + LEASE + 1)
    assert (anew.message.telegram_id, anew.message.in_doubt) == (None, False)
