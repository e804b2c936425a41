"""Floods while the database takes nothing: somebody else holds its lock for the whole attack."""

import secrets
import socket
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

from bench.attacks.attack import Attack, Came
from bench.attacks.clients import connections, request
from bench.attacks.target import Target
from bench.attacks.witness import open_once
from bench.figures import Aim, Figure

CLIENTS, AT_ONCE = 32, 8
SECONDS = 20.0
LONG = "User-Agent: " + "203.0.113.77 " * 1100
"""A user agent of 14 kB."""
PAGES = 60
WORST_HEALTHZ = Aim(1.0)


def lock(target: Target) -> None:
    """Take the database's lock, as a backup or another program may. A first fetch waits for it in vain."""
    assert target.product.settings.sqlite_path
    holder = sqlite3.connect(target.product.settings.sqlite_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    target.at_end.callback(holder.close)
    open_once(target.links[0])


def flood_spool(target: Target, seconds: float = SECONDS) -> Came:
    """Fetch invented tokens, and one that exists, with long user agents."""
    path = target.links[1].removeprefix(target.product.url)
    ends, answers = time.monotonic() + seconds, Counter[int]()
    with connections(target.port, CLIENTS) as wires:
        for wire in wires:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**16)
            wire.settimeout(20)
        while time.monotonic() < ends:
            for number, wire in enumerate(wires):
                asked = [path if number % 2 else _invented() for _ in range(AT_ONCE)]
                wire.sendall(b"".join(request(one, LONG if number % 4 < 2 else "X: y") for one in asked))
            for wire in wires:
                answers.update(_statuses(wire, AT_ONCE))
    spool = target.product.settings.spool_path
    kept = spool.read_bytes()
    told = ", ".join(f"{number} times {status}" for status, number in sorted(answers.items()))
    leaked = Figure(
        "spool", "user agents in the spool in full", kept.count(b"203.0.113.77 " * 100), aim=Aim(0)
    )
    return Came(f"the flood was answered {told}; the spool has {len(kept) / 1e6:.1f} MB", [leaked])


def _invented() -> str:
    return f"/i/{secrets.token_urlsafe(16)}.gif"


def _statuses(wire: socket.socket, number: int) -> list[int]:
    """Read so many answers with the image; return their status codes."""
    answered = b""
    while answered.count(b"GIF89a") < number or not answered.endswith(b"\x44\x01\x00;"):
        part = wire.recv(65536)
        if not part:
            break
        answered += part
    return [int(part[:3]) for part in answered.split(b"HTTP/1.1 ")[1:]]


def busy_pages(target: Target) -> Came:
    """Press Stop on many pages, so that each thread waits for the lock. Meanwhile ask /healthz."""
    pages = [link.replace("/i/", "/n/").removesuffix(".gif") for link in target.links]
    worst = 0.0
    with ThreadPoolExecutor(PAGES) as people:
        pressed = [people.submit(_press, page) for page in pages]
        while not all(one.done() for one in pressed):
            asked = time.monotonic()
            with urlopen(f"{target.product.url}/healthz", timeout=30):  # noqa: S310  # loopback
                worst = max(worst, time.monotonic() - asked)
            time.sleep(0.05)
    return Came(
        f"{len(pages)} people pressed Stop",
        [Figure("pages", "the worst /healthz", worst, "s", aim=WORST_HEALTHZ)],
    )


def _press(page: str) -> None:
    try:
        with urlopen(Request(page, b"", method="POST"), timeout=60):  # noqa: S310  # loopback
            pass
    except OSError:
        pass  # answered 503: the lock was held for too long


def _with_links(target: Target) -> None:
    target.links += [target.product.new_pixel_url() for _ in range(PAGES)]
    for link in target.links[:2]:
        open_once(link)
    lock(target)


ATTACKS = [
    Attack(
        "spool",
        "invented tokens and long user agents while the database is locked",
        flood_spool,
        prepare=_with_links,
    ),
    Attack("pages", f"{PAGES} pages wait for a locked database", busy_pages, prepare=_with_links),
]
