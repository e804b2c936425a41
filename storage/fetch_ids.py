"""The ids of fetches. They begin with the time, so new rows lie together, and a purge finds the old ones."""

import secrets


class _Ids:
    """Makes the ids of this process. Each is greater than the one before, so call it in one thread."""

    _HOUR = 3_600_000 << 16

    def __init__(self) -> None:
        self._newest, self._end = 0, ""

    def new(self, at: float) -> str:
        of_now = int(at * 1000) << 16
        if not of_now - self._HOUR < self._newest < of_now + self._HOUR:
            # The process has begun, or a clock that was wrong is right again: no id may come twice, and none
            # of a wrong time may be followed for ever.
            self._newest, self._end = of_now, secrets.token_hex(8)
        self._newest = max(of_now, self._newest + 1)
        return f"{self._newest:016x}{self._end}"


_ids = _Ids()


def new_id(at: float) -> str:
    """Return 32 hexadecimal digits: the time, a count, and 16 that stand for this process.

    They begin with the time, like a UUIDv7, so new rows lie together.
    """
    return _ids.new(at)


def first_id(at: float) -> str:
    """Return the beginning of the ids made at this time. No id made then or later is smaller."""
    return f"{int(at * 1000):012x}"
