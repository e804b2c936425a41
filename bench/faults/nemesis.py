"""Faults for the product: hundreds of kills, and other faults between them.

Each fault is one function. A fault that this machine does not permit is left out, and the reason is printed.
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

from bench.faults.load import READERS, Load
from bench.faults.observations import OutboxRow, in_flight
from bench.faults.processes import BOT, SERVER, Product, faketime_library
from bench.faults.unreliable_bot_api import HANGS, TROUBLES, BotApi
from bench.faults.waiting import until

DISK_SIZE = "128m"
ON_OWN_DISK = {"full disk", "read-only disk"}
LONGEST_START = 15.0
"""Seconds to wait until a started process works. A mutant's may never do so."""
LONGEST_PATIENCE = 5.0
"""Seconds after which even a pixel server that cannot commit has answered."""


class Target(NamedTuple):
    """The things that the faults act on."""

    product: Product
    api: BotApi
    load: Load
    random: Random
    in_flight: list[list[OutboxRow]]
    """For each kill of the bot, the messages that it was sending."""
    disk: Path | None
    """The mount of the product's folder, if that is a disk of its own."""

    async def kill(self, *names: str) -> None:
        self.product.kill(*names)
        if BOT in names:
            self.in_flight.append(in_flight(self.product.database))
        await asyncio.sleep(self.random.uniform(0, 0.3))

    async def kill_and_start(self, *names: str) -> None:
        await self.kill(*names)
        self.product.start(*names)


Fault = Callable[[Target], Awaitable[None]]


async def inject(target: Target, kills: int, faults: dict[str, Fault], *, every: int) -> dict[str, int]:
    """Kill so often, with another fault after every few kills. Return how often each fault was done."""
    done = dict.fromkeys(("kill", *faults), 0)
    for number in range(kills):
        await asyncio.sleep(target.random.uniform(0.3, 3))
        await target.kill_and_start(*target.random.choice([(SERVER,), (BOT,), (SERVER, BOT)]))
        done["kill"] += 1
        if faults and number % every == every - 1:
            # In turns, so that each one comes.
            name = list(faults)[number // every % len(faults)]
            await _both_work(target)
            await faults[name](target)
            done[name] += 1
    return done


async def _both_work(target: Target) -> None:
    """Wait until both processes work."""
    load, api, calls, enough = target.load, target.api, target.api.calls, target.load.acknowledged + READERS
    await _wait(lambda: load.acknowledged > enough and api.calls > calls, LONGEST_START)


async def _wait(good: Callable[[], object], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await until(good)


async def catch_in_flight(target: Target) -> None:
    """Kill the bot while it sends a message that Telegram has not accepted yet."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_START):
            await target.api.catch()
    await target.kill_and_start(BOT)


async def freeze(target: Target) -> None:
    """Stop a process and let it go on, as a paused machine does."""
    name = target.random.choice([SERVER, BOT])
    target.product.signal(name, signal.SIGSTOP)
    await asyncio.sleep(target.random.uniform(0.5, 4))
    target.product.signal(name, signal.SIGCONT)


async def lock_database(target: Target, seconds: float = 10.0) -> None:
    """Let another program hold the database's lock for so long, and kill the pixel server meanwhile.

    It is killed as soon as it acknowledges something in spite of the lock, or after LONGEST_PATIENCE.
    """
    other = sqlite3.connect(
        target.product.database, timeout=60, isolation_level=None, check_same_thread=False
    )
    with closing(other):
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        # Each reader may still get an answer to what was committed before.
        enough, began = target.load.acknowledged + READERS, time.monotonic()
        await _wait(lambda: target.load.acknowledged > enough, LONGEST_PATIENCE)
        await target.kill_and_start(SERVER)
        await asyncio.sleep(max(0, began + seconds - time.monotonic()))


async def lock_database_shortly(target: Target) -> None:
    await lock_database(target, 3)


async def misbehave(target: Target) -> None:
    """Let the Bot API refuse, fail, answer junk, or hang up on half of all messages."""
    target.api.troubles = TROUBLES
    await asyncio.sleep(target.random.uniform(1, 4))
    target.api.troubles = ()


async def hang_bot_api(target: Target) -> None:
    """Let the Bot API accept messages without an answer."""
    target.api.troubles = HANGS
    await asyncio.sleep(2)
    target.api.troubles = ()


async def fill_disk(target: Target) -> None:
    """Fill the disk to the last byte, and free it again."""
    assert target.disk
    ballast = target.disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
    await asyncio.sleep(target.random.uniform(1, 4))
    if target.random.random() < 0.5:
        await target.kill_and_start(SERVER, BOT)
        await asyncio.sleep(2)
    ballast.unlink()


async def make_read_only(target: Target) -> None:
    """Make the disk read-only after a crash, and writable again while the processes run."""
    await target.kill(SERVER, BOT)
    _remount(target.disk, "ro")
    target.product.start(SERVER, BOT)
    await asyncio.sleep(target.random.uniform(2, 4))
    _remount(target.disk, "rw")
    await asyncio.sleep(3)


async def jump_clock(target: Target) -> None:
    """Set the bot's clock an hour ahead, an hour behind, and right again.

    Nobody taps Sent meanwhile, because the bot would store a wrong time.
    """
    await target.load.pause_writing()
    for ahead in target.random.sample(["+3600", "-3600"], 2):
        target.product.clock.write_text(ahead)
        await asyncio.sleep(target.random.uniform(2, 4))
    target.product.clock.write_text("+0")
    await asyncio.sleep(2)
    target.load.writing = True


def available(names: tuple[str, ...], disk: Path | None) -> dict[str, Fault]:
    """Return the faults with these names that this machine permits."""
    missing = {name: reason for name in names if (reason := _missing(name, disk))}
    for name, reason in missing.items():
        print(f"  left out: {name}: {reason}")
    return {name: FAULTS[name] for name in names if name not in missing}


def _missing(name: str, disk: Path | None) -> str:
    """Return what this machine lacks for a fault; empty if it lacks nothing."""
    if name in ON_OWN_DISK and disk is None:
        return "no disk could be mounted for it (that takes root)"
    if name == "clock" and faketime_library() is None:
        return "there is no libfaketime (Debian: apt-get install faketime)"
    return ""


FAULTS: dict[str, Fault] = {
    "in flight": catch_in_flight,
    "freeze": freeze,
    "lock": lock_database,
    "short lock": lock_database_shortly,
    "Bot API": misbehave,
    "Bot API hangs": hang_bot_api,
    "full disk": fill_disk,
    "read-only disk": make_read_only,
    "clock": jump_clock,
}


@contextmanager
def own_disk(folder: Path) -> Iterator[Path | None]:
    """Mount the folder as a small disk in memory; yield None if mounting is not permitted."""
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
