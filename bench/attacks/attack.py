"""One attack from its start to its end: what it is, what must hold meanwhile, and what came of it."""

import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from bench.attacks.target import Target, target
from bench.attacks.witness import Seen, open_once, witness
from bench.figures import Aim, Figure

LONGEST_ATTACK = 90
"""Seconds after which an attack is ended."""
WORST_PIXEL = Aim(1.0)
"""Seconds: another client's pixel."""
MEMORY = Aim(60)
"""MiB that a process may grow by."""
RECOVERY = Aim(10)
"""Seconds from the end of an attack until the product answers as before."""
AS_BEFORE = 0.25
"""Seconds within which an answer comes as before, on a machine that other programs keep busy."""
IN_A_ROW = 5
"""Answers in a row that show it."""


class Came(NamedTuple):
    """The outcome of an attack, in words, and the figures that it measured itself."""

    told: str
    figures: Sequence[Figure] = ()


class Attack(NamedTuple):
    """An attack that anybody can make. `act` makes it, and hangs up before it returns."""

    name: str
    what: str
    """What it does, in a line."""
    act: Callable[[Target], Came]
    chat: bool = False
    """It needs the bot and a local Telegram."""
    environ: Mapping[str, str] = {}
    """Settings of the attacked product."""
    prepare: Callable[[Target], None] = lambda _target: None
    """Is done before anything is measured."""


class TookTooLongError(Exception):
    """The attack did not end by itself."""


def carry_out(attack: Attack) -> tuple[str, list[Figure]]:
    """Make an attack on a product of its own. Return what came of it, and the figures."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        target(Path(folder), chat=attack.chat, **attack.environ) as attacked,
    ):
        url = attacked.product.new_pixel_url()
        attack.prepare(attacked)
        open_once(url)
        before = attacked.memory()
        processes = {name: process.pid for name, process in attacked.processes.items()}
        with witness(url, processes) as beside, _bounded(LONGEST_ATTACK):
            came = attack.act(attacked)
            seen = beside.end()
        attacked.at_end.close()
        recovery = _seconds_until_as_before(url)
    return came.told, [*_figures(attack, seen, before, recovery), *came.figures]


def _figures(attack: Attack, seen: Seen, before: Mapping[str, float], recovery: float) -> list[Figure]:
    name = attack.name
    beside = f"{seen.opens} opens, {seen.failed} without a 200"
    return [
        Figure(name, "the worst pixel beside it", seen.worst, "s", aim=WORST_PIXEL, note=beside),
        Figure(name, "pixels beside it that failed", seen.failed, aim=Aim(0)),
        *(
            Figure(name, f"memory of the {process}", most - before[process], "MiB", aim=MEMORY)
            for process, most in seen.memory.items()
        ),
        Figure(name, "until it answers as before", recovery, "s", aim=RECOVERY),
    ]


def _seconds_until_as_before(url: str) -> float:
    """Ask until some answers in a row come as before. Return the seconds until the first of them."""
    began = time.monotonic()
    good_since, good = began, 0
    while good < IN_A_ROW and time.monotonic() < began + 3 * RECOVERY.goal:
        asked = time.monotonic()
        took, well = open_once(url)
        if well and took < AS_BEFORE:
            good_since, good = (asked if good == 0 else good_since), good + 1
        else:
            good = 0
    return good_since - began if good == IN_A_ROW else time.monotonic() - began


@contextmanager
def _bounded(seconds: int) -> Iterator[None]:
    """Raise TookTooLongError in the block after some seconds."""

    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise TookTooLongError(f"it did not end within {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
