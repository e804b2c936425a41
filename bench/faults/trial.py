"""One trial: the product runs under load and faults, comes to rest, and is checked against the invariants."""

import asyncio
import time
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.faults import nemesis, observations
from bench.faults.arrangement import arrange
from bench.faults.invariants import judge
from bench.faults.nemesis import Target
from bench.faults.observations import Observations
from bench.faults.processes import BOT, ROOT, SERVER, Product
from bench.faults.unreliable_bot_api import LABEL
from bench.faults.waiting import until

ALL_FAULTS = ("in flight", "freeze", "lock", "Bot API", "Bot API hangs", "full disk", "read-only disk")
"""All but the clock: libfaketime makes the bot slow."""


class Plan(NamedTuple):
    seed: int = 1
    kills: int = 300
    people: int = 60
    letters: int = 2000
    opens_a_second: float = 100
    faults: tuple[str, ...] = ALL_FAULTS
    fault_every: int = 5
    """One other fault comes after so many kills."""
    slowness: float = 0.1
    """The most seconds that the Bot API takes before it accepts a message, and again before it answers."""
    patience: float = 100
    """Seconds without a message after which untold opens count as lost. Longer than a lease."""


SHORT_PATIENCE = 10.0
"""Patience with mutants, which are known to lose things."""
SHORT = Plan(
    kills=6, people=8, letters=200, faults=("short lock", "in flight", "Bot API"), fault_every=2, slowness=0.2
)


class Result(NamedTuple):
    observed: Observations
    broken: dict[str, list[str]]
    done: dict[str, int]
    """The number of times that each fault was injected."""
    kills: dict[str, int]
    exits: int
    """The number of times that a process ended without being killed. Each time it was restarted."""
    seconds: float
    quiet_after: float
    """Seconds from the last fault until every message was settled."""


def run(folder: Path, plan: Plan, *, root: Path = ROOT) -> Result:
    """Run one trial with the source tree `root`. `folder` must be empty; all logs stay in it."""
    if not nemesis.ON_OWN_DISK & set(plan.faults):
        return asyncio.run(_run(folder, plan, root, disk=None))
    data = folder / "data"
    data.mkdir()
    with nemesis.own_disk(data) as disk:
        return asyncio.run(_run(folder, plan, root, disk=disk))


async def _run(folder: Path, plan: Plan, root: Path, disk: Path | None) -> Result:
    began = time.monotonic()
    async with arrange(folder, plan.seed, root=root, slowness=plan.slowness) as arranged:
        product, api, load, *_ = arranged
        faults = nemesis.available(plan.faults, disk)
        if "clock" in faults:
            product.clock.write_text("+0")
        target = Target(product, api, load, Random(f"nemesis {plan.seed}"), [], disk)
        product.start(SERVER, BOT)
        done = await _under_load(target, plan, faults)
        calm = time.monotonic()
        await _quiet(target, plan.patience)
        quiet_after = time.monotonic() - calm
        admitted = await _statuses(target)
        codes = product.end()
        observed = _observe(target, admitted)
    broken = judge(observed)
    if codes != {SERVER: 0, BOT: 0}:
        broken["exit"] = [f"SIGTERM ended them with {codes}"]
    seconds = time.monotonic() - began
    return Result(observed, broken, done, product.kills, product.exits, seconds, quiet_after)


async def _under_load(target: Target, plan: Plan, faults: dict[str, nemesis.Fault]) -> dict[str, int]:
    load = target.load
    keeper = asyncio.create_task(_keep_alive(target.product))
    writing = asyncio.create_task(load.write_letters(plan.people, plan.letters))
    reading = asyncio.create_task(load.open_letters(plan.opens_a_second))
    try:
        await until(lambda: load.acknowledged)
        return await nemesis.inject(target, plan.kills, faults, every=plan.fault_every)
    finally:
        load.closing = True
        writing.cancel()
        await asyncio.gather(writing, reading, return_exceptions=True)
        keeper.cancel()


async def _keep_alive(product: Product) -> None:
    while True:
        await asyncio.sleep(0.5)
        product.keep_alive()


async def _quiet(target: Target, patience: float) -> None:
    """Wait until every message is settled, or until no message has come for `patience` seconds."""
    since = time.monotonic()
    while not _is_over(_observe(target, _parked(target))):
        target.product.keep_alive()
        if time.monotonic() - max(target.api.last_heard, since) > patience:
            return
        await asyncio.sleep(1)


def _is_over(observed: Observations) -> bool:
    # A message that was sent and not settled will be repeated.
    return not judge(observed) and all(row.state not in ("pending", "sending") for row in observed.outbox)


def _parked(target: Target) -> dict[int, int]:
    with observations.reading(target.product.database) as database:
        rows = observations.outbox(database)
    chats = [message.chat for message in rows if message.state == "parked"]
    return {chat: chats.count(chat) for chat in chats}


async def _statuses(target: Target) -> dict[int, int]:
    """Return, by chat, how many undelivered messages `/status` reports."""
    return {chat: count for chat, count in _parked(target).items() if await _admits(target, chat, count)}


async def _admits(target: Target, chat: int, count: int) -> bool:
    target.api.says(chat, "/status")
    try:
        async with asyncio.timeout(30):
            await until(lambda: target.api.has_said(chat, f"⚠️ {count} message"))
    except TimeoutError:
        return False
    return True


def _observe(target: Target, admitted: dict[int, int]) -> Observations:
    load, api = target.load, target.api
    labels = ((entry, LABEL.search(entry["text"])) for entry in api.log.entries)
    with observations.reading(target.product.database) as database:
        return Observations(
            asked=load.asked,
            answered=load.answered,
            tracked=load.tracked,
            links=observations.links(database),
            rows=observations.rows(database),
            outbox=observations.outbox(database),
            sent=[observations.sent_message(entry, label[0] if label else "") for entry, label in labels],
            shown=[(label, message.text) for label in list(api.labelled) for message in api.about(label)],
            admitted=admitted,
            in_flight=target.in_flight,
            integrity=observations.integrity(database),
            logs=target.product.log.read_text("utf-8"),
            secrets=target.product.secrets,
        )
