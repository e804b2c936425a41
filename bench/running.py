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
from typing import NamedTuple
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent
SERVER_CORE, CLIENT_CORE = 0, 1


class Slice(NamedTuple):
    """What one slice of load measured."""

    per_second: float
    cpu_us: float
    """User and system time of the server for one request, in microseconds."""
    p99_ms: float


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def program(
    *command: str, environ: Mapping[str, str] | None = None, ready: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program on the server's core, until the end of the block."""
    started = subprocess.Popen(
        ["taskset", "-c", str(SERVER_CORE), sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **(environ or {})},
        stderr=subprocess.DEVNULL,
    )
    try:
        if ready:
            wait_for(ready)
        yield started
    finally:
        started.terminate()
        started.wait(10)


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urlopen(url, timeout=2):  # noqa: S310  # loopback
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(
    url: str, pid: int, *, seconds: float = 2, connections: int = 64, headers: tuple[str, ...] = ()
) -> Slice:
    """One slice of wrk against `url`, served by the process `pid`."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("This needs wrk (Debian: apt-get install wrk).")
    given = [part for header in headers for part in ("-H", header)]
    before = cpu_seconds(pid)
    command = [
        "taskset",
        "-c",
        str(CLIENT_CORE),
        wrk,
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
    ]
    told = subprocess.run([*command, *given, url], check=True, capture_output=True, text=True).stdout
    spent = cpu_seconds(pid) - before
    if bad := re.search(r"Non-2xx.*", told):
        raise SystemExit(f"{url}: {bad[0]}")
    requests = int(_found(r"(\d+) requests in", told))
    per_second = float(_found(r"Requests/sec:\s+([\d.]+)", told))
    return Slice(per_second, spent / requests * 1e6, _milliseconds(_found(r"\n\s+99%\s+(\S+)", told)))


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"wrk said something unknown:\n{text}")
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = re.match(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]  # wrk's own format
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
