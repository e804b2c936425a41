"""When a published list is fetched again, and when one is too old."""

import pytest

from tests.fetches import NOON
from tracking.list_ages import DAY, ListAge, ListState, age_of, is_due


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (None, True),
        (ListState(NOON, NOON, ""), False),
        (ListState(NOON - 6.9 * DAY, NOON - 6.9 * DAY, ""), False),
        (ListState(NOON - 7 * DAY, NOON - 7 * DAY, ""), True),
        (ListState(None, NOON - 0.9 * DAY, "answers 403"), False),
        (ListState(NOON - 8 * DAY, NOON - 1 * DAY, "answers 403"), True),
        (ListState(NOON + DAY, NOON + DAY, ""), True),
    ],
)
def test_a_list_is_due_after_a_week_and_after_an_error_the_next_day(
    state: ListState | None, due: bool
) -> None:
    """A time to come was written while the clock was wrong."""
    assert is_due(state, NOON, 7) is due


@pytest.mark.parametrize(
    ("state", "days"),
    [
        (None, 61),
        (ListState(None, NOON, ""), 61),
        (ListState(NOON - 70 * DAY, NOON, ""), 61),
        (ListState(NOON - 60 * DAY, NOON, ""), 60),
        (ListState(NOON + DAY, NOON, ""), 0),
    ],
)
def test_a_list_is_as_old_as_the_newer_of_the_fetched_and_the_shipped_one(
    state: ListState | None, days: int
) -> None:
    age = age_of(state, NOON - 61.5 * DAY, NOON)
    assert age == ListAge(days, "")
    assert age.is_old is (days > 60)
