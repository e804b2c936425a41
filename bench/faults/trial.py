"""One trial: the product under load and faults, then quiet, then judgement."""

import asyncio
import time
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.faults import facts as known
from bench.faults import nemesis
from bench.faults.bot_api import LABEL
from bench.faults.facts import Facts
from bench.faults.invariants import judge
from bench.faults.nemesis import World
from bench.faults.processes import BOT, ROOT, SERVER, Product
from bench.faults.testbed import scene
from bench.faults.waiting import until

STORM = ("in flight", "freeze", "lock", "Bot API", "Bot API hangs", "full disk", "read-only disk")
"""Everything but the clock: a bot that is lied to about the time is a slow one."""


class Plan(NamedTuple):
    seed: int = 1
    kills: int = 300
    people: int = 60
    letters: int = 2000
    opens_a_second: float = 100
    faults: tuple[str, ...] = STORM
    fault_every: int = 5
    """After so many kills another fault comes, in turns."""
    slowness: float = 0.1
    """Seconds the Bot API takes at most, before it accepts a message and again before it answers."""
    patience: float = 100
    """Seconds without a message after which what is not told by then counts as lost: more than a lease."""


IMPATIENT = 10.0
"""Patience with those who are known to lose things."""
SHORT = Plan(
    kills=6, people=8, letters=200, faults=("short lock", "in flight", "Bot API"), fault_every=2, slowness=0.2
)


class Verdict(NamedTuple):
    facts: Facts
    broken: dict[str, list[str]]
    done: dict[str, int]
    """How often each fault was done."""
    kills: dict[str, int]
    exits: int
    """Ends of a process that nobody had killed; it was started again each time."""
    seconds: float
    quiet_after: float
    """Seconds from the last fault until all was told."""


def run(folder: Path, plan: Plan, *, root: Path = ROOT) -> Verdict:
    """The product of the tree `root`, in a folder that is there and empty; its logs and ours stay in it."""
    if not nemesis.ON_OWN_DISK & set(plan.faults):
        return asyncio.run(_run(folder, plan, root, disk=None))
    data = folder / "data"
    data.mkdir()
    with nemesis.own_disk(data) as disk:
        return asyncio.run(_run(folder, plan, root, disk=disk))


async def _run(folder: Path, plan: Plan, root: Path, disk: Path | None) -> Verdict:
    began = time.monotonic()
    async with scene(folder, plan.seed, root=root, slowness=plan.slowness) as stage:
        product, api, load, *_ = stage
        faults = nemesis.available(plan.faults, disk)
        if "clock" in faults:
            product.clock.write_text("+0")
        world = World(product, api, load, Random(f"nemesis {plan.seed}"), [], disk)
        product.start(SERVER, BOT)
        done = await _under_load(world, plan, faults)
        calm = time.monotonic()
        await _quiet(world, plan.patience)
        quiet_after = time.monotonic() - calm
        admitted = await _statuses(world)
        codes = product.end()
        facts = _facts(world, admitted)
    broken = judge(facts)
    if codes != {SERVER: 0, BOT: 0}:
        broken["exit"] = [f"SIGTERM ended them with {codes}"]
    seconds = time.monotonic() - began
    return Verdict(facts, broken, done, product.kills, product.exits, seconds, quiet_after)


async def _under_load(world: World, plan: Plan, faults: dict[str, nemesis.Fault]) -> dict[str, int]:
    load = world.load
    keeper = asyncio.create_task(_keep_alive(world.product))
    writing = asyncio.create_task(load.write_letters(plan.people, plan.letters))
    reading = asyncio.create_task(load.open_letters(plan.opens_a_second))
    try:
        await until(lambda: load.acknowledged)
        return await nemesis.torment(world, plan.kills, faults, every=plan.fault_every)
    finally:
        load.closing = True
        writing.cancel()
        await asyncio.gather(writing, reading, return_exceptions=True)
        keeper.cancel()


async def _keep_alive(product: Product) -> None:
    while True:
        await asyncio.sleep(0.5)
        product.keep_alive()


async def _quiet(world: World, patience: float) -> None:
    """Until all is told and settled, or nothing has been said for so long that nothing more will be."""
    since = time.monotonic()
    while not _is_over(_facts(world, _parked(world))):
        world.product.keep_alive()
        if time.monotonic() - max(world.api.last_heard, since) > patience:
            return
        await asyncio.sleep(1)


def _is_over(facts: Facts) -> bool:
    # A message that was sent and not settled is going to be repeated.
    return not judge(facts) and all(owed.state not in ("pending", "sending") for owed in facts.owed)


def _parked(world: World) -> dict[int, int]:
    with known.reading(world.product.database) as database:
        owed = known.owed(database)
    chats = [message.chat for message in owed if message.state == "parked"]
    return {chat: chats.count(chat) for chat in chats}


async def _statuses(world: World) -> dict[int, int]:
    """How many undelivered messages each chat that has some is told of, when it asks."""
    return {chat: count for chat, count in _parked(world).items() if await _admits(world, chat, count)}


async def _admits(world: World, chat: int, count: int) -> bool:
    world.api.says(chat, "/status")
    try:
        async with asyncio.timeout(30):
            await until(lambda: world.api.has_said(chat, f"⚠️ {count} message"))
    except TimeoutError:
        return False
    return True


def _facts(world: World, admitted: dict[int, int]) -> Facts:
    load, api = world.load, world.api
    labels = ((entry, LABEL.search(entry["text"])) for entry in api.log.entries)
    with known.reading(world.product.database) as database:
        return Facts(
            asked=load.asked,
            answered=load.answered,
            tracked=load.tracked,
            links=known.links(database),
            rows=known.rows(database),
            owed=known.owed(database),
            said=[known.said(entry, label[0] if label else "") for entry, label in labels],
            shown=[(label, message.text) for label in list(api.labelled) for message in api.about(label)],
            admitted=admitted,
            in_flight=world.in_flight,
            integrity=known.integrity(database),
            logs=world.product.log.read_text("utf-8"),
            secrets=world.product.secrets,
        )
