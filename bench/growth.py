"""Measures what more links cost: the throughput with few and with a million, and the start of the server."""

import os
import signal
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.compared_servers import POSTGRES, SQLITE, Afresh
from bench.figures import Figure, figure
from bench.programs import load
from bench.throughput import GMAIL, LINKS, SECONDS, prepared, with_many_links

PART = "growth"
FEW, MANY = 1_000, 1_000_000
SLICES = 3
STARTS = 3


def measure(sizes: tuple[int, ...] = (FEW, LINKS, MANY), slices: int = SLICES) -> list[Figure]:
    return [found for links in sizes for found in _with(links, slices)]


def _with(links: int, slices: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        servers, missing = prepared(Path(folder), links, (SQLITE, POSTGRES), stack)
        figures = [Figure(PART, f"{name}, {links:,} links", None, note=why) for name, why in missing.items()]
        if links != LINKS:  # the throughput's own row
            figures += with_many_links(
                PART, servers, Path(folder), links, slices, SECONDS, dict.fromkeys((SQLITE, POSTGRES))
            )
        for name in (SQLITE, POSTGRES):
            if name in servers:
                figures += _starts(f"{name}, {links:,} links", servers[name])
        return figures


def _starts(where: str, afresh: Afresh) -> list[Figure]:
    """Return how long a start takes until the server answers, and one after a kill under load."""
    clean: list[float] = []
    killed: list[float] = []
    for _ in range(STARTS):
        with afresh() as server:
            clean.append(server.start_seconds)
            load(server.pixel, *server.pids, seconds=1, headers=GMAIL)
            os.kill(server.pids[0], signal.SIGKILL)
            assert server.product
            began = time.perf_counter()
            with server.product.pixel_server():
                killed.append(time.perf_counter() - began)
    return [
        figure(PART, f"start, {where}", clean, "s"),
        figure(PART, f"start after a kill under load, {where}", killed, "s"),
    ]
