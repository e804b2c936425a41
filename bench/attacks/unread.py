"""Answers that nobody reads: requests in one stream, while the client reads nothing."""

import time

from bench.attacks.attack import Attack, Came
from bench.attacks.clients import connections, is_open, request, send
from bench.attacks.target import Target

CLIENTS, REQUESTS = 40, 10_000
"""So many connections, and so many requests in one stream on each."""
SECONDS = 20.0
"""For so long the client keeps its connections."""


def never_read(target: Target, clients: int = CLIENTS, seconds: float = SECONDS) -> Came:
    """Send thousands of requests on each connection, and read no answer."""
    path = target.product.new_pixel_url().removeprefix(target.product.url)
    stream = request(path) * REQUESTS
    with connections(target.port, clients) as wires:
        sent = [0] * len(wires)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for number, wire in enumerate(wires):
                sent[number] += send(wire, stream[sent[number] :])
            time.sleep(0.05)
        left = sum(map(is_open, wires))
    return Came(
        f"{len(wires)} clients sent {sum(sent) / 1e6:.1f} MB of requests and read nothing; "
        f"after {seconds:.0f} s {left} of them are still connected"
    )


ATTACKS = [Attack("unread", "thousands of requests in one stream, and no answer read", never_read)]
