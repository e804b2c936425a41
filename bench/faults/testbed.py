"""The product, its Bot API and its people in one folder: set up for a trial, and cleared away after it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.faults.bot_api import BotApi
from bench.faults.load import Load
from bench.faults.logbook import Logbook
from bench.faults.processes import Product


class Scene(NamedTuple):
    product: Product
    api: BotApi
    load: Load
    answered: Logbook
    logs: Path


@asynccontextmanager
async def scene(folder: Path, seed: int, *, root: Path, slowness: float = 0.0) -> AsyncIterator[Scene]:
    """Migrated, and nothing started yet. The product's files are in `data`, what was seen is in `logs`."""
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
        yield Scene(product, api, load, answered, logs)
    finally:
        product.kill_what_is_left()
        await api.stop()
        for book in books:
            book.close()
