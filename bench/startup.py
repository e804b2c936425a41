"""Measures the time and memory of a process's start, beside a bare import of the libraries it uses."""

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

from bench.figures import Aim, Figure, figure, ratios
from bench.product import Product
from bench.programs import ROOT, SERVER_CORE, WrongResultError, on_core, resident_mib, wait_for
from demo import telegram

PART = "startup"
ROUNDS = 5
GOAL = Aim(1.1)


class Cost(NamedTuple):
    seconds: float
    mib: float


# A module that cannot be imported is optional, and failed in the process as well.
IMPORTS = """
import contextlib, importlib, sys, time
for name in sys.stdin.read().split():
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
print("ready", flush=True)
time.sleep(60)
"""


def measure(rounds: int = ROUNDS) -> list[Figure]:
    with telegram.running(limits=telegram.LIFTED) as api, tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder), BOT_TOKEN=api.token, TELEGRAM_API_URL=api.url)

        def server_ready() -> None:
            wait_for(f"{product.url}/healthz", every=0.005)

        def bot_ready() -> None:
            api.wait_for(lambda: api.commands, seconds=30)
            api.commands.clear()

        return [
            *_process("pixel_server", product, server_ready, rounds),
            *_process("bot", product, bot_ready, rounds),
        ]


def _process(module: str, product: Product, ready: Callable[[], None], rounds: int) -> list[Figure]:
    libraries = _imported(module, product, ready)
    ours: list[Cost] = []
    bare: list[Cost] = []
    for _ in range(rounds):
        ours.append(_cost([sys.executable, "-m", module], product, lambda _: ready()))
        bare.append(_cost([sys.executable, "-c", IMPORTS], product, lambda it: _import(it, libraries)))
    name, note = f"python -m {module}", f"{len(libraries)} modules"
    return [
        figure(PART, f"{name}, start", [cost.seconds for cost in ours], "s"),
        figure(PART, f"{name}, start against its libraries' import", *_against(ours, bare, 0), note),
        figure(PART, f"{name}, memory", [cost.mib for cost in ours], "MiB"),
        figure(PART, f"{name}, memory against its libraries' import", *_against(ours, bare, 1)),
    ]


def _against(ours: list[Cost], bare: list[Cost], which: int) -> tuple[list[float], str, Aim]:
    return ratios([cost[which] for cost in ours], [cost[which] for cost in bare]), "x", GOAL


def _cost(
    command: list[str], product: Product, until_ready: Callable[["subprocess.Popen[str]"], None]
) -> Cost:
    started = time.perf_counter()
    process = _start(command, product, subprocess.DEVNULL)
    try:
        until_ready(process)
        return Cost(time.perf_counter() - started, resident_mib(process.pid))
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _start(command: list[str], product: Product, errors: IO[str] | int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        on_core(SERVER_CORE, *command),
        cwd=ROOT,
        env={**os.environ, **product.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


def _import(process: "subprocess.Popen[str]", modules: list[str]) -> None:
    """Make the child import these modules, and wait until it has."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n".join(modules))
    process.stdin.close()
    process.stdin = None
    if process.stdout.readline() != "ready\n":
        raise WrongResultError("the libraries could not be imported on their own")


def _imported(module: str, product: Product, ready: Callable[[], None]) -> list[str]:
    """Return the library modules that the process imports until it is ready, in that order."""
    with tempfile.TemporaryFile("w+") as told:
        process = _start([sys.executable, "-X", "importtime", "-m", module], product, told)
        try:
            ready()
        finally:
            process.terminate()
            process.communicate(timeout=10)
        told.seek(0)
        return third_party(told.read())


def third_party(importtime: str) -> list[str]:
    """Return the library modules in the output of `python -X importtime`, in the order of import."""
    names = re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", importtime, re.MULTILINE)
    libraries = Path(sysconfig.get_path("purelib"))
    tops = {name.partition(".")[0] for name in names}
    theirs = {
        top
        for top in tops - sys.stdlib_module_names
        if (libraries / top).is_dir() or any(libraries.glob(f"{top}.*"))
    }
    return [name for name in dict.fromkeys(names) if name.partition(".")[0] in theirs]
