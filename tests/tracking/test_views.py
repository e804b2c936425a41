"""Which fetches of one agent belong to one view."""

from itertools import accumulate, pairwise

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
    assert ending_with_newest([(at, at) for at in times], Windows()) == count


@given(
    st.lists(st.floats(0, 60), max_size=30)
    # Without a pause, half an hour ends the view.
    | st.lists(st.floats(20, 30), min_size=60, max_size=120)
)
def test_a_view_read_backwards_goes_on_as_it_went_and_no_older_fetch_belongs_to_it(gaps: list[float]) -> None:
    times = list(accumulate(gaps, initial=0.0))[::-1]
    count = ending_with_newest([(at, at) for at in times], Windows())
    assert _is_one_view(times[:count])
    assert count == len(times) or not _is_one_view(times[: count + 1])


def _is_one_view(times: list[float]) -> bool:
    return all(goes_on(times[-1], last, at, Windows()) for at, last in pairwise(times))
