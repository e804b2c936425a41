"""Measures the slowest requests at an easy rate: 300 a second, open loop."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.compared_servers import BARE, COMPARED_SERVERS, SQLITE, bare_and_a_flush
from bench.figures import Aim, Figure, figure, ratios
from bench.open_loop import centile
from bench.programs import CLIENT_CORE, ROOT, on_core
from bench.throughput import GMAIL, LINKS

PART = "latency"
FLUSH = "bare uvicorn and a flush"
RATE, SECONDS, SLICES = 300, 2, 9


def measure(slices: int = SLICES, seconds: float = SECONDS) -> list[Figure]:
    found: dict[str, list[list[float]]] = {BARE: [], FLUSH: [], SQLITE: []}
    with (
        tempfile.TemporaryDirectory() as folder,
        COMPARED_SERVERS[BARE](Path(folder), LINKS) as bare_afresh,
        bare_and_a_flush(Path(folder), LINKS) as flush_afresh,
        COMPARED_SERVERS[SQLITE](Path(folder), LINKS) as pixel_afresh,
        bare_afresh() as bare,
        flush_afresh() as flush,
        pixel_afresh() as pixel,
    ):
        for _ in range(slices):
            for name, server in ((BARE, bare), (FLUSH, flush), (SQLITE, pixel)):
                found[name].append(ask(server.pixel, seconds))
    p99 = {name: [centile(took, 0.99) for took in slices_] for name, slices_ in found.items()}
    return [
        *(
            figure(PART, f"{name}, p99 at {RATE}/s", p99[name], "ms", note=f"p50 {_median(slices_):.2f} ms")
            for name, slices_ in found.items()
        ),
        figure(PART, f"p99 at {RATE}/s against {BARE}", ratios(p99[SQLITE], p99[BARE]), "x", Aim(2, 4)),
        figure(PART, f"{FLUSH}: p99 against {BARE}", ratios(p99[FLUSH], p99[BARE]), "x"),
    ]


def _median(slices: list[list[float]]) -> float:
    return centile([one for took in slices for one in took], 0.5)


def ask(url: str, seconds: float) -> list[float]:
    """Return latencies in milliseconds, counted from when each request was due."""
    client = (sys.executable, "-m", "bench.open_loop", url, str(RATE), str(seconds), *GMAIL)
    told = subprocess.run(on_core(CLIENT_CORE, *client), cwd=ROOT, check=True, capture_output=True).stdout
    took: list[float] = json.loads(told)
    return took
