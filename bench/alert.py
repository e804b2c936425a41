"""Measures how long an alert takes: from the pixel's request to its `sendMessage` at a local Bot API.

The machine is otherwise idle.
"""

import socket
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

from bench.figures import Aim, Figure, figure
from bench.product import Product
from bench.programs import WrongResultError
from demo import telegram

PART = "alert"
OPENS = 100
PAUSE = 0.15
"""Seconds between opens. Each open makes two messages, and the bot sends at most 30 a second."""
HEADERS = (
    "User-Agent: Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)",
    "X-Forwarded-For: 188.21.77.218",
)


def measure(opens: int = OPENS) -> list[Figure]:
    took = milliseconds(opens)
    p99 = quantiles(took, n=100)[98]
    what = "pixel request → alert at the Bot API"
    return [
        figure(PART, f"{what}, p50", took, "ms", Aim(5, 20), f"{opens} opens, one at a time"),
        Figure(PART, f"{what}, p99", p99, "ms", aim=Aim(30, 100)),
    ]


def milliseconds(opens: int) -> list[float]:
    """Return the milliseconds of so many first opens, one at a time, each of another link."""
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

    def alert_arrived() -> bool:
        return len(api.said(person)) > before

    where = urlsplit(url)
    lines = [f"GET {where.path} HTTP/1.1", f"Host: {where.netloc}", *HEADERS, "", ""]
    time.sleep(PAUSE)
    # The client connects before the clock starts, so that its own work is not measured.
    with socket.create_connection((where.hostname, where.port), timeout=10) as wire:
        asked = time.perf_counter()
        wire.sendall("\r\n".join(lines).encode())
        api.wait_for(alert_arrived)
        took = (time.perf_counter() - asked) * 1000
        if not wire.recv(4096).startswith(b"HTTP/1.1 200 "):
            raise WrongResultError("the pixel server did not answer with 200")
    if "opened" not in (said := api.said(person)[-1].text):
        raise WrongResultError(f"the bot sent something other than an alert: {said}")
    return took
