"""Measures the slowest requests at an easy rate: 300 a second for many links in random order, open loop."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import kept, traffic
from bench.compared_servers import BARE, COMPARED_SERVERS, SQLITE, Server, bare_and_a_flush
from bench.figures import Aim, Figure, figure, ratios
from bench.open_loop import centile
from bench.programs import CLIENT_CORE, ROOT, on_core
from bench.throughput import LINKS
from bench.traffic import Planned

PART = "latency"
FLUSH = "bare uvicorn and a flush"
RATE, SECONDS, SLICES = 300, 2, 9
AT = f"p99 at {RATE}/s, {LINKS:,} links"
AGAINST_BARE, FLUSH_ALONE = f"{AT}, against {BARE}", f"{FLUSH}, {AT}, against {BARE}"


def measure(slices: int = SLICES, seconds: float = SECONDS) -> list[Figure]:
    found: dict[str, list[list[float]]] = {BARE: [], FLUSH: [], SQLITE: []}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        servers = {
            name: stack.enter_context(stack.enter_context(prepare(Path(folder), LINKS))())
            for name, prepare in (
                (BARE, COMPARED_SERVERS[BARE]),
                (FLUSH, bare_and_a_flush),
                (SQLITE, COMPARED_SERVERS[SQLITE]),
            )
        }
        product = servers[SQLITE].product
        assert product
        before, plan = kept.stored(product.engine), list(traffic.plan(LINKS))
        a_slice = round(RATE * seconds)
        for number in range(-1, slices):  # what comes first warms the servers, and does not count
            part = plan[(number + 1) * a_slice :][:a_slice]
            for name, server in servers.items():
                took = ask(server, part)
                if number >= 0:
                    found[name].append(took)
        kept.check_mix(kept.since(before, product.engine, (slices + 1) * a_slice, 0))
    p99 = {name: [centile(took, 0.99) for took in slices_] for name, slices_ in found.items()}
    return [
        *(
            figure(PART, f"{name}, {AT}", p99[name], "ms", note=f"p50 {_median(slices_):.2f} ms")
            for name, slices_ in found.items()
        ),
        figure(PART, AGAINST_BARE, ratios(p99[SQLITE], p99[BARE]), "x", Aim(2, 4)),
        figure(PART, FLUSH_ALONE, ratios(p99[FLUSH], p99[BARE]), "x"),
    ]


def _median(slices: list[list[float]]) -> float:
    return centile([one for took in slices for one in took], 0.5)


def ask(server: Server, planned: Sequence[Planned]) -> list[float]:
    """Return the latencies in milliseconds, counted from when each request was due."""
    given = "\n".join(json.dumps(traffic.request(one, server.urls[0], server.path_of)) for one in planned)
    client = (sys.executable, "-m", "bench.open_loop", server.urls[0], str(RATE))
    told = subprocess.run(
        on_core(CLIENT_CORE, *client), cwd=ROOT, check=True, capture_output=True, input=given, text=True
    ).stdout
    took: list[float] = json.loads(told)
    return took
