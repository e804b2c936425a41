"""Decides which fetches of one agent belong to one view: a program asks for an image again and again."""

from collections.abc import Sequence

from tracking.facts import Windows


def goes_on(began: float, last: float, at: float, windows: Windows) -> bool:
    """Return True if a fetch at `at` belongs to the view that began then, and whose last fetch was then."""
    return at - last <= windows.view and at - began <= windows.longest_view


def ending_with_newest(times: Sequence[float], windows: Windows) -> int:
    """Return how many of an agent's fetches, newest first, belong to the view that the newest one ends."""
    for count in range(1, len(times)):
        began = times[count]
        starts = goes_on(began, began, times[count - 1], windows)
        if not (starts and goes_on(began, times[1], times[0], windows)):
            return count
    return len(times)
