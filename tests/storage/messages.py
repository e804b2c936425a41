"""The outbox as a sender uses it: owe a message, claim it, settle it, and look at its row."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from storage import chats, claims, outbox
from storage.claims import Claim, Ended, Outcome
from storage.engine import reading, writing
from storage.kinds import MessageKind
from storage.outbox import Owed
from storage.tables import Chat, OutboxMessage
from storage.times import moment
from tests.fetches import NOON

ANNA, BEN, CARLA = 1001, 1002, 1003
TEAM = -100_500
"""A group: its id is negative."""

on_postgres = pytest.mark.parametrize("settings", ["postgres"], indirect=True)


def owe(engine: Engine, key: str, chat: int = ANNA, kind: str = "reply", thread: int | None = None) -> None:
    """Owe a chat a message."""
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
    """Owe a chat a message and deliver it. In the chat it has this Telegram id."""
    owe(engine, key, chat, kind)
    settle(engine, claim_one(engine, NOON), Ended.SENT, NOON, telegram_id=message)


def refresh(engine: Engine, *keys: str) -> None:
    with writing(engine) as session:
        outbox.refresh(session.connection(), keys)


def row(engine: Engine, key: str) -> OutboxMessage:
    with reading(engine) as session:
        return session.exec(select(OutboxMessage).where(OutboxMessage.key == key)).one()


def chat_row(engine: Engine, chat_id: int = ANNA) -> Chat:
    with reading(engine) as session:
        return session.get_one(Chat, chat_id)


def pause(engine: Engine, chat_id: int, until: float) -> None:
    with writing(engine) as session:
        session.get_one(Chat, chat_id).paused_until = moment(until)


def next_due(engine: Engine, at: float) -> float:
    with reading(engine) as session:
        return claims.next_due(session, at)
