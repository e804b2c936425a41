"""A message is claimed when it is due, by one sender at a time, for as long as its lease."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from storage import chats, claims, links
from storage.claims import LEASE, Claim, Ended, Outcome
from storage.engine import reading, writing
from storage.tables import Chat, OutboxMessage
from storage.times import moment, seconds
from tests.fetches import NOON
from tests.storage.messages import (
    ANNA,
    BEN,
    CARLA,
    TEAM,
    chat_row,
    claim,
    claim_one,
    claimed_keys,
    next_due,
    on_postgres,
    owe,
    pause,
    refresh,
    row,
    settle,
    settle_with,
    show,
)
from tests.waiting import wait_until


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


def test_a_fresh_chat_does_not_wait_for_chats_that_used_up_their_allowance(engine: Engine) -> None:
    busy = range(5000, 5040)
    for number in busy:
        owe(engine, f"for {number}", number)
    with writing(engine) as session:
        for number in busy:
            session.get_one(Chat, number).paced_at = NOON + 60
    owe(engine, "for Ben", BEN)
    assert claimed_keys(engine, NOON, limit=4) == ["for Ben"]


# --- leases and fences ----------------------------------------------------------------------------


def test_nobody_else_takes_a_message_while_its_lease_lasts(engine: Engine) -> None:
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
def test_a_worker_that_settles_too_late_changes_nothing(engine: Engine, ended: Ended) -> None:
    owe(engine, "opened")
    slow = claim_one(engine, NOON)
    claim_one(engine, NOON + LEASE + 1)
    taken, paused = row(engine, "opened"), chat_row(engine)
    outcome = Outcome(ended, telegram_id=99, wait=600, new_chat_id=-7, trouble="late")
    settle_with(engine, slow, outcome, NOON + LEASE + 2)
    assert row(engine, "opened").model_dump() == taken.model_dump()
    assert chat_row(engine).model_dump() == paused.model_dump()


def test_a_worker_whose_message_was_erased_meanwhile_changes_nothing(engine: Engine) -> None:
    owe(engine, "opened")
    claimed = claim_one(engine, NOON)
    with writing(engine) as session:
        session.delete(session.get_one(OutboxMessage, claimed.message.id))
    settle(engine, claimed, Ended.SENT, NOON + 1, telegram_id=51)
    with reading(engine) as session:
        assert session.exec(select(OutboxMessage)).all() == []


def test_a_new_bot_does_not_wait_for_the_leases_of_the_one_that_died(engine: Engine) -> None:
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
    before = row(engine, "opened").attempts
    settle(engine, claim_one(engine, at), Ended.NOT_TRIED, at)
    assert row(engine, "opened").attempts == before
    assert chat_row(engine).paused_until is None
    assert claim_one(engine, at).message.in_doubt is tried_before


def test_a_new_bot_leaves_sent_messages_alone(engine: Engine) -> None:
    show(engine, "card:1", kind="card")
    with writing(engine) as session:
        claims.expire_leases(session, NOON + 5)
    assert claim(engine, NOON + 3600) == []


def test_pauses_set_by_a_clock_that_was_ahead_end_within_a_minute(engine: Engine) -> None:
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


# --- the time of the next message -----------------------------------------------------------------


def test_when_nothing_waits_nothing_is_due(engine: Engine) -> None:
    show(engine, "card:1")
    assert next_due(engine, NOON) == inf


def test_a_message_that_can_be_claimed_is_due_now(engine: Engine) -> None:
    owe(engine, "opened")
    assert next_due(engine, NOON) <= 0


def test_the_next_message_is_due_when_the_first_pause_ends(engine: Engine) -> None:
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


def test_a_message_for_a_time_of_day_follows_the_clock_on_the_wall(engine: Engine) -> None:
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


# --- two workers ----------------------------------------------------------------------------------


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
def test_a_claim_that_was_rolled_back_is_free_for_the_next_worker(engine: Engine) -> None:
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


@contextmanager
def reading_of_links_held(engine: Engine) -> Iterator[Callable[[], None]]:
    """Make whoever reads a link wait. Give what ends that."""
    slow = (
        "ALTER TABLE link RENAME TO link_rows",
        "CREATE VIEW link AS SELECT link_rows.* FROM link_rows, (SELECT pg_advisory_xact_lock(7)) AS wait",
    )
    with engine.begin() as connection:
        for statement in slow:
            connection.exec_driver_sql(statement)
    with engine.connect() as holder:
        holder.exec_driver_sql("SELECT pg_advisory_xact_lock(7)")
        yield holder.rollback


def until_somebody_waits(engine: Engine) -> None:
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted"

    def has_come() -> bool:
        with engine.connect() as connection:
            return bool(connection.exec_driver_sql(waits).scalar())

    wait_until(has_come, "somebody waits for the links")


@on_postgres
def test_what_changes_while_a_claim_reads_is_shown_by_the_next_edit(engine: Engine) -> None:
    # PostgreSQL reads the message that it locks anew, but not its link: a card was edited without the open
    # that it was edited for.
    with writing(engine) as session:
        links.create(session, links.NewLink(ANNA, ANNA, "contract"), now=NOON, daily=50)
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON, telegram_id=51)
    refresh(engine, "card:1")
    claimed: list[Claim] = []
    with reading_of_links_held(engine) as let_go:
        claiming = threading.Thread(target=lambda: claimed.extend(claim(engine, NOON + 1)))
        claiming.start()
        until_somebody_waits(engine)
        refresh(engine, "card:1")
        let_go()
        claiming.join()
    settle(engine, claimed[0], Ended.SENT, NOON + 1)
    assert row(engine, "card:1").state == "pending"


def test_two_workers_share_the_chats_and_take_none_twice(engine: Engine) -> None:
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
