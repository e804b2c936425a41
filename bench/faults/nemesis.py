"""What befalls the product: kills by the hundred, and between them whatever else machines do.

Each fault is one function; what this machine does not permit is left out with its reason printed.
"""

import asyncio
import signal
import sqlite3
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.faults.bot_api import HANGS, TROUBLES, BotApi
from bench.faults.facts import Owed, in_flight
from bench.faults.load import READERS, Load
from bench.faults.processes import BOT, SERVER, Product, faketime_library
from bench.faults.waiting import until

DISK_SIZE = "128m"
ON_OWN_DISK = {"full disk", "read-only disk"}
LONGEST_START = 15.0
"""Seconds within which a process that was started is at work; a mutant's may never be."""
LONGEST_PATIENCE = 5.0
"""Seconds after which a pixel server that cannot commit has answered in some way."""


class World(NamedTuple):
    product: Product
    api: BotApi
    load: Load
    random: Random
    in_flight: list[list[Owed]]
    """For each kill of the bot, what it was sending."""
    disk: Path | None
    """Where the product's folder is mounted, if it is a disk of its own."""

    async def kill(self, *names: str) -> None:
        self.product.kill(*names)
        if BOT in names:
            self.in_flight.append(in_flight(self.product.database))
        await asyncio.sleep(self.random.uniform(0, 0.3))

    async def kill_and_start(self, *names: str) -> None:
        await self.kill(*names)
        self.product.start(*names)


Fault = Callable[[World], Awaitable[None]]


async def torment(world: World, kills: int, faults: dict[str, Fault], *, every: int) -> dict[str, int]:
    """Kill so many times, with the other faults in between; how often each was done."""
    done = dict.fromkeys(("kill", *faults), 0)
    for number in range(kills):
        await asyncio.sleep(world.random.uniform(0.3, 3))
        await world.kill_and_start(*world.random.choice([(SERVER,), (BOT,), (SERVER, BOT)]))
        done["kill"] += 1
        if faults and number % every == every - 1:
            # In turns, so that each one comes; the order of things is the seed's all the same.
            name = list(faults)[number // every % len(faults)]
            await _both_work(world)
            await faults[name](world)
            done[name] += 1
    return done


async def _both_work(world: World) -> None:
    """Until both processes are seen at work."""
    load, api, calls, enough = world.load, world.api, world.api.calls, world.load.acknowledged + READERS
    await _wait(lambda: load.acknowledged > enough and api.calls > calls, LONGEST_START)


async def _wait(good: Callable[[], object], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until(good)


async def catch_in_flight(world: World) -> None:
    """The bot dies with a message on its way that Telegram has not taken yet."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_START):
            await world.api.catch()
    await world.kill_and_start(BOT)


async def freeze(world: World) -> None:
    """A process stands still and goes on, as a paused machine does."""
    name = world.random.choice([SERVER, BOT])
    world.product.signal(name, signal.SIGSTOP)
    await asyncio.sleep(world.random.uniform(0.5, 4))
    world.product.signal(name, signal.SIGCONT)


async def lock(world: World, seconds: float = 10.0) -> None:
    """Another program holds the database's lock, and the pixel server dies as soon as it says that it kept
    something all the same, or when its patience has ended.
    """
    other = sqlite3.connect(world.product.database, timeout=60, isolation_level=None, check_same_thread=False)
    with closing(other):
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        # Each reader may be waiting for an answer to what was committed before.
        enough, began = world.load.acknowledged + READERS, time.monotonic()
        await _wait(lambda: world.load.acknowledged > enough, LONGEST_PATIENCE)
        await world.kill_and_start(SERVER)
        await asyncio.sleep(max(0, began + seconds - time.monotonic()))


async def lock_shortly(world: World) -> None:
    await lock(world, 3)


async def sulk(world: World) -> None:
    """The Bot API refuses, fails, talks nonsense and hangs up on half of all messages."""
    world.api.troubles = TROUBLES
    await asyncio.sleep(world.random.uniform(1, 4))
    world.api.troubles = ()


async def hang(world: World) -> None:
    """The Bot API takes messages and does not answer."""
    world.api.troubles = HANGS
    await asyncio.sleep(2)
    world.api.troubles = ()


async def fill(world: World) -> None:
    """No byte is left on the disk, and then there is room again."""
    assert world.disk
    ballast = world.disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
    await asyncio.sleep(world.random.uniform(1, 4))
    if world.random.random() < 0.5:
        await world.kill_and_start(SERVER, BOT)
        await asyncio.sleep(2)
    ballast.unlink()


async def turn_read_only(world: World) -> None:
    """The disk comes back read-only after a crash, and writable again while the processes run."""
    await world.kill(SERVER, BOT)
    _remount(world.disk, "ro")
    world.product.start(SERVER, BOT)
    await asyncio.sleep(world.random.uniform(2, 4))
    _remount(world.disk, "rw")
    await asyncio.sleep(3)


async def jump(world: World) -> None:
    """The bot's clock is an hour ahead, an hour behind, and then right again.

    Nobody says "sent" meanwhile: that is a time.
    """
    await world.load.put_pens_down()
    for ahead in world.random.sample(["+3600", "-3600"], 2):
        world.product.clock.write_text(ahead)
        await asyncio.sleep(world.random.uniform(2, 4))
    world.product.clock.write_text("+0")
    await asyncio.sleep(2)
    world.load.writing = True


def available(names: tuple[str, ...], disk: Path | None) -> dict[str, Fault]:
    """The faults of these names that this machine permits."""
    missing = {name: reason for name in names if (reason := _missing(name, disk))}
    for name, reason in missing.items():
        print(f"  left out: {name}: {reason}")
    return {name: FAULTS[name] for name in names if name not in missing}


def _missing(name: str, disk: Path | None) -> str:
    """What a fault needs and this machine does not have; empty when it has it all."""
    if name in ON_OWN_DISK and disk is None:
        return "no disk could be mounted for it (that takes root)"
    if name == "clock" and faketime_library() is None:
        return "there is no libfaketime (Debian: apt-get install faketime)"
    return ""


FAULTS: dict[str, Fault] = {
    "in flight": catch_in_flight,
    "freeze": freeze,
    "lock": lock,
    "short lock": lock_shortly,
    "Bot API": sulk,
    "Bot API hangs": hang,
    "full disk": fill,
    "read-only disk": turn_read_only,
    "clock": jump,
}


@contextmanager
def own_disk(folder: Path) -> Iterator[Path | None]:
    """The folder as a small disk in memory; None where mounting is not permitted."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_SIZE}", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _remount(disk: Path | None, how: str) -> None:
    assert disk
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)
