"""Measures a large database: a chat's last ten links, adding a row, and a start, with 10 million fetches.

Beside it, the same with 100,000 fetches. Each link has ten.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from bench.figures import Aim, Figure, figure, ratios
from bench.filled_database import FIRST_CHAT, LINKS_A_CHAT, Filled, arrival, fill
from bench.product import Product
from bot.messages.listing import PAGE_SIZE
from storage import links
from storage.engine import reading
from storage.ingest import record

PART = "scale"
FETCHES_EACH = 10
SMALL, LARGE = 100_000, 10_000_000
SLICES = 9
AIM = Aim(1.5)
PAGES, BATCHES, BATCH = 200, 20, 64


class Database:
    """A database with so many fetches, and the three things that are timed on it."""

    def __init__(self, folder: Path, fetches: int) -> None:
        folder.mkdir()
        self._product = Product(folder)
        self.filled: Filled = fill(
            self._product.engine, self._product.settings, fetches // FETCHES_EACH, FETCHES_EACH
        )
        self._chosen = Random(1)  # the same links in every run
        self._engine: Engine = self._product.engine

    def page(self) -> None:
        """Read the last ten links of a chat, as `/history` does."""
        chat = FIRST_CHAT + self._chosen.randrange(self.filled.links // LINKS_A_CHAT)
        with reading(self._engine) as session:
            assert len(links.newest(session, chat, 0, PAGE_SIZE)) == PAGE_SIZE

    def batch(self) -> None:
        """Judge and commit opens of some links together."""
        chosen = self._chosen.sample(range(self.filled.links), BATCH)
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            record(connection, [arrival(number) for number in chosen], self._product.settings.windows)

    def start(self) -> float:
        """Return the seconds from the pixel server's start until it answers."""
        began = time.perf_counter()
        with self._product.pixel_server():
            return time.perf_counter() - began


def microseconds(act: Callable[[], None], times: int) -> float:
    """Return the mean microseconds of doing it so many times."""
    started = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - started) / times * 1e6


def measure(small: int = SMALL, large: int = LARGE, slices: int = SLICES) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        databases = [Database(Path(folder) / str(fetches), fetches) for fetches in (small, large)]
        pages: list[list[float]] = [[], []]
        inserts: list[list[float]] = [[], []]
        starts: list[list[float]] = [[], []]
        for _ in range(slices):
            for database, read, written, started in zip(databases, pages, inserts, starts, strict=True):
                read.append(microseconds(database.page, PAGES))
                written.append(microseconds(database.batch, BATCHES) / BATCH)
                started.append(database.start())
    return [
        *_against("last ten links of a chat", databases, pages, AIM),
        *_against(f"a row inserted, {BATCH} a batch", databases, inserts, AIM),
        *_against("start of the pixel server", databases, starts, AIM, "s"),
    ]


def _against(
    what: str, databases: list[Database], seen: list[list[float]], aim: Aim, unit: str = "µs"
) -> list[Figure]:
    (few, many), (short, long) = [database.filled.fetches for database in databases], seen
    filling = f"filled in {databases[1].filled.seconds:.0f} s"
    return [
        figure(PART, f"{what}, {few:,} fetches", short, unit),
        figure(PART, f"{what}, {many:,} fetches", long, unit),
        figure(PART, f"{what}, {many:,} fetches against {few:,}", ratios(long, short), "x", aim, filling),
    ]
