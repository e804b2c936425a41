"""The open loop's arithmetic."""

import pytest

from bench.open_loop import centile, intended, length_of


def test_requests_are_due_at_a_steady_rate_whatever_the_answers_do() -> None:
    due = intended(300, 600)
    assert len(due) == 600
    assert due[0] == 0
    assert due[300] == pytest.approx(1.0)
    assert due[-1] < 2


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50), (0.99, 99), (0.999, 100), (1, 100), (0.01, 1), (0.001, 1)]
)
def test_a_centile_is_a_value_that_was_seen(share: float, value: float) -> None:
    assert centile([float(one) for one in range(100, 0, -1)], share) == value


def test_the_ninety_ninth_of_six_hundred_leaves_six_slower() -> None:
    assert centile([float(one) for one in range(600)], 0.99) == 593


@pytest.mark.parametrize(
    ("seen", "length"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\nGIF8", 82),
        (b"HTTP/1.1 200 OK\r\ncontent-length:43\r\nx: y\r\n\r\n", 87),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 27),
    ],
)
def test_an_answer_ends_where_it_says(seen: bytes, length: int | None) -> None:
    assert length_of(seen) == length
