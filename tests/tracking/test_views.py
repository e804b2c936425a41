"""Which fetches of one agent belong to one view."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import Windows
from tracking.views import ending_with_newest, goes_on

MINUTE = 60.0


@pytest.mark.parametrize(
    ("times", "count"),
    [
        ([], 0),
        ([0.0], 1),
        ([60.0, 30.0, 0.0], 3),
        ([60.0, 29.9, 0.0], 1),
        ([90.0, 60.0, 20.0, 0.0], 2),
        ([30 * MINUTE - 20 * number for number in range(100)], 91),
    ],
)
def test_a_view_ends_after_a_pause_and_after_half_an_hour(times: list[float], count: int) -> None:
    assert ending_with_newest(times, Windows()) == count


@given(st.lists(st.floats(0, 10_000), min_size=1).map(lambda times: sorted(times, reverse=True)))
def test_a_view_read_backwards_goes_on_as_it_went(times: list[float]) -> None:
    view = times[: ending_with_newest(times, Windows())]
    began = view[-1]
    assert all(goes_on(began, last, at, Windows()) for at, last in pairwise(view))
