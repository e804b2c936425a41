"""The daily limit counts the links that were made: erasing them makes no room for others."""

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from storage import chats, daily_limit, erasing
from storage.daily_limit import DailyLimitError
from storage.engine import reading, writing
from storage.tables import Chat, Link
from tests.fetches import NOON
from tests.storage.test_ingest import ANNA
from tests.storage.test_links import DAY, made

GROUP, SUPERGROUP = -5, -1001


def erase_all(engine: Engine, chat: int = ANNA) -> None:
    with writing(engine) as session:
        erasing.erase_chat(session, session.get_one(Chat, chat), but=0)


def kept(engine: Engine, chat: int = ANNA) -> str:
    with reading(engine) as session:
        return session.get_one(Chat, chat).erased_links


def test_deleting_everything_makes_no_room_for_more(engine: Engine) -> None:
    for number in range(3):
        made(engine, f"letter {number}", now=NOON + number, daily=3)
    erase_all(engine)
    with pytest.raises(DailyLimitError) as full:
        made(engine, "one too many", now=NOON + 60, daily=3)
    assert (full.value.left, full.value.free_at) == (0, NOON + DAY)


def test_deleting_one_link_makes_no_room_either(engine: Engine) -> None:
    first, _second = made(engine, "first", daily=2), made(engine, "second", now=NOON + 5, daily=2)
    with writing(engine) as session:
        erasing.erase_link(session, session.get_one(Link, first.id), mentions=lambda _: False)
    with pytest.raises(DailyLimitError):
        made(engine, "third", now=NOON + 60, daily=2)
    assert made(engine, "third", now=NOON + DAY + 1, daily=2).number == 3


def test_of_an_erased_link_the_chat_keeps_only_when_it_was_made_and_not_for_long(engine: Engine) -> None:
    made(engine, "an old contract", now=NOON - 3 * DAY)
    made(engine, "contract")
    erase_all(engine)
    assert kept(engine) == str(int(NOON))
    for now, left in ((NOON + DAY - 1, str(int(NOON))), (NOON + DAY, "")):
        with writing(engine) as session:
            daily_limit.forget(session, now)
        assert kept(engine) == left


def test_a_group_that_moves_takes_the_count_along(engine: Engine) -> None:
    """Somebody tracked in the supergroup before the bot heard of the move."""
    made(engine, "letter", GROUP, daily=2)
    erase_all(engine, GROUP)
    made(engine, "offer", SUPERGROUP, now=NOON + 1, daily=2)
    with writing(engine) as session:
        chats.move(session, GROUP, SUPERGROUP)
    with pytest.raises(DailyLimitError):
        made(engine, "one too many", SUPERGROUP, now=NOON + 60, daily=2)
    with reading(engine) as session:
        assert session.exec(select(col(Link.label))).all() == ["offer"]
