"""Decides which fetches of one agent belong to one view: a program asks for an image again and again."""

from collections.abc import Sequence

from tracking.facts import Windows


def goes_on(began: float, last: float, at: float, windows: Windows) -> bool:
    """Return True if a fetch at `at` belongs to the view that began then, and whose last fetch was then."""
    return at - last <= windows.view and at - began <= windows.longest_view


def ending_with_newest(rows: Sequence[tuple[float, float]], windows: Windows) -> int:
    """Return how many of an agent's rows, newest first, belong to the view that the newest one ends.

    Each is the time of its first fetch, and of its last.
    """
    for count in range(1, len(rows)):
        began, last = rows[count]
        starts = goes_on(began, last, rows[count - 1][0], windows)
        if not (starts and goes_on(began, rows[1][1], rows[0][0], windows)):
            return count
    return len(rows)
