"""From the pixel's request to `sendMessage` arriving at a local Bot API, on an otherwise idle machine."""

import socket
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

from bench.product import Product
from bench.rows import Aim, Row, row
from bench.running import Wrong
from demo import telegram

PART = "alert"
OPENS = 100
PAUSE = 0.15
"""Seconds between opens: each makes two messages, and 30 a second are sent at most."""
HEADERS = (
    "User-Agent: Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)",
    "X-Forwarded-For: 188.21.77.218",
)


def measure(opens: int = OPENS) -> list[Row]:
    took = milliseconds(opens)
    p99 = quantiles(took, n=100)[98]
    what = "pixel request → alert at the Bot API"
    return [
        row(PART, f"{what}, p50", took, "ms", Aim(5, 20), f"{opens} opens, one at a time"),
        Row(PART, f"{what}, p99", p99, "ms", aim=Aim(30, 100)),
    ]


def milliseconds(opens: int) -> list[float]:
    """One first open of a link at a time."""
    with telegram.running(limits=telegram.LIFTED) as api, tempfile.TemporaryDirectory() as folder:
        environ = {"BOT_TOKEN": api.token, "TELEGRAM_API_URL": api.url}
        product = Product(Path(folder), **environ)
        people = [api.person(f"Person {number}") for number in range(opens)]
        for person in people:
            api.say(person, "/start")
        with product.pixel_server(), product.bot():
            api.wait_for(lambda: all(api.said(person) for person in people), seconds=60)
            urls = [product.new_pixel_url(person.id) for person in people]
            api.wait_for(lambda: all(len(api.said(person)) > 1 for person in people), seconds=60)
            return [_one(api, person, url) for person, url in zip(people, urls, strict=True)]


def _one(api: telegram.Running, person: telegram.User, url: str) -> float:
    before = len(api.said(person))

    def told() -> bool:
        return len(api.said(person)) > before

    where = urlsplit(url)
    lines = [f"GET {where.path} HTTP/1.1", f"Host: {where.netloc}", *HEADERS, "", ""]
    time.sleep(PAUSE)
    # Connected before the clock starts: a client's own work is no part of what is measured.
    with socket.create_connection((where.hostname, where.port), timeout=10) as wire:
        asked = time.perf_counter()
        wire.sendall("\r\n".join(lines).encode())
        api.wait_for(told)
        took = (time.perf_counter() - asked) * 1000
        if not wire.recv(4096).startswith(b"HTTP/1.1 200 "):
            raise Wrong("the pixel was not answered with 200")
    if "opened" not in (said := api.said(person)[-1].text):
        raise Wrong(f"this is no alert: {said}")
    return took
