"""A message is worded for the people who read it."""

import pytest

import words
from bot.message import speaking_to
from storage.tables import Chat
from storage.times import moment
from tests.fetches import NOON

ANNA, GROUP = 1001, -1001


@pytest.mark.parametrize(("chat_id", "is_yesterday"), [(ANNA, True), (GROUP, False)])
def test_yesterday_is_said_to_one_person_and_not_to_a_group_whose_members_live_in_several_zones(
    chat_id: int, is_yesterday: bool
) -> None:
    with speaking_to(Chat(id=chat_id, created_at=moment(NOON), zone="Europe/Berlin")):
        said = words.when(NOON - 86400, NOON)
    assert ("yesterday" in said) is is_yesterday
