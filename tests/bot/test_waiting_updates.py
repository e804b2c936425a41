"""Updates wait chat by chat: the chats take turns, and no chat waits for another's backlog."""

from typing import Any

import pytest

from bot.updates import chat_of
from bot.waiting_updates import WaitingUpdates

ANNA, BEN, CARLA = 1001, 1002, 1003


@pytest.fixture
def waiting() -> WaitingUpdates:
    return WaitingUpdates()


def taken(waiting: WaitingUpdates) -> list[tuple[int, int]]:
    """Take everything that waits, in its order."""
    found = []
    while each := waiting.next():
        found.append(each)
    return found


def test_a_chat_waits_for_one_command_of_another_at_most(waiting: WaitingUpdates) -> None:
    """Ben writes while Anna's first of sixty is answered; Carla while her second is."""
    waiting.add_all((ANNA, number) for number in range(1, 61))
    assert waiting.next() == (ANNA, 1)
    waiting.add(BEN, 61)
    assert waiting.next() == (ANNA, 2)
    waiting.add(CARLA, 62)
    assert [waiting.next() for _ in range(3)] == [(BEN, 61), (ANNA, 3), (CARLA, 62)]


def test_a_chat_is_answered_in_the_order_in_which_it_wrote(waiting: WaitingUpdates) -> None:
    """Its updates come from the disk and from Telegram at once, in whichever order, and some from both."""
    waiting.add_all([(ANNA, 7), (BEN, 3), (ANNA, 5), (BEN, 4), (ANNA, 7)])
    assert taken(waiting) == [(ANNA, 5), (BEN, 3), (ANNA, 7), (BEN, 4)]


def test_an_update_that_failed_comes_before_what_its_chat_wrote_later(waiting: WaitingUpdates) -> None:
    waiting.add_all([(ANNA, 1), (ANNA, 2), (BEN, 3)])
    assert waiting.next() == (ANNA, 1)
    waiting.add(ANNA, 1)
    assert taken(waiting) == [(BEN, 3), (ANNA, 1), (ANNA, 2)]


@pytest.mark.parametrize(
    ("told", "chat"),
    [
        ({"message": {"chat": {"id": ANNA}}}, ANNA),
        ({"callback_query": {"message": {"chat": {"id": ANNA}}}}, ANNA),
        ({"my_chat_member": {"chat": {"id": -100}}}, -100),
        ({"callback_query": {"id": "7"}}, 0),
        ({"message": {"chat": "Anna's"}}, 0),
        ({"message": {"chat": {"id": "1001"}}}, 0),
        ({"message": None}, 0),
        ({"hologram": {"chat": {"id": ANNA}}}, 0),
    ],
)
def test_the_chat_of_an_update_is_told_before_anybody_has_checked_it(told: dict[str, Any], chat: int) -> None:
    assert chat_of({"update_id": 1, **told}) == chat
