"""What ten million opens cost that a hundred thousand do not: a chat's last ten links, and one more row."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from bench.filling import FIRST_CHAT, LINKS_A_CHAT, Filled, arrival, fill
from bench.product import Product
from bench.rows import Aim, Row, ratios, row
from bot.messages.listing import PAGE
from storage import links
from storage.engine import reading
from storage.ingest import record

PART = "history"
OPENS_EACH = 10
SMALL, LARGE = 100_000, 10_000_000
SLICES = 9
PAGES, BATCHES, BATCH = 200, 20, 64


class Past:
    """A database with so many opens, and what is asked of it."""

    def __init__(self, folder: Path, opens: int) -> None:
        folder.mkdir()
        self._product = Product(folder)
        self.filled: Filled = fill(self._product, opens // OPENS_EACH, OPENS_EACH)
        self._chosen = Random(1)  # the same links in every run
        self._engine: Engine = self._product.engine

    def page(self) -> None:
        """The last ten links of some chat, as `/history` reads them."""
        chat = FIRST_CHAT + self._chosen.randrange(self.filled.links // LINKS_A_CHAT)
        with reading(self._engine) as session:
            assert len(links.newest(session, chat, 0, PAGE)) == PAGE

    def batch(self) -> None:
        """Opens of some links, judged and committed together."""
        chosen = self._chosen.sample(range(self.filled.links), BATCH)
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            record(connection, [arrival(number) for number in chosen], self._product.settings.windows)


def microseconds(act: Callable[[], None], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - started) / times * 1e6


def measure(small: int = SMALL, large: int = LARGE, slices: int = SLICES) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        pasts = [Past(Path(folder) / str(opens), opens) for opens in (small, large)]
        pages: list[list[float]] = [[], []]
        inserts: list[list[float]] = [[], []]
        for _ in range(slices):
            for past, read, written in zip(pasts, pages, inserts, strict=True):
                read.append(microseconds(past.page, PAGES))
                written.append(microseconds(past.batch, BATCHES) / BATCH)
    return [
        *_against("last ten links of a chat", pasts, pages, Aim(1.5, 3)),
        *_against(f"a row inserted, {BATCH} a batch", pasts, inserts, Aim(2, 4)),
    ]


def _against(what: str, pasts: list[Past], seen: list[list[float]], aim: Aim) -> list[Row]:
    (few, many), (short, long) = [past.filled.opens for past in pasts], seen
    filling = f"filled in {pasts[1].filled.seconds:.0f} s"
    return [
        row(PART, f"{what}, {few:,} opens", short, "µs"),
        row(PART, f"{what}, {many:,} opens", long, "µs"),
        row(PART, f"{what}, {many:,} opens against {few:,}", ratios(long, short), "x", aim, filling),
    ]
