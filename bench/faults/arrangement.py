"""Everything that a trial needs, in one folder: the product, the Bot API, the load, and their logs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.faults.load import Load
from bench.faults.logbook import Logbook
from bench.faults.processes import Product
from bench.faults.unreliable_bot_api import BotApi


class Arrangement(NamedTuple):
    product: Product
    api: BotApi
    load: Load
    answered: Logbook
    logs: Path


@asynccontextmanager
async def arrange(
    folder: Path, seed: int, *, root: Path, slowness: float = 0.0
) -> AsyncIterator[Arrangement]:
    """Migrate the database and start the Bot API, but no process of the product. Clear up afterwards.

    The product's files are in `data`, the logs in `logs`.
    """
    data, logs = folder / "data", folder / "logs"
    data.mkdir(exist_ok=True)
    logs.mkdir()
    said, asked, answered = books = [
        Logbook(logs / f"{name}.jsonl") for name in ("said", "asked", "answered")
    ]
    api = BotApi(said, Random(f"api {seed}"), slowness=slowness)
    await api.start()
    product = Product(data, logs, token=api.token, api=f"http://127.0.0.1:{api.port}", root=root)
    load = Load(api, product.port, asked, answered, Random(f"load {seed}"))
    try:
        product.upgrade()
        yield Arrangement(product, api, load, answered, logs)
    finally:
        product.kill_what_is_left()
        await api.stop()
        for book in books:
            book.close()
