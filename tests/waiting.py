"""Waiting for something that tells nobody when it happens: a file, a process, a log."""

import time
from collections.abc import Callable

PAUSE = 0.02
"""Seconds between two checks. A loop without a pause takes the processor from what it waits for."""


def wait_until(condition: Callable[[], object], what: str, *, seconds: float = 30) -> None:
    """Return as soon as `condition` holds; fail with `what` was waited for after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain until {what}"
        time.sleep(PAUSE)
