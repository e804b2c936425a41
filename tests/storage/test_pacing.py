"""Messages go to Telegram never faster than it allows, and no slower than necessary."""

from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.pacing import ALL_CHATS, GROUP, PRIVATE, Pace
from tests.fetches import NOON

gaps = st.lists(st.one_of(st.just(0.0), st.floats(0, 0.1), st.floats(0, 90)), min_size=60, max_size=300)


def sent(pace: Pace, requests: Sequence[float]) -> list[float]:
    """Return when messages go out, of those asked for at these times; the others find no allowance."""
    went, full_at = [], 0.0
    for at in requests:
        if pace.allows(full_at, at):
            went.append(at)
            full_at = pace.after(full_at, at)
    return went


def sent_eagerly(pace: Pace, count: int) -> list[float]:
    """Return when messages go out, of so many that all wait from the beginning."""
    at, full_at, went = NOON, 0.0, []
    for _ in range(count):
        at = max(at, pace.ready_at(full_at))
        went.append(at)
        full_at = pace.after(full_at, at)
    return went


def keeps_to(most: int, window: float, went: Sequence[float]) -> bool:
    """Return True if no stretch of time shorter than the window has more messages than that."""
    return all(later - earlier >= window for earlier, later in zip(went, went[most:], strict=False))


@pytest.mark.parametrize(
    ("pace", "window", "most"),
    [(ALL_CHATS, 1, 30), (GROUP, 60, 20), (PRIVATE, 1, 31), (PRIVATE, 60, 90)],
    ids=["over all", "a group", "a private chat's second", "a private chat's minute"],
)
@settings(deadline=None)
@given(gaps=gaps)
def test_no_stretch_of_time_has_more_messages_than_telegram_takes(
    pace: Pace, window: float, most: int, gaps: list[float]
) -> None:
    requests = list(accumulate(gaps, initial=NOON))
    assert keeps_to(most, window, sent(pace, requests))


@pytest.mark.parametrize(("pace", "window", "most"), [(ALL_CHATS, 1, 30), (GROUP, 60, 20)])
def test_a_full_queue_stays_within_the_limit_as_well(pace: Pace, window: float, most: int) -> None:
    assert keeps_to(most, window, sent_eagerly(pace, 300))


def test_a_private_chat_has_a_burst_of_thirty_and_then_one_a_second() -> None:
    went = sent_eagerly(PRIVATE, 33)
    assert went[:30] == [NOON] * 30
    assert went[30:] == [NOON + 1, NOON + 2, NOON + 3]


def test_a_group_has_twenty_in_its_first_minute() -> None:
    went = sent_eagerly(GROUP, 40)
    assert sum(at <= NOON + 60 for at in went) == 20


def test_over_all_chats_two_dozen_a_second_go_on_for_ever() -> None:
    went = sent_eagerly(ALL_CHATS, 2600)
    assert went[-1] - went[0] <= 100


@settings(deadline=None)
@given(gaps=gaps, rest=st.floats(30, 1e6))
def test_after_a_rest_the_whole_burst_is_there_again(gaps: list[float], rest: float) -> None:
    requests = list(accumulate(gaps, initial=NOON))
    rested = requests[-1] + rest
    assert sent(PRIVATE, [*requests, *[rested] * 40]).count(rested) == PRIVATE.burst
