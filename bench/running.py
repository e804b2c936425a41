"""Programs under measurement: started on one core, asked from another, ended by their process id."""

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
    """What one slice of load measured."""

    requests: int
    """Those that were answered."""
    per_second: float
    cpu_us: float
    """User and system time of the server for one request, in microseconds."""
    p99_ms: float


class NotHere(Exception):  # noqa: N818  # no error: what is missing on this machine, in words for the table
    """A part, or a contestant, cannot be measured on this machine; the message says why."""


class Wrong(Exception):  # noqa: N818  # read aloud: "raise Wrong"
    """What was measured cannot be right; the message says why."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def on_core(core: int, *command: str) -> list[str]:
    return ["taskset", "-c", str(core), *command]


def needed(tool: str) -> str:
    """The path of a tool that the system has to bring."""
    if found := shutil.which(tool):
        return found
    raise NotHere(f"{tool} is missing (Debian: apt-get install {tool})")


@contextmanager
def program(
    *command: str,
    environ: Mapping[str, str] | None = None,
    ready: str = "",
    output: IO[str] | int = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program on the server's core, until the end of the block: Python's, when it begins with `-m`."""
    given = [sys.executable, *command] if command[0] == "-m" else [*command]
    started = subprocess.Popen(
        on_core(SERVER_CORE, *given),
        cwd=ROOT,
        env={**os.environ, **(environ or {})},
        stdout=output,
        stderr=subprocess.DEVNULL,
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


def wait_for(url: str, every: float = 0.05) -> None:
    """Return when it answers."""
    give_up = time.monotonic() + LONGEST_START
    while time.monotonic() < give_up:
        try:
            with urlopen(url, timeout=2):  # noqa: S310  # loopback
                return
        except OSError:
            time.sleep(every)
    raise NotHere(f"{url} does not answer")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found, "a running process has a resident size"
    return int(found[1]) / 1024


def load(
    url: str,
    pid: int,
    *,
    seconds: float = 2,
    connections: int = 64,
    headers: tuple[str, ...] = (),
    script: tuple[str, ...] = (),
) -> Slice:
    """One slice of wrk against `url`, served by the process `pid`; `script` is a Lua file and arguments."""
    given = [part for header in headers for part in ("-H", header)]
    if script:
        given += ["-s", script[0]]
    # timeout: an answer that takes longer would be counted by nobody.
    wrk = [needed("wrk"), "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "--latency"]
    before = cpu_seconds(pid)
    command = on_core(CLIENT_CORE, *wrk, *given, url, *(["--", *script[1:]] if script else []))
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = cpu_seconds(pid) - before
    if bad := re.search(r"Non-2xx.*|Socket errors.*", told):
        raise Wrong(f"{url}: {bad[0]}")
    requests = int(_found(r"(\d+) requests in", told))
    per_second = float(_found(r"Requests/sec:\s+([\d.]+)", told))
    p99 = _milliseconds(_found(r"\n\s+99%\s+(\S+)", told))
    return Slice(requests, per_second, spent / max(requests, 1) * 1e6, p99)


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise Wrong(f"wrk said something unknown:\n{text}")
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = re.match(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]  # wrk's own format
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
