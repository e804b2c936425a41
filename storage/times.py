"""The two ways in which a time is written, and the two clocks.

Deciding works with epoch seconds (float, to the millisecond); tables keep aware UTC datetimes. This is the
one place that converts.
"""

import time
from datetime import UTC, datetime


def now() -> float:
    """Return the wall clock's time in epoch seconds, rounded to the millisecond: it is stored as it is."""
    return round(time.time(), 3)


# Linux's monotonic clock stands still while a laptop sleeps; this one does not.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BEGAN = time.time() - time.clock_gettime(_CLOCK)


def steady() -> float:
    """Return the time in epoch seconds, by a clock that nobody can set: it starts with the wall clock's time.

    For leases, pauses and pacing: a clock that is an hour ahead for a moment, and then right again, must not
    make a chat wait for an hour.
    """
    return round(_BEGAN + time.clock_gettime(_CLOCK), 3)


def moment(at: float) -> datetime:
    """Return epoch seconds as an aware UTC datetime."""
    return datetime.fromtimestamp(at, UTC)


def seconds(at: datetime) -> float:
    """Return an aware datetime as epoch seconds, rounded to the millisecond."""
    return round(at.timestamp(), 3)
