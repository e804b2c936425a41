"""Requests a second: the pixel, judged and on disk before the answer, in turns with other servers."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from sqlmodel import func, select

from bench.compared_servers import (
    BARE,
    COMMITS,
    COMPARED_SERVERS,
    EXPRESS,
    POSTGRES,
    PYTRACKING,
    SQLITE,
    Server,
)
from bench.figures import Aim, Figure, figure, ratios
from bench.programs import Slice, UnavailableError, WrongResultError, load
from storage.engine import reading
from storage.tables import FetchRow

PART = "throughput"
SLICES = 9
CONNECTIONS = (64, 128)
GMAIL = (
    "User-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "X-Forwarded-For: 66.249.84.1",
    "Accept-Encoding: gzip,deflate,br",
)
AGAINST_BARE = {SQLITE: Aim(0.90, 0.55, more=True), POSTGRES: Aim(0.70, 0.45, more=True)}
AGAINST_OTHERS = {
    COMMITS: Aim(40, 20, more=True),
    EXPRESS: Aim(14, 8, more=True),
    PYTRACKING: None,
}

Found = dict[str, list[Slice]]
"""The slices of each server, by its name."""


def measure(slices: int = SLICES, seconds: float = 2) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        running, missing = _start(Path(folder), stack)
        figures: list[Figure] = []
        all_found: Found = {name: [] for name in running}
        for connections in CONNECTIONS:
            found = _in_turns(running, connections, slices, seconds)
            figures += _figures(found, connections)
            for name, seen in found.items():
                all_found[name] += seen
        figures += [Figure(PART, name, None, note=why) for name, why in missing.items()]
        return figures + [
            kept for name in (SQLITE, POSTGRES) for kept in _kept(name, running, all_found, slices)
        ]


def _start(folder: Path, stack: ExitStack) -> tuple[dict[str, Server], dict[str, str]]:
    """Return the servers that run, and for each other one why it does not."""
    running: dict[str, Server] = {}
    missing: dict[str, str] = {}
    for number, (name, start) in enumerate(COMPARED_SERVERS.items()):
        own = folder / str(number)
        own.mkdir()
        try:
            running[name] = stack.enter_context(start(own))
        except UnavailableError as why:
            if name in (BARE, SQLITE):
                raise  # all ratios need these two
            missing[name] = str(why)
    return running, missing


def _in_turns(running: dict[str, Server], connections: int, slices: int, seconds: float) -> Found:
    found: Found = {name: [] for name in running}
    for _ in range(slices):
        for name, server in running.items():
            slice_ = load(server.url, server.pid, seconds=seconds, connections=connections, headers=GMAIL)
            found[name].append(slice_)
    return found


def _figures(found: Found, connections: int) -> list[Figure]:
    at = f"{connections} connections"
    rates = {name: [part.per_second for part in seen] for name, seen in found.items()}
    figures = [
        figure(PART, f"{name}, {at}", seen, "req/s", note=_cost(found[name])) for name, seen in rates.items()
    ]
    for name, aim in AGAINST_BARE.items():
        if name in rates:
            figures.append(figure(PART, f"{name} / {BARE}, {at}", ratios(rates[name], rates[BARE]), "", aim))
    for name, other in AGAINST_OTHERS.items():
        if name in rates:
            times = ratios(rates[SQLITE], rates[name])
            figures.append(figure(PART, f"{SQLITE} / {name}, {at}", times, "x", other))
    return figures


def _cost(seen: list[Slice]) -> str:
    cpu, p99 = median(part.cpu_us for part in seen), median(part.p99_ms for part in seen)
    return f"CPU {cpu:.0f} µs each, p99 {p99:.1f} ms"


def _kept(name: str, running: dict[str, Server], found: Found, slices: int) -> list[Figure]:
    """Count the answers without a row. Rows beyond the answers were in flight when a slice ended."""
    product = running[name].product if name in running else None
    if product is None:
        return []
    product.check_every_answer_is_kept()
    with reading(product.engine) as session:
        kept = session.exec(select(func.count()).select_from(FetchRow)).one()
    answered, in_flight = sum(part.requests for part in found[name]), slices * sum(CONNECTIONS)
    if kept > answered + in_flight:
        raise WrongResultError(f"{name}: {kept} rows for {answered} answers and {in_flight} in flight")
    note = f"{answered:,} answered, {kept:,} rows, at most {in_flight:,} in flight"
    return [figure(PART, f"answers not on disk, {name}", [max(0, answered - kept)], "", Aim(0), note)]
