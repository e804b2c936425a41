"""Requests a second: the pixel, judged and on disk before the answer, in turns with other servers.

The main rows are for many links in random order; traffic.py says with which mix. In a storm, all requests
are for one link. `python -m bench.throughput --help` says how to measure less of it, in less than a minute.
"""

import argparse
import tempfile
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench import kept, traffic
from bench.compared_servers import (
    BARE,
    COMMITS,
    COMPARED_SERVERS,
    EXPRESS,
    POSTGRES,
    PYTRACKING,
    SQLITE,
    TWO,
    Afresh,
    Server,
)
from bench.figures import Aim, Figure, figure, ratios, save, table
from bench.kept import Kept
from bench.programs import Slice, UnavailableError, load

PART = "throughput"
SLICES, SECONDS = 9, 2
WARMING = 1
"""Seconds before a slice, in which the server fills its caches and the first links are opened."""
LINKS = 20_000
STORM = "a storm (one link)"
CONNECTIONS = 64
GMAIL = (
    "User-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "X-Forwarded-For: 66.249.84.1",
    "Accept-Encoding: gzip,deflate,br",
)
Aims = dict[str, Aim | None]
AGAINST_BARE: Aims = {SQLITE: Aim(0.60, 0.35, more=True), POSTGRES: Aim(0.50, 0.28, more=True)}
STORM_AIMS: Aims = {SQLITE: Aim(0.90, 0.55, more=True), POSTGRES: Aim(0.70, 0.45, more=True)}
Comparisons = dict[str, tuple[str, Aim | None]]
AGAINST_OTHERS: Comparisons = {
    COMMITS: (SQLITE, Aim(25, 12, more=True)),
    EXPRESS: (SQLITE, Aim(6, 3, more=True)),
    PYTRACKING: (SQLITE, None),
    POSTGRES: (TWO, None),
}
"""By the other server: which of ours is compared with it, and the aim."""

Found = dict[str, list[Slice]]
"""The slices of each server, by its name."""


def measure(
    slices: int = SLICES,
    seconds: float = SECONDS,
    links: int = LINKS,
    only: Collection[str] = tuple(COMPARED_SERVERS),
    *,
    storm: bool = True,
) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        servers, missing = prepared(Path(folder), links, only, stack)
        figures = with_many_links(PART, servers, Path(folder), links, slices, seconds)
        figures += [Figure(PART, name, None, note=why) for name, why in missing.items()]
        if storm:
            storms = {name: afresh for name, afresh in servers.items() if name in (BARE, *STORM_AIMS)}
            figures += _storm(storms, slices, seconds)
        return figures


def with_many_links(
    part: str,
    servers: dict[str, Afresh],
    folder: Path,
    links: int,
    slices: int,
    seconds: float,
    against_bare: Aims = AGAINST_BARE,
) -> list[Figure]:
    """Return the figures of slices in turns, for a part of the bench."""
    many = _ManyLinks(folder, links, seconds)
    found: Found = {name: [] for name in servers}
    for _ in range(slices):
        for name, afresh in servers.items():
            found[name].append(many.slice_of(name, afresh))
    where = f"{links:,} links"
    figures = _figures(part, found, where, against_bare, AGAINST_OTHERS)
    return figures + [kept.lost(part, f"{name}, {where}", new) for name, new in many.kept.items()]


def prepared(
    folder: Path, links: int, only: Collection[str], stack: ExitStack
) -> tuple[dict[str, Afresh], dict[str, str]]:
    """Return the servers that can run, and for each other one why it cannot."""
    can_run: dict[str, Afresh] = {}
    missing: dict[str, str] = {}
    for number, (name, prepare) in enumerate(COMPARED_SERVERS.items()):
        if name not in (BARE, *only):
            continue
        own = folder / str(number)
        own.mkdir()
        try:
            can_run[name] = stack.enter_context(prepare(own, links))
        except UnavailableError as why:
            if name in (BARE, SQLITE):
                raise  # all ratios need these two
            missing[name] = str(why)
    return can_run, missing


class _ManyLinks:
    """Slices of load for many links."""

    def __init__(self, folder: Path, links: int, seconds: float) -> None:
        self._folder, self._seconds = folder, seconds
        self._plan = list(traffic.plan(links))
        self.kept: dict[str, list[Kept]] = {}

    def slice_of(self, name: str, afresh: Afresh) -> Slice:
        warming = len(self._plan) // 4
        with afresh() as server:
            before = server.product and kept.stored(server.product.engine)
            warm = self._load(name, server, (0, warming), WARMING)
            measured = self._load(name, server, (warm.sent, len(self._plan)), self._seconds)
            if server.product and before:
                answered = warm.requests + measured.requests
                new = kept.since(before, server.product.engine, answered, 2 * CONNECTIONS)
                kept.check_mix(new)
                self.kept.setdefault(name, []).append(new)
        return measured

    def _load(self, name: str, server: Server, part: tuple[int, int], seconds: float) -> Slice:
        file = self._folder / f"{name}.plan"
        if not file.exists():
            traffic.write(file, self._plan, server.path_of)
        hosts = [url.removeprefix("http://") for url in server.urls]
        script = (traffic.SCRIPT, str(file), *map(str, part), *hosts)
        return load(server.urls[0], *server.pids, seconds=seconds, connections=CONNECTIONS, script=script)


def _storm(servers: dict[str, Afresh], slices: int, seconds: float) -> list[Figure]:
    found: Found = {name: [] for name in servers}
    with ExitStack() as stack:
        running = {name: stack.enter_context(afresh()) for name, afresh in servers.items()}
        before = {name: kept.stored(one.product.engine) for name, one in running.items() if one.product}
        for _ in range(slices):
            for name, server in running.items():
                found[name].append(
                    load(server.pixel, *server.pids, seconds=seconds, connections=CONNECTIONS, headers=GMAIL)
                )
        figures = _figures(PART, found, STORM, STORM_AIMS)
        for name, then in before.items():
            answered = sum(slice_.requests for slice_ in found[name])
            product = running[name].product
            assert product
            new = kept.since(then, product.engine, answered, slices * CONNECTIONS)
            figures.append(kept.lost(PART, f"{name}, {STORM}", [new]))
    return figures


def _figures(
    part: str, found: Found, where: str, against_bare: Aims, others: Comparisons | None = None
) -> list[Figure]:
    rates = {name: [slice_.per_second for slice_ in seen] for name, seen in found.items()}
    figures = [
        figure(part, f"{name}, {where}", seen, "req/s", note=_cost(found[name]))
        for name, seen in rates.items()
    ]
    for name, aim in against_bare.items():
        if name in rates:
            figures.append(
                figure(part, f"{name} / {BARE}, {where}", ratios(rates[name], rates[BARE]), "", aim)
            )
    for name, (ours, other) in (others or {}).items():
        if name in rates and ours in rates:
            times = ratios(rates[ours], rates[name])
            figures.append(figure(part, f"{ours} / {name}, {where}", times, "x", other))
    return figures


def _cost(seen: list[Slice]) -> str:
    cpu, p99 = median(part.cpu_us for part in seen), median(part.p99_ms for part in seen)
    return f"CPU {cpu:.0f} µs each, p99 {p99:.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.throughput", description="Measure a part of it.")
    parser.add_argument(
        "--only", nargs="+", default=tuple(COMPARED_SERVERS), choices=list(COMPARED_SERVERS), metavar="SERVER"
    )
    parser.add_argument("--slices", type=int, default=SLICES)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--links", type=int, default=LINKS)
    parser.add_argument("--storm", action="store_true", help="measure the storm, too")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    figures = measure(given.slices, given.seconds, given.links, given.only, storm=given.storm)
    if given.json:
        save(given.json, figures, {})
    print(table(figures))


if __name__ == "__main__":
    main()
