"""The outbox: who may deliver which message when, and what becomes of it."""

import threading
from math import inf

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from storage import chats, claims, outbox
from storage.claims import LEASE, Claim, Ended, Outcome
from storage.engine import reading, writing
from storage.kinds import MessageKind
from storage.outbox import Owed
from storage.tables import Chat, OutboxMessage
from storage.times import moment, seconds
from tests.fetches import NOON

ANNA, BEN, CARLA = 1001, 1002, 1003
TEAM = -100_500

on_postgres = pytest.mark.parametrize("settings", ["postgres"], indirect=True)


def owe(engine: Engine, key: str, chat: int = ANNA, kind: str = "reply", thread: int | None = None) -> None:
    """A message is owed to a chat."""
    with writing(engine) as session:
        chats.get_or_create(session, chat, NOON)
        outbox.owe(session.connection(), [Owed(key, chat, MessageKind(kind), NOON, thread_id=thread)])


def claim(engine: Engine, at: float, limit: int = 8) -> list[Claim]:
    with writing(engine) as session:
        return claims.claim(session, at, limit)


def claim_one(engine: Engine, at: float) -> Claim:
    (claimed,) = claim(engine, at)
    return claimed


def claimed_keys(engine: Engine, at: float, limit: int = 8) -> list[str]:
    return [claimed.message.key for claimed in claim(engine, at, limit)]


def settle(engine: Engine, claimed: Claim, ended: Ended, at: float, telegram_id: int | None = None) -> None:
    settle_with(engine, claimed, Outcome(ended, telegram_id=telegram_id, trouble=f"it was {ended}"), at)


def settle_with(engine: Engine, claimed: Claim, outcome: Outcome, at: float) -> None:
    with writing(engine) as session:
        claims.settle(session, claimed, outcome, at)


def show(engine: Engine, key: str, chat: int = ANNA, kind: str = "reply", message: int = 51) -> None:
    """A message that is owed, and shown in the chat as a message with this id."""
    owe(engine, key, chat, kind)
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON, telegram_id=message)


def refresh(engine: Engine, *keys: str) -> None:
    with writing(engine) as session:
        outbox.refresh(session.connection(), keys)


def message(engine: Engine, key: str) -> OutboxMessage:
    with reading(engine) as session:
        return session.exec(select(OutboxMessage).where(OutboxMessage.key == key)).one()


def chat(engine: Engine, chat_id: int = ANNA) -> Chat:
    with reading(engine) as session:
        return session.get_one(Chat, chat_id)


def pause(engine: Engine, chat_id: int, until: float) -> None:
    with writing(engine) as session:
        session.get_one(Chat, chat_id).paused_until = moment(until)


def next_due(engine: Engine, at: float) -> float:
    with reading(engine) as session:
        return claims.next_due(session, at)


# --- who is claimed ---------------------------------------------------------------------------------


def test_a_chat_gets_its_messages_one_after_the_other_in_the_order_they_were_owed(engine: Engine) -> None:
    for key in ("first", "second", "third"):
        owe(engine, key)
    shown = []
    for step in range(3):
        claimed = claim_one(engine, NOON + step)
        shown.append(claimed.message.key)
        assert claim(engine, NOON + step) == []
        settle(engine, claimed, Ended.SENT, NOON + step, telegram_id=50 + step)
    assert shown == ["first", "second", "third"]
    assert claim(engine, NOON + 10) == []


def test_a_new_message_goes_before_an_older_edit(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    owe(engine, "opened")
    claimed = claim_one(engine, NOON)
    assert claimed.message.key == "opened"
    settle(engine, claimed, Ended.SENT, NOON, telegram_id=52)
    assert claimed_keys(engine, NOON) == ["card:1"]


def test_one_chats_edit_waits_for_another_chats_new_message(engine: Engine) -> None:
    show(engine, "card:1", ANNA, kind="card")
    refresh(engine, "card:1")
    owe(engine, "opened", BEN)
    assert claimed_keys(engine, NOON, limit=1) == ["opened"]
    assert claimed_keys(engine, NOON, limit=1) == ["card:1"]


def test_a_claim_takes_one_message_of_every_chat(engine: Engine) -> None:
    for key, whose in (("a1", ANNA), ("a2", ANNA), ("b1", BEN), ("t1", TEAM), ("b2", BEN)):
        owe(engine, key, whose)
    assert claimed_keys(engine, NOON) == ["a1", "b1", "t1"]


def test_a_claim_takes_no_more_than_it_is_asked_for(engine: Engine) -> None:
    for whose in (ANNA, BEN, CARLA):
        owe(engine, f"for {whose}", whose)
    assert len(claim(engine, NOON, limit=2)) == 2
    assert claimed_keys(engine, NOON) == [f"for {CARLA}"]


def test_a_paused_chat_is_passed_over_until_its_pause_ends(engine: Engine) -> None:
    owe(engine, "for Anna", ANNA)
    owe(engine, "for Ben", BEN)
    pause(engine, ANNA, NOON + 30)
    assert claimed_keys(engine, NOON) == ["for Ben"]
    assert claimed_keys(engine, NOON + 29.9) == []
    assert claimed_keys(engine, NOON + 30) == ["for Anna"]


def test_a_chat_that_cannot_be_reached_is_passed_over_until_it_comes_back(engine: Engine) -> None:
    owe(engine, "for Anna", ANNA)
    owe(engine, "for Ben", BEN)
    with writing(engine) as session:
        chats.mark_unreachable(chats.get_or_create(session, ANNA, NOON), NOON)
    assert claimed_keys(engine, NOON) == ["for Ben"]
    with writing(engine) as session:
        chats.mark_reachable(chats.get_or_create(session, ANNA, NOON + 20))
    assert claimed_keys(engine, NOON + 20) == ["for Anna"]


@pytest.mark.parametrize(("whose", "burst", "every"), [(ANNA, 30, 1), (TEAM, 5, 4)])
def test_a_chat_that_used_up_its_allowance_waits_for_the_next(
    engine: Engine, whose: int, burst: int, every: float
) -> None:
    for number in range(burst + 2):
        owe(engine, f"message {number}", whose)
    for _ in range(burst):
        settle(engine, claim_one(engine, NOON), Ended.SENT, NOON, telegram_id=1)
    assert claim(engine, NOON) == []
    assert next_due(engine, NOON) == pytest.approx(every)
    assert claim(engine, NOON + every - 0.01) == []
    settle(engine, claim_one(engine, NOON + every), Ended.SENT, NOON, telegram_id=1)
    assert claim(engine, NOON + every) == []


def test_an_allowance_is_not_spent_twice_by_two_workers(engine: Engine) -> None:
    """A group's burst is 5 however many processes ask."""
    for number in range(8):
        owe(engine, f"message {number}", TEAM)
    taken = 0
    for _ in range(8):
        engine.dispose()  # as another process would: nothing is remembered but what is stored
        for claimed in claim(engine, NOON):
            settle(engine, claimed, Ended.SENT, NOON, telegram_id=1)
            taken += 1
    assert taken == 5


# --- leases and fences ------------------------------------------------------------------------------


def test_a_message_is_ours_while_its_lease_lasts(engine: Engine) -> None:
    owe(engine, "opened")
    assert claim_one(engine, NOON).message.lease_until == moment(NOON + LEASE)
    assert claim(engine, NOON + LEASE) == []


def test_a_message_whose_worker_died_is_taken_again_as_possibly_repeated(engine: Engine) -> None:
    owe(engine, "opened")
    assert not claim_one(engine, NOON).message.in_doubt
    again = claim_one(engine, NOON + LEASE + 1)
    assert again.message.key == "opened"
    assert again.message.in_doubt
    assert again.fence == 2


def test_a_message_left_in_flight_comes_back_before_the_chats_others(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    assert claim_one(engine, NOON).message.key == "card:1"
    owe(engine, "opened")
    assert claim(engine, NOON + 1) == []
    assert claimed_keys(engine, NOON + LEASE + 1) == ["card:1"]


@pytest.mark.parametrize("ended", list(Ended))
def test_a_worker_that_was_too_slow_changes_nothing_any_more(engine: Engine, ended: Ended) -> None:
    owe(engine, "opened")
    slow = claim_one(engine, NOON)
    claim_one(engine, NOON + LEASE + 1)
    taken, paused = message(engine, "opened"), chat(engine)
    outcome = Outcome(ended, telegram_id=99, wait=600, new_chat_id=-7, trouble="late")
    settle_with(engine, slow, outcome, NOON + LEASE + 2)
    assert message(engine, "opened").model_dump() == taken.model_dump()
    assert chat(engine).model_dump() == paused.model_dump()


def test_a_worker_whose_message_was_erased_meanwhile_changes_nothing(engine: Engine) -> None:
    owe(engine, "opened")
    claimed = claim_one(engine, NOON)
    with writing(engine) as session:
        session.delete(session.get_one(OutboxMessage, claimed.message.id))
    settle(engine, claimed, Ended.SENT, NOON + 1, telegram_id=51)
    with reading(engine) as session:
        assert session.exec(select(OutboxMessage)).all() == []


def test_a_bot_that_takes_over_does_not_wait_for_the_leases_of_the_one_that_is_gone(engine: Engine) -> None:
    owe(engine, "for Anna", ANNA)
    owe(engine, "for Ben", BEN)
    claim(engine, NOON)
    with writing(engine) as session:
        claims.expire_leases(session, NOON + 5)
    taken = claim(engine, NOON + 5)
    assert [claimed.message.key for claimed in taken] == ["for Anna", "for Ben"]
    assert all(claimed.message.in_doubt for claimed in taken)


@pytest.mark.parametrize("tried_before", [False, True])
def test_a_claim_that_is_given_back_leaves_no_doubt_but_an_older_one(
    engine: Engine, tried_before: bool
) -> None:
    owe(engine, "opened")
    at = NOON
    if tried_before:
        claim_one(engine, at)
        at += LEASE + 1
    before = message(engine, "opened").attempts
    settle(engine, claim_one(engine, at), Ended.NOT_TRIED, at)
    assert message(engine, "opened").attempts == before
    assert chat(engine).paused_until is None
    assert claim_one(engine, at).message.in_doubt is tried_before


def test_taking_over_leaves_what_is_done_alone(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    with writing(engine) as session:
        claims.expire_leases(session, NOON + 5)
    assert claim(engine, NOON + 3600) == []


def test_what_a_clock_that_was_ahead_left_behind_is_over_within_a_minute(engine: Engine) -> None:
    ahead = NOON + 3600
    for owner, chat_id in (("Anna", ANNA), ("Ben", BEN)):
        owe(engine, f"first for {owner}", chat_id)
    for number, claimed in enumerate(claim(engine, ahead)):
        settle(engine, claimed, Ended.SENT, ahead, telegram_id=51 + number)
    owe(engine, "second for Anna", ANNA)
    owe(engine, "second for Ben", BEN)
    pause(engine, ANNA, until=ahead + 2)
    assert claimed_keys(engine, NOON) == []
    with writing(engine) as session:
        claims.expire_leases(session, NOON)
    assert claimed_keys(engine, NOON) == ["second for Ben"]
    assert claimed_keys(engine, NOON + 60) == ["second for Anna"]


# --- what an attempt's end means --------------------------------------------------------------------


def test_a_message_that_was_sent_is_done_and_known_by_its_id(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON + 1, telegram_id=51)
    done = message(engine, "opened")
    assert (done.state, done.telegram_id, done.delivered_version, done.last_error) == ("sent", 51, 1, "")
    assert done.lease_until is None
    assert claim(engine, NOON + 3600) == []


def test_an_edit_that_was_shown_keeps_the_messages_id(engine: Engine) -> None:
    show(engine, "card:1", kind="card", message=51)
    refresh(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON + 1)
    assert (message(engine, "card:1").state, message(engine, "card:1").telegram_id) == ("sent", 51)


def test_a_chat_waits_as_long_as_telegram_says_and_the_others_go_on(engine: Engine) -> None:
    owe(engine, "for Anna", ANNA)
    settle_with(engine, claim_one(engine, NOON), Outcome(Ended.WAIT, wait=17), NOON)
    owe(engine, "also for Anna", ANNA)
    owe(engine, "for Ben", BEN)
    assert claimed_keys(engine, NOON + 16.9) == ["for Ben"]
    assert claimed_keys(engine, NOON + 17) == ["for Anna"]
    assert not message(engine, "for Anna").in_doubt


@pytest.mark.parametrize(
    ("ended", "doubtful"),
    [(Ended.NOT_SENT, False), (Ended.IN_DOUBT, True)],
)
def test_what_did_not_arrive_for_sure_is_tried_again_and_says_so_where_it_may_have(
    engine: Engine, ended: Ended, doubtful: bool
) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), ended, NOON)
    waiting = message(engine, "opened")
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
    assert message(engine, "opened").state == "sent"


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
    assert message(engine, "opened").state == "parked"
    owe(engine, "second")
    assert claimed_keys(engine, NOON + 3600) == ["second"]


def test_what_is_parked_is_sent_again_when_its_owner_asks_and_parked_again_by_the_next_doubt(
    engine: Engine,
) -> None:
    for key, chat in (("opened", ANNA), ("for Ben", BEN)):
        owe(engine, key, chat)
        settle(engine, claim_one(engine, NOON), Ended.IN_DOUBT, NOON)
        settle(engine, claim_one(engine, NOON + 60), Ended.IN_DOUBT, NOON + 60)
    with writing(engine) as session:
        assert outbox.send_again(session, ANNA) == 1
    again = claim_one(engine, NOON + 3600)
    assert (again.message.key, again.message.in_doubt) == ("opened", True)
    settle(engine, again, Ended.IN_DOUBT, NOON + 3600)
    assert (message(engine, "opened").state, message(engine, "for Ben").state) == ("parked", "parked")


def test_what_is_parked_is_let_go_when_its_owner_says_so(engine: Engine) -> None:
    for key, chat in (("opened", ANNA), ("for Ben", BEN)):
        owe(engine, key, chat)
        settle(engine, claim_one(engine, NOON), Ended.REFUSED, NOON)
    with writing(engine) as session:
        assert outbox.dismiss(session, ANNA) == 1
        assert (outbox.count_parked(session, ANNA), outbox.count_parked(session, BEN)) == (0, 1)
    assert claim(engine, NOON + 3600) == []


def test_a_death_in_flight_counts_as_the_first_doubt(engine: Engine) -> None:
    owe(engine, "opened")
    claim_one(engine, NOON)
    settle(engine, claim_one(engine, NOON + LEASE + 1), Ended.IN_DOUBT, NOON + LEASE + 1)
    assert message(engine, "opened").state == "parked"


def test_an_answer_that_certainly_failed_parks_nothing(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.IN_DOUBT, NOON)
    for hour in range(1, 6):
        settle(engine, claim_one(engine, NOON + hour * 3600), Ended.NOT_SENT, NOON + hour * 3600)
    assert (message(engine, "opened").state, message(engine, "opened").in_doubt) == ("pending", True)


def test_a_doubt_is_over_once_the_message_is_there(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.IN_DOUBT, NOON)
    settle(engine, claim_one(engine, NOON + 60), Ended.SENT, NOON + 60, telegram_id=51)
    assert not message(engine, "opened").in_doubt


@pytest.mark.parametrize("ended", [Ended.IN_DOUBT, Ended.NOT_SENT])
def test_an_edit_is_repeated_for_ever_because_it_shows_the_same(engine: Engine, ended: Ended) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    for hour in range(1, 6):
        settle(engine, claim_one(engine, NOON + hour * 3600), ended, NOON + hour * 3600)
        assert (message(engine, "card:1").state, message(engine, "card:1").in_doubt) == ("pending", False)


def test_an_edit_whose_worker_died_is_not_parked_by_the_next_doubt(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    claim_one(engine, NOON)
    settle(engine, claim_one(engine, NOON + LEASE + 1), Ended.IN_DOUBT, NOON + LEASE + 1)
    assert claimed_keys(engine, NOON + 3600) == ["card:1"]


def test_a_refused_message_is_parked_and_holds_nobody_up(engine: Engine) -> None:
    owe(engine, "refused")
    owe(engine, "next")
    settle(engine, claim_one(engine, NOON), Ended.REFUSED, NOON)
    assert (message(engine, "refused").state, message(engine, "refused").last_error) == (
        "parked",
        "it was refused",
    )
    assert claimed_keys(engine, NOON) == ["next"]


def test_a_message_for_a_topic_that_is_gone_is_sent_to_the_chat(engine: Engine) -> None:
    owe(engine, "opened", TEAM, thread=7)
    settle(engine, claim_one(engine, NOON), Ended.GONE, NOON)
    again = claim_one(engine, NOON)
    assert (again.message.key, again.message.thread_id) == ("opened", None)


def test_a_card_that_is_gone_is_shown_again_below(engine: Engine) -> None:
    show(engine, "card:1", kind="card", message=51)
    refresh(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.GONE, NOON)
    anew = claim_one(engine, NOON)
    assert (anew.message.key, anew.message.telegram_id) == ("card:1", None)
    settle(engine, anew, Ended.SENT, NOON, telegram_id=77)
    assert message(engine, "card:1").telegram_id == 77


def test_an_alert_that_is_gone_is_not_told_again(engine: Engine) -> None:
    show(engine, "opened:1", kind="opened", message=51)
    refresh(engine, "opened:1")
    settle(engine, claim_one(engine, NOON), Ended.GONE, NOON)
    assert message(engine, "opened:1").state == "sent"
    assert claim(engine, NOON + 3600) == []


def test_who_blocked_the_bot_is_owed_everything_when_they_come_back(engine: Engine) -> None:
    owe(engine, "first")
    owe(engine, "second")
    settle(engine, claim_one(engine, NOON), Ended.UNREACHABLE, NOON)
    assert chat(engine).unreachable_since == moment(NOON)
    assert claim(engine, NOON + 3600) == []
    with writing(engine) as session:
        chats.mark_reachable(chats.get_or_create(session, ANNA, NOON + 7200))
    assert claimed_keys(engine, NOON + 7200) == ["first"]


def test_a_group_that_moved_gets_the_message_at_its_new_address(engine: Engine) -> None:
    owe(engine, "first", TEAM)
    owe(engine, "second", TEAM)
    moved = Outcome(Ended.MIGRATED, new_chat_id=-1_009_999)
    settle_with(engine, claim_one(engine, NOON), moved, NOON)
    again = claim_one(engine, NOON)
    assert (again.message.key, again.message.chat_id) == ("first", -1_009_999)
    assert not again.message.in_doubt


def test_a_revoked_token_keeps_the_message_and_blames_nobody(engine: Engine) -> None:
    owe(engine, "opened")
    settle(engine, claim_one(engine, NOON), Ended.REVOKED, NOON)
    kept = message(engine, "opened")
    assert (kept.state, kept.in_doubt) == ("pending", False)
    assert (chat(engine).paused_until, chat(engine).unreachable_since) == (None, None)
    assert claimed_keys(engine, NOON + 1) == ["opened"]


# --- newer versions ---------------------------------------------------------------------------------


def test_what_is_owed_twice_is_one_message(engine: Engine) -> None:
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
    assert (message(engine, "card:1").version, message(engine, "card:1").delivered_version) == (501, 501)


def test_a_change_of_a_message_nobody_has_seen_yet_makes_no_second_one(engine: Engine) -> None:
    owe(engine, "card:1", kind="card")
    refresh(engine, "card:1")
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON, telegram_id=51)
    assert claim(engine, NOON) == []


def test_a_change_of_a_message_that_was_never_owed_is_none(engine: Engine) -> None:
    refresh(engine, "opened:nobody")
    assert claim(engine, NOON) == []


def test_a_parked_message_stays_parked_when_what_it_tells_of_changes(engine: Engine) -> None:
    """It may have arrived twice: a third time is not for a change to decide."""
    owe(engine, "opened")
    for hour in (1, 2):
        settle(engine, claim_one(engine, NOON + hour * 3600), Ended.IN_DOUBT, NOON + hour * 3600)
    refresh(engine, "opened")
    assert claim(engine, NOON + 86400) == []


# --- when to look again -----------------------------------------------------------------------------


def test_when_nothing_waits_nothing_is_due(engine: Engine) -> None:
    show(engine, "card:1")
    assert next_due(engine, NOON) == inf


def test_what_can_be_claimed_is_due_now(engine: Engine) -> None:
    owe(engine, "opened")
    assert next_due(engine, NOON) <= 0


def test_the_first_pause_to_end_says_when_to_look_again(engine: Engine) -> None:
    owe(engine, "for Anna", ANNA)
    owe(engine, "for Ben", BEN)
    pause(engine, ANNA, NOON + 30)
    pause(engine, BEN, NOON + 12)
    assert next_due(engine, NOON) == 12


def test_a_chat_with_a_message_in_flight_is_due_when_the_lease_ends(engine: Engine) -> None:
    owe(engine, "first")
    owe(engine, "second")
    claim_one(engine, NOON)
    assert next_due(engine, NOON) == LEASE


def test_a_chat_that_cannot_be_reached_is_never_due(engine: Engine) -> None:
    owe(engine, "opened")
    with writing(engine) as session:
        chats.mark_unreachable(chats.get_or_create(session, ANNA, NOON), NOON)
    assert next_due(engine, NOON) == inf


def test_what_is_owed_at_a_time_of_day_goes_by_the_clock_on_the_wall(engine: Engine) -> None:
    """Somebody set the machine's clock an hour forward: leases and pauses do not follow, the morning does."""
    owe(engine, "held until the morning")
    with writing(engine) as session:
        session.exec(select(OutboxMessage)).one().not_before = moment(NOON + 3600)
        chat = session.get_one(Chat, ANNA)
        chat.paused_until = moment(NOON + 12)
    with writing(engine) as session:
        assert claims.next_due(session, NOON, wall=NOON) == 3600
        assert claims.next_due(session, NOON, wall=NOON + 3600) == 12
        assert claims.claim(session, NOON + 12, 8, wall=NOON) == []
        assert claims.claim(session, NOON, 8, wall=NOON + 3600) == []
        (claimed,) = claims.claim(session, NOON + 12, 8, wall=NOON + 3600)
        assert claimed.message.lease_until == moment(NOON + 12 + LEASE)


# --- two at a time ----------------------------------------------------------------------------------


@on_postgres
def test_two_workers_at_the_same_moment_never_take_the_same_chat(engine: Engine) -> None:
    for whose in (ANNA, BEN, CARLA):
        owe(engine, f"for {whose}", whose)
        owe(engine, f"also for {whose}", whose)
    with writing(engine) as one, writing(engine) as other:
        first = claims.claim(one, NOON, 1)
        # The first has not committed: it holds what it looked at, and the other does not wait for it.
        second = claims.claim(other, NOON, 8)
    taken = [claimed.message.chat_id for claimed in (*first, *second)]
    assert taken[0] == ANNA
    assert len(taken) == len(set(taken))
    rest = claim(engine, NOON)
    assert {*taken, *(claimed.message.chat_id for claimed in rest)} == {ANNA, BEN, CARLA}


@on_postgres
def test_a_claim_that_was_taken_back_is_there_for_the_next(engine: Engine) -> None:
    owe(engine, "opened")
    with Session(engine) as session:
        assert len(claims.claim(session, NOON, 8)) == 1
        session.rollback()
    assert claim_one(engine, NOON).fence == 1


@on_postgres
def test_a_worker_that_looks_while_another_commits_takes_nothing_twice(engine: Engine) -> None:
    owe(engine, "opened")
    looked = threading.Event()
    with writing(engine) as first:
        (mine,) = claims.claim(first, NOON, 8)

        @event.listens_for(engine, "before_cursor_execute")
        def looking(*_: object) -> None:
            looked.set()

        theirs: list[Claim] = []
        other = threading.Thread(target=lambda: theirs.extend(claim(engine, NOON)))
        other.start()
        looked.wait(10)
    other.join()
    event.remove(engine, "before_cursor_execute", looking)
    assert mine.message.key == "opened"
    assert theirs == []


def test_two_workers_share_the_chats_without_a_double(engine: Engine) -> None:
    chats = range(2000, 2030)
    for whose in chats:
        owe(engine, f"for {whose}", whose)
    taken: list[int] = []

    def work() -> None:
        while claims := claim(engine, NOON, limit=3):
            taken.extend(claimed.message.chat_id for claimed in claims)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken) == list(chats)
    with reading(engine) as session:
        leases = session.exec(
            select(OutboxMessage.lease_until).where(col(OutboxMessage.state) == "sending")
        ).all()
    assert {seconds(lease) for lease in leases if lease} == {NOON + LEASE}


def forty_busy_chats_and_ben(engine: Engine) -> None:
    for whose in range(5000, 5040):
        owe(engine, f"for {whose}", whose)
    with writing(engine) as session:
        for whose in range(5000, 5040):
            session.get_one(Chat, whose).paced_at = NOON + 60
    owe(engine, "for Ben", BEN)


def test_a_fresh_chat_does_not_wait_for_chats_that_used_up_their_allowance(engine: Engine) -> None:
    forty_busy_chats_and_ben(engine)
    assert claimed_keys(engine, NOON, limit=4) == ["for Ben"]


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
