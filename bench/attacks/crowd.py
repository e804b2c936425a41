"""Too many connections: those that ask for nothing, that never finish asking, or that listen for ever."""

import socket
import time
from urllib.request import Request, urlopen

from sqlmodel import select

from bench.attacks.attack import Attack, Came
from bench.attacks.clients import connections, is_open, most_descriptors, request, send
from bench.attacks.target import Target
from pixel_server.pages.live import MAX_STREAMS, MAX_STREAMS_PER_LINK
from storage.engine import reading
from storage.keys import open_keys
from storage.tables import Link

WANTED, STREAMS = 10_000, MAX_STREAMS
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


def streams(target: Target, seconds: float = SECONDS) -> Came:
    """Listen to copy pages, from many addresses of one /64. Then somebody else listens, too."""
    *pages, somebodys = _copy_pages(target)
    with connections(target.port, STREAMS) as wires:
        for number, wire in enumerate(wires):
            page = pages[number % len(pages)]
            send(wire, request(f"{page}/live", f"X-Forwarded-For: 2001:db8:1:2::{number:x}"))
        served = sum(map(_is_served, wires))
        asked = Request(  # noqa: S310  # loopback
            f"{target.product.url}{somebodys}/live", headers={"X-Forwarded-For": "203.0.113.7"}
        )
        with urlopen(asked, timeout=10) as answer:  # noqa: S310  # loopback
            others = answer.readline().decode().strip()
            time.sleep(seconds)
    return Came(
        f"{served} of {len(wires)} streams from one /64 were served; somebody else's was answered {others!r}"
    )


def _copy_pages(target: Target) -> list[str]:
    """Return the paths of enough copy pages: one link has few streams."""
    keys = open_keys(target.product.settings.key_file)
    for _ in range(STREAMS // MAX_STREAMS_PER_LINK + 1):
        target.product.new_pixel_url()
    with reading(target.product.engine) as session:
        links = session.exec(select(Link)).all()
    return [f"/copy/{keys.owner_key(link.id, link.token)}" for link in links]


def _is_served(wire: socket.socket) -> bool:
    wire.settimeout(10)
    return wire.recv(12) == b"HTTP/1.1 200"


ATTACKS = [
    Attack("connections", "ten thousand connections that ask for nothing", idle),
    Attack("streams", f"{STREAMS} copy pages of one /64 that listen at once", streams),
    Attack("half-open", "ten thousand connections, each with half a request of 8 kB", half_open),
]
