"""One token, fetched for ever: whoever has one mail, and many names."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from socket import create_connection

from sqlmodel import col, func, select

from bench.attacks.attack import Attack, Came
from bench.attacks.clients import request
from bench.attacks.target import Target
from bench.figures import Aim, Figure
from storage.engine import reading
from storage.tables import FetchRow, Link

CLIENTS, SECONDS = 8, 30.0
NAME = "one-token"
GROWTH = Aim(20)
"""MB that a minute of it may add to the database."""
ROW_BYTES = 1100
"""Bytes that a fetch takes with its index, its share of the log included."""


def fetch_for_ever(target: Target, seconds: float = SECONDS) -> Came:
    """Fetch one link as fast as the server answers, with another user agent each time."""
    url = target.product.new_pixel_url()
    token = url.rpartition("/")[2].removesuffix(".gif")
    numbers, ends, before = count(), time.monotonic() + seconds, target.database_mb()

    def fetch() -> int:
        answered = 0
        with create_connection(("127.0.0.1", target.port), timeout=10) as wire:
            while time.monotonic() < ends:
                wire.sendall(request(f"/i/{token}.gif", f"User-Agent: scraper/{next(numbers)}"))
                answered += bool(wire.recv(4096))
        return answered

    with ThreadPoolExecutor(CLIENTS) as clients:
        answered = sum(task.result() for task in [clients.submit(fetch) for _ in range(CLIENTS)])
    with reading(target.product.engine) as session:
        of_link = select(func.count(), func.sum(FetchRow.count)).join(Link, col(Link.id) == FetchRow.link_id)
        rows, counted = session.exec(of_link.where(col(Link.token) == token)).one()
    grown = max(target.database_mb() - before, rows * ROW_BYTES / 1e6) * 60 / seconds
    return Came(
        f"{answered} fetches were answered in {seconds:.0f} s and {counted} are counted, in {rows} rows",
        [
            Figure(NAME, "growth of the database in a minute", grown, "MB", aim=GROWTH),
            Figure(NAME, "answers that are not counted", max(0, answered - counted), aim=Aim(0)),
        ],
    )


ATTACKS = [Attack(NAME, "one link, fetched as fast as it goes, by ever other programs", fetch_for_ever)]
