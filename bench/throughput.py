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
from typing import NamedTuple

from sqlmodel import col, func, select

from bench import traffic
from bench.compared_servers import (
    BARE,
    COMMITS,
    COMPARED_SERVERS,
    EXPRESS,
    POSTGRES,
    PYTRACKING,
    SQLITE,
    Afresh,
    Server,
)
from bench.figures import Aim, Figure, figure, ratios, save, table
from bench.product import Product
from bench.programs import Slice, UnavailableError, WrongResultError, load
from bench.traffic import FIRST_OPENS
from storage.engine import reading
from storage.kinds import MessageKind
from storage.tables import FetchRow, OutboxMessage

PART = "throughput"
SLICES, SECONDS = 9, 2
WARMING = 1
"""Seconds before a slice, in which the server fills its caches and the first links are opened."""
LINKS = 20_000
CONNECTIONS = 64
GMAIL = (
    "User-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "X-Forwarded-For: 66.249.84.1",
    "Accept-Encoding: gzip,deflate,br",
)
AGAINST_BARE = {SQLITE: Aim(0.60, 0.35, more=True), POSTGRES: Aim(0.50, 0.28, more=True)}
STORM = {SQLITE: Aim(0.90, 0.55, more=True), POSTGRES: Aim(0.70, 0.45, more=True)}
AGAINST_OTHERS = {
    COMMITS: Aim(25, 12, more=True),
    EXPRESS: Aim(6, 3, more=True),
    PYTRACKING: None,
}
MISSED_SHARE = 0.02
"""How far the share of alerts may be from the planned one."""
IN_FLIGHT = 2 * CONNECTIONS
"""Requests that the warming and the slice may leave unanswered when they end."""

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
        prepared, missing = _prepared(Path(folder), links, only, stack)
        many = _ManyLinks(Path(folder), links, seconds)
        found: Found = {name: [] for name in prepared}
        for _ in range(slices):
            for name, afresh in prepared.items():
                found[name].append(many.slice_of(name, afresh))
        figures = _figures(found, f"{links:,} links", AGAINST_BARE, AGAINST_OTHERS)
        figures += [Figure(PART, name, None, note=why) for name, why in missing.items()]
        figures += [_kept(name, slices_) for name, slices_ in many.kept.items()]
        if storm:
            storms = {name: afresh for name, afresh in prepared.items() if name in (BARE, *STORM)}
            figures += _figures(_storm(storms, slices, seconds), "a storm (one link)", STORM, {})
        return figures


def _prepared(
    folder: Path, links: int, only: Collection[str], stack: ExitStack
) -> tuple[dict[str, Afresh], dict[str, str]]:
    """Return the servers that can run, and for each other one why it cannot."""
    prepared: dict[str, Afresh] = {}
    missing: dict[str, str] = {}
    for number, (name, prepare) in enumerate(COMPARED_SERVERS.items()):
        if name not in (BARE, *only):
            continue
        own = folder / str(number)
        own.mkdir()
        try:
            prepared[name] = stack.enter_context(prepare(own, links))
        except UnavailableError as why:
            if name in (BARE, SQLITE):
                raise  # all ratios need these two
            missing[name] = str(why)
    return prepared, missing


class Kept(NamedTuple):
    """What the database held more after a slice than before it, and how many requests were answered."""

    answered: int
    fetches: int
    alerts: int


class _ManyLinks:
    """Slices of load for many links."""

    def __init__(self, folder: Path, links: int, seconds: float) -> None:
        self._folder, self._seconds = folder, seconds
        self._plan = list(traffic.plan(links))
        self.kept: dict[str, list[Kept]] = {}

    def slice_of(self, name: str, afresh: Afresh) -> Slice:
        warming = len(self._plan) // 4
        with afresh() as server:
            before = _stored(server.product)
            warm = self._load(name, server, (0, warming), WARMING)
            measured = self._load(name, server, (warm.sent, len(self._plan)), self._seconds)
            if server.product:
                server.product.check_every_answer_is_kept()
                new = (after - then for after, then in zip(_stored(server.product), before, strict=True))
                kept = Kept(warm.requests + measured.requests, *new)
                self.kept.setdefault(name, []).append(kept)
                _check(name, kept)
        return measured

    def _load(self, name: str, server: Server, part: tuple[int, int], seconds: float) -> Slice:
        file = self._folder / f"{name}.plan"
        if not file.exists():
            traffic.write(file, self._plan, server.path_of)
        script = (traffic.SCRIPT, str(file), server.url.removeprefix("http://"), *map(str, part))
        return load(server.url, server.pid, seconds=seconds, connections=CONNECTIONS, script=script)


def _stored(product: Product | None) -> tuple[int, int]:
    """Return how many fetches and how many alerts of an open there are."""
    if product is None:
        return 0, 0
    alerts = select(func.count()).where(col(OutboxMessage.kind) == MessageKind.OPENED)
    with reading(product.engine) as session:
        fetches = session.exec(select(func.count()).select_from(FetchRow)).one()
        return fetches, session.exec(alerts).one()


def _check(name: str, kept: Kept) -> None:
    """Raise WrongResultError if something else was measured than what the rows say."""
    if kept.fetches > kept.answered + IN_FLIGHT:
        raise WrongResultError(f"{name}: {kept.fetches} rows for {kept.answered} answers")
    if abs(kept.alerts / kept.fetches - FIRST_OPENS) > MISSED_SHARE:
        raise WrongResultError(f"{name}: {kept.alerts} alerts for {kept.fetches} fetches are not a third")


def _kept(name: str, slices: list[Kept]) -> Figure:
    """Count the answers without a row. Rows beyond the answers were in flight when a slice ended."""
    answered, fetches, alerts = (sum(column) for column in zip(*slices, strict=True))
    lost = sum(max(0, kept.answered - kept.fetches) for kept in slices)
    note = f"{answered:,} answered, {fetches:,} rows, {alerts:,} alerts of an open ({alerts / fetches:.3f})"
    return Figure(PART, f"answers not on disk, {name}", lost, aim=Aim(0), note=note)


def _storm(prepared: dict[str, Afresh], slices: int, seconds: float) -> Found:
    found: Found = {name: [] for name in prepared}
    with ExitStack() as stack:
        running = {name: stack.enter_context(afresh()) for name, afresh in prepared.items()}
        for _ in range(slices):
            for name, server in running.items():
                slice_ = load(
                    server.pixel, server.pid, seconds=seconds, connections=CONNECTIONS, headers=GMAIL
                )
                found[name].append(slice_)
    return found


def _figures(
    found: Found, where: str, against_bare: dict[str, Aim], against_others: dict[str, Aim | None]
) -> list[Figure]:
    rates = {name: [part.per_second for part in seen] for name, seen in found.items()}
    figures = [
        figure(PART, f"{name}, {where}", seen, "req/s", note=_cost(found[name]))
        for name, seen in rates.items()
    ]
    for name, aim in against_bare.items():
        if name in rates:
            figures.append(
                figure(PART, f"{name} / {BARE}, {where}", ratios(rates[name], rates[BARE]), "", aim)
            )
    for name, other in against_others.items():
        if name in rates and SQLITE in rates:
            times = ratios(rates[SQLITE], rates[name])
            figures.append(figure(PART, f"{SQLITE} / {name}, {where}", times, "x", other))
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
