"""Injected faults: what the next calls of a method get instead of their answer."""

import json
from collections import defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    ANSWER = "answer"
    HANG = "hang"
    """The connection stays open, and no answer comes."""
    CLOSE = "close"
    """The connection closes before any byte of an answer."""


@dataclass(frozen=True)
class Fault:
    end: End = End.ANSWER
    status: int = 200
    body: bytes | None = None
    """None: the true answer."""
    carried_out: bool = False
    """True if the call takes effect, and only its answer is lost or changed."""
    delay: float = 0
    """Seconds before the answer."""


def refusal(status: int, description: str, **parameters: int) -> Fault:
    body = {"ok": False, "error_code": status, "description": description}
    return Fault(
        status=status, body=json.dumps(body | ({"parameters": parameters} if parameters else {})).encode()
    )


def junk(body: bytes = b"<html><h1>502 Bad Gateway</h1></html>", status: int = 200) -> Fault:
    return Fault(status=status, body=body)


def not_ok() -> Fault:
    return Fault(body=b'{"ok":false}')


def hang(*, carried_out: bool = False) -> Fault:
    return Fault(End.HANG, carried_out=carried_out)


def close(*, carried_out: bool = True) -> Fault:
    return Fault(End.CLOSE, carried_out=carried_out)


def late(seconds: float) -> Fault:
    return Fault(carried_out=True, delay=seconds)


class Faults:
    """A queue of faults for each method. `*` stands for every method except getUpdates."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Fault]] = defaultdict(deque)

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        self._queues[method.lower()].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        for name in (method, "*" if method != "getupdates" else method):
            if self._queues[name]:
                return self._queues[name].popleft()
        return None

    def left(self, method: str) -> int:
        return len(self._queues[method.lower()])

    def clear(self) -> None:
        self._queues.clear()
