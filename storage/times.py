"""Epoch seconds for deciding, aware UTC datetimes for keeping: the one place that converts."""

import time
from datetime import UTC, datetime


def now() -> float:
    """The wall clock, in seconds since the epoch, to the millisecond: what is stored comes back equal."""
    return round(time.time(), 3)


# Linux's monotonic clock stands still while a laptop sleeps; this one does not.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BEGAN = time.time() - time.clock_gettime(_CLOCK)


def steady() -> float:
    """What the wall clock would say had nobody set it since this process began: for leases, pauses and pace.

    A clock that is an hour ahead for a moment, and then right again, must not make a chat wait for an hour.
    """
    return round(_BEGAN + time.clock_gettime(_CLOCK), 3)


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def seconds(at: datetime) -> float:
    return round(at.timestamp(), 3)
