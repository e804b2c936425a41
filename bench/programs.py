"""Running the measured programs on one core and the load generator on the other."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
SERVER_CORE, CLIENT_CORE = 0, 1
LONGEST_START = 20.0


class Slice(NamedTuple):
    """The figures that wrk measured in one slice of time."""

    requests: int
    """The number of requests that were answered."""
    per_second: float
    cpu_us: float
    """The server's user and system time for one request, in microseconds."""
    p99_ms: float
    sent: int = 0
    """The requests that the script sent, if it tells. The last ones may not have been answered."""


class UnavailableError(Exception):
    """A part or a server cannot be measured on this machine. The message, for the table, says why."""


class WrongResultError(Exception):
    """A measured figure cannot be right. The message says why."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def on_core(core: int, *command: str) -> list[str]:
    return ["taskset", "-c", str(core), *command]


def needed(tool: str) -> str:
    """Return the path of a program that the system must provide. Raises UnavailableError."""
    if found := shutil.which(tool):
        return found
    raise UnavailableError(f"{tool} is missing (Debian: apt-get install {tool})")


@contextmanager
def program(
    *command: str,
    environ: Mapping[str, str] | None = None,
    ready: str = "",
    output: IO[str] | int = subprocess.DEVNULL,
    errors: IO[bytes] | int = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program on the server's core until the end of the block. `-m …` runs a Python module."""
    given = [sys.executable, *command] if command[0] == "-m" else [*command]
    started = subprocess.Popen(
        on_core(SERVER_CORE, *given),
        cwd=ROOT,
        env={**os.environ, **(environ or {})},
        stdout=output,
        stderr=errors,
    )
    try:
        if ready:
            wait_for(ready)
        yield started
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def wait_for(url: str, every: float = 0.01) -> None:
    """Return once the URL answers. Raises UnavailableError."""
    give_up = time.monotonic() + LONGEST_START
    while time.monotonic() < give_up:
        try:
            with urlopen(url, timeout=2):  # noqa: S310  # loopback
                return
        except OSError:
            time.sleep(every)
    raise UnavailableError(f"{url} does not answer")


def cpu_seconds(pid: int) -> float:
    """Return the user and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """Return the memory of a process, in MiB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found, "a running process has a resident size"
    return int(found[1]) / 1024


def load(
    url: str,
    *pids: int,
    seconds: float = 2,
    connections: int = 64,
    headers: tuple[str, ...] = (),
    script: tuple[str, ...] = (),
) -> Slice:
    """Load `url` with wrk for one slice. These processes serve it.

    `script` is a Lua file and its arguments. wrk has one thread for each process.
    """
    given = [part for header in headers for part in ("-H", header)]
    if script:
        given += ["-s", script[0]]
    # Without this timeout wrk drops answers that take longer than 2 s from its count.
    wrk = [
        needed("wrk"),
        f"-t{len(pids)}",
        f"-c{connections}",
        f"-d{seconds:g}s",
        "--timeout",
        "10s",
        "--latency",
    ]
    before = sum(map(cpu_seconds, pids))
    command = on_core(CLIENT_CORE, *wrk, *given, url, *(["--", *script[1:]] if script else []))
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = sum(map(cpu_seconds, pids)) - before
    if bad := re.search(r"Non-2xx.*|Socket errors.*", told):
        raise WrongResultError(f"{url}: {bad[0]}")
    requests = int(_found(r"(\d+) requests in", told))
    per_second = float(_found(r"Requests/sec:\s+([\d.]+)", told))
    p99, sent = _milliseconds(_found(r"\n\s+99%\s+(\S+)", told)), 0
    if planned := re.search(r"sent (\d+), the plan lasted ([\d.]+)", told):
        sent = int(planned[1])
        if lasted := float(planned[2]):
            per_second = requests / lasted  # the plan ended early, and wrk waited for the end of the slice
    return Slice(requests, per_second, spent / max(requests, 1) * 1e6, p99, sent)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise WrongResultError(f"wrk printed something unexpected:\n{text}")
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = re.match(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]  # wrk's own format
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
