"""What waits for its chat's allowance goes in order of urgency, and never waits longer than it must."""

import random
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import pytest
from psycopg import _queries
from sqlalchemy import Engine, create_engine, event
from sqlmodel import Session

from storage import chats, claims, queue
from storage.claims import Ended
from storage.engine import writing
from storage.kinds import MOST_AWAITED, POLICIES, MessageKind, Urgency
from storage.pacing import GROUP
from storage.tables import Chat, OutboxMessage
from storage.times import moment
from tests.fetches import NOON
from tests.storage.messages import (
    ANNA,
    BEN,
    TEAM,
    claim,
    claim_one,
    claimed_keys,
    next_due,
    owe,
    refresh,
    row,
    settle,
)

REST = GROUP.every * GROUP.burst
"""Seconds after which a group has its whole allowance again."""


def owe_all(engine: Engine, keys: Sequence[str], chat: int = TEAM) -> None:
    """Owe messages whose keys begin with their kind: `card:7`."""
    for key in keys:
        owe(engine, key, chat, kind=key.partition(":")[0])


def show_all(engine: Engine, keys: Sequence[str], chat: int = TEAM) -> None:
    """Let the chat have seen these messages, and then let them change."""
    for number, key in enumerate(keys):
        show_later(engine, key, chat, number)
    refresh(engine, *keys)


def show_later(engine: Engine, key: str, chat: int, number: int) -> None:
    owe(engine, key, chat, kind=key.partition(":")[0])
    at = NOON - REST * (number + 2)
    with writing(engine) as session:
        session.get_one(Chat, chat).paced_at = 0
    settle(engine, claim_one(engine, at), Ended.SENT, at, telegram_id=500 + number)
    with writing(engine) as session:
        session.get_one(Chat, chat).paced_at = 0


def order_of(engine: Engine, count: int, at: float = NOON) -> list[str]:
    """Deliver this many messages, one chat's, each as soon as its allowance is there; return their keys."""
    keys = []
    for number in range(count):
        at += REST
        claimed = claim_one(engine, at)
        settle(engine, claimed, Ended.SENT, at, claimed.message.telegram_id or 900 + number)
        keys.append(claimed.message.key)
    return keys


def test_an_answer_goes_first_then_an_alert_then_other_news_then_edits(engine: Engine) -> None:
    show_all(engine, ["card:1", "card:2"])
    owe_all(engine, ["proxied:3", "digest:4", "opened:5", "remind:6", "deadline:7", "card:8", "reply:9"])
    owe_all(engine, ["picture:10", "export:11"])
    assert order_of(engine, 11) == [
        *("card:8", "reply:9", "picture:10", "export:11"),
        *("opened:5", "remind:6", "deadline:7"),
        *("proxied:3", "digest:4"),
        *("card:1", "card:2"),
    ]


@pytest.mark.parametrize("kind", MessageKind)
def test_what_makes_a_sound_is_an_alert_and_what_answers_an_update_is_an_answer(kind: MessageKind) -> None:
    policy = POLICIES[kind]
    assert (policy.urgency is Urgency.ALERT) is policy.is_loud
    assert policy.urgency is Urgency.ANSWER or not policy.is_answer


def test_the_next_page_of_history_goes_before_the_edits_of_cards(engine: Engine) -> None:
    """Somebody tapped for it and is waiting. The card's own buttons are answered by a toast."""
    show_all(engine, ["card:1", "card:2", "reply:3"])
    assert order_of(engine, 3) == ["reply:3", "card:1", "card:2"]


def test_a_card_that_somebody_deleted_comes_back_in_the_turn_of_an_edit(engine: Engine) -> None:
    show_all(engine, ["card:1"])
    settle(engine, claim_one(engine, NOON), Ended.GONE, NOON)
    assert row(engine, "card:1").telegram_id is None
    owe_all(engine, ["proxied:2"])
    assert order_of(engine, 2) == ["proxied:2", "card:1"]


def test_a_batch_of_cards_goes_after_alerts_and_a_few_cards_before(engine: Engine) -> None:
    few = [f"card:{number}" for number in range(MOST_AWAITED)]
    owe_all(engine, [*few, "opened:90"])
    assert order_of(engine, len(few) + 1) == [*few, "opened:90"]
    batch = [f"card:{number}" for number in range(10, 30)]
    owe_all(engine, [*batch, "opened:91", "reply:92"])
    at = NOON + 100 * REST
    assert order_of(engine, 22, at) == ["reply:92", "opened:91", *batch]


def test_a_message_for_later_is_urgent_only_from_then_on(engine: Engine) -> None:
    owe_all(engine, ["opened:1", "digest:2"])
    with writing(engine) as session:
        held = session.get_one(OutboxMessage, row(engine, "opened:1").id)
        held.not_before = moment(NOON + 1.5 * REST)
    owe_all(engine, ["digest:3"])
    assert order_of(engine, 3) == ["digest:2", "opened:1", "digest:3"]


def test_one_chats_answer_goes_before_another_chats_alert(engine: Engine) -> None:
    owe(engine, "opened:1", ANNA, kind="opened")
    owe(engine, "reply:2", BEN)
    assert claimed_keys(engine, NOON, limit=1) == ["reply:2"]


# --- a hundred messages wait in a group -------------------------------------------------------------

KINDS = [kind for kind in MessageKind if POLICIES[kind].urgency > Urgency.ALERT or kind is MessageKind.CARD]


@pytest.mark.parametrize("seed", [1, 2])
def test_where_a_hundred_messages_wait_a_command_is_answered_next_and_an_open_told_next(
    engine: Engine, seed: int
) -> None:
    chance = random.Random(seed)
    with writing(engine) as session:
        chats.get_or_create(session, TEAM, NOON)
        for number in range(100):
            is_edit = chance.random() < 0.5
            kind = MessageKind.CARD if is_edit else chance.choice(KINDS)
            session.add(
                OutboxMessage(
                    key=f"{kind}:{number}",
                    chat_id=TEAM,
                    kind=kind.value,
                    created_at=moment(NOON),
                    telegram_id=number + 1 if is_edit else None,
                )
            )
    at = NOON
    for turn in range(3):
        order_of(engine, chance.randrange(1, 15), at)
        at += 20 * REST
        owe_all(engine, [f"opened:late {turn}", f"reply:late {turn}"])
        assert order_of(engine, 2, at) == [f"reply:late {turn}", f"opened:late {turn}"]
        at += 20 * REST


def test_an_open_and_a_command_in_a_busy_group_need_not_wait_for_the_allowance(engine: Engine) -> None:
    show_all(engine, [f"card:{number}" for number in range(12)])
    at = NOON
    for _ in range(GROUP.burst - GROUP.kept):
        settle(engine, claim_one(engine, at), Ended.SENT, at)
    assert claim(engine, at) == []
    owe_all(engine, ["opened:50", "reply:51"])
    for key in ("reply:51", "opened:50"):
        claimed = claim_one(engine, at)
        assert claimed.message.key == key
        settle(engine, claimed, Ended.SENT, at, telegram_id=900)
    assert claim(engine, at + GROUP.every * GROUP.kept) == []
    assert next_due(engine, at) == pytest.approx(GROUP.every * (GROUP.kept + 1))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_next_message_is_due_exactly_when_it_can_be_claimed(engine: Engine, seed: int) -> None:
    """Else the bot would ask the database two hundred times a second, or leave a message until it polls."""
    chance = random.Random(seed)
    gaps = accumulate(chance.choice((0.0, 0.5, 9.0)) for _ in range(40))
    coming = [(NOON + gap, chance.choice(list(MessageKind))) for gap in gaps]
    at, number, sent = NOON, 0, 0
    while sent < 40:
        while coming and coming[0][0] <= at:
            _, kind = coming.pop(0)
            owe(engine, f"{kind}:{number}", TEAM, kind=kind)
            number += 1
        claimed = claim(engine, at)
        for one in claimed:
            settle(engine, one, Ended.SENT, at, telegram_id=number)
            sent += 1
        if not claimed:
            wait = next_due(engine, at)
            assert wait > 0
            due = at + wait + 0.001
            if coming and coming[0][0] < due:
                at = coming[0][0]
            else:
                assert claim_at(engine, due)
                at = due


def claim_at(engine: Engine, at: float) -> bool:
    """Return True if something can be claimed then. Leaves everything as it was."""
    with Session(engine) as session:
        return bool(claims.claim(session, at, 8))


# --- how the databases find it ----------------------------------------------------------------------


def test_both_databases_find_what_waits_by_its_index_however_many_messages_were_sent(engine: Engine) -> None:
    with writing(engine) as session:
        for whose in (ANNA, BEN, TEAM):
            chats.get_or_create(session, whose, NOON)
        session.add_all(_sent_or_waiting(number) for number in range(3000))
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    moments = dict.fromkeys(("at", "today", "long_ago", "just"), moment(NOON))
    times = {"now": NOON, "most": 8, **moments}
    for query in (queue.DUE, queue.HEADS, queue.NEXT_LATER):
        plan = _plan(engine, query, times)
        assert "ix_outbox_due" in plan, plan
        assert not re.search(r"SCAN outbox$|Seq Scan on outbox", plan, re.MULTILINE), plan


def test_psycopg_remembers_the_statements_of_a_claim() -> None:
    """It reads a longer statement anew each time: that took a sixth of a claim."""
    for query in (queue.DUE, queue.HEADS, queue.NEXT_LATER):
        statement = query.compile(create_engine("postgresql+psycopg://"))
        assert len(str(statement)) <= _queries.MAX_CACHED_STATEMENT_LENGTH
        assert len(statement.params) <= _queries.MAX_CACHED_STATEMENT_PARAMS


def _sent_or_waiting(number: int) -> OutboxMessage:
    state = "sent" if number % 100 else "pending"
    whose = (ANNA, BEN, TEAM)[number % 3]
    return OutboxMessage(
        key=f"card:{number}", chat_id=whose, kind="card", created_at=moment(NOON), state=state
    )


def _plan(engine: Engine, query: Any, times: dict[str, object]) -> str:
    """Return how the database would carry out the query."""
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "

    def prefix(_c: object, _u: object, statement: str, values: Any, *_: object) -> tuple[str, Any]:
        return explain + statement, values

    with engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", prefix, retval=True)
        rows = connection.execute(query, times)
        return "\n".join(str(line[-1]) for line in rows.cursor.fetchall())
