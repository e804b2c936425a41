"""Measures the CPU time of both processes while nothing happens."""

import tempfile
import time
from pathlib import Path

from bench.figures import Aim, Figure
from bench.product import Product
from bench.programs import cpu_seconds
from demo import telegram

PART = "idle"
SECONDS = 20.0
SETTLING = 3.0
"""Seconds after the start, in which the processes finish what they do only once."""


def measure(seconds: float = SECONDS) -> list[Figure]:
    with telegram.running() as api, tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder), BOT_TOKEN=api.token, TELEGRAM_API_URL=api.url)
        with product.pixel_server() as server, product.bot() as bot:
            api.wait_for(lambda: api.commands, seconds=30)
            time.sleep(SETTLING)
            before = [cpu_seconds(process.pid) for process in (server, bot)]
            time.sleep(seconds)
            spent = [
                (cpu_seconds(process.pid) - then) / seconds * 100
                for process, then in zip((server, bot), before, strict=True)
            ]
    note = f"pixel server {spent[0]:.2f} %, bot {spent[1]:.2f} %, over {seconds:.0f} s"
    return [Figure(PART, "idle CPU of both processes", sum(spent), "%", aim=Aim(0.5, 2), note=note)]
