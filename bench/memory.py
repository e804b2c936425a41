"""Measures the growth of the pixel server's memory under requests with ever new tokens and addresses."""

import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.figures import Aim, Figure
from bench.filled_database import fill
from bench.product import Product
from bench.programs import ROOT, load, resident_mib

PART = "memory"
LINKS = 600_000
SLICE, SLICES = 5.0, 12
WARM = 2
"""Slices before growth counts. In them, caches of a fixed size fill up."""
FLAT, MUST = 2.0, 20.0
"""MiB."""


class Grown(NamedTuple):
    requests: int
    at_start: float
    warm: float
    at_end: float
    """MiB, like the two above."""


def measure(slices: int = SLICES, links: int = LINKS) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        filled = fill(product.engine, product.settings, links, 0)
        with product.pixel_server() as server:
            grown = _under_load(product, server, slices)
    note = (
        f"{grown.requests:,} requests, {min(grown.requests, filled.links):,} of them for a link each; "
        f"{grown.at_start:.0f} MiB at the start, {grown.warm:.0f} warm, {grown.at_end:.0f} at the end"
    )
    growth = grown.at_end - grown.warm
    return [
        Figure(
            PART, "pixel server's memory, growth under load", growth, "MiB", aim=Aim(FLAT, MUST), note=note
        )
    ]


def _under_load(product: Product, server: subprocess.Popen[bytes], slices: int) -> Grown:
    script, host = str(ROOT / "bench" / "distinct.lua"), f"127.0.0.1:{product.port}"
    sizes, requests = [resident_mib(server.pid)], 0
    for _ in range(slices):
        given = (script, host, str(requests))
        requests += load(product.url, server.pid, seconds=SLICE, script=given).requests
        sizes.append(resident_mib(server.pid))
    return Grown(requests, sizes[0], sizes[min(WARM, slices - 1)], sizes[-1])
