"""Checks that every answer waits for its flush, by a trace (strace) of the pixel server under load.

For every request of every connection, the order must be: `GET` read → a whole fdatasync of the WAL → `200`
written.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from bench.figures import Aim, Figure
from bench.product import Product
from bench.programs import WrongResultError, load, needed, program

PART = "durability"
CONNECTIONS, SECONDS = 8, 2
CALLS = "read,recvfrom,recvmsg,write,sendto,sendmsg,writev,fdatasync,fsync"

CALL = re.compile(
    r"^(?P<thread>\d+) +(?:(?P<call>\w+)\((?P<fd>\d+<[^>]*>)|<\.\.\. (?P<resumed>\w+) resumed>)"
)


class Trace(NamedTuple):
    """The result of reading the system calls."""

    answers: int
    early: int
    """Answers that were written before their flush had ended."""
    flushes: int


def read_trace(lines: Iterable[str]) -> Trace:
    """Read the lines of `strace -f -y`. A call that others interrupt has two: `unfinished` and `resumed`."""
    under_way: dict[str, tuple[str, int]] = {}
    """By thread: the file of its latest call, and the number of the line on which that call began."""
    asked: dict[str, int] = {}
    answers = early = flushes = flushed_from = 0
    for place, line in enumerate(lines):
        call = CALL.match(line)
        if call is None:
            continue
        if call["call"]:
            under_way[call["thread"]] = call["fd"], place
        file, began = under_way.get(call["thread"], ("", place))
        if '"GET /i/' in line:
            asked[file] = place
        elif '"HTTP/1.1 200' in line and file in asked:
            answers, early = answers + 1, early + (flushed_from <= asked.pop(file))
        elif (
            "sync" in (call["call"] or call["resumed"]) and "-wal>" in file and line.rstrip().endswith(" = 0")
        ):
            flushes, flushed_from = flushes + 1, max(flushed_from, began)
    return Trace(answers, early, flushes)


def measure(seconds: float = SECONDS) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        answered = _load_under_strace(Product(Path(folder)), trace, seconds)
        with trace.open(errors="replace") as lines:
            seen = read_trace(lines)
    if not seen.answers:
        raise WrongResultError("strace shows no answers")
    note = f"{answered:,} answered, {seen.answers:,} traced, {seen.flushes:,} flushes"
    return [
        Figure(PART, "answers before their flush, under strace", float(seen.early), aim=Aim(0), note=note)
    ]


def _load_under_strace(product: Product, trace: Path, seconds: float) -> int:
    """Return how many requests were answered. strace writes the system calls to `trace`."""
    strace = (needed("strace"), "-f", "-qq", "-y", "-s", "16", "-o", str(trace), "-e", f"trace={CALLS}")
    command = (*strace, sys.executable, "-m", "pixel_server")
    with program(*command, environ=product.environ, ready=f"{product.url}/healthz") as process:
        server = _traced(process)
        try:
            url = product.new_pixel_url()
            return load(url, server, seconds=seconds, connections=CONNECTIONS).requests
        finally:
            # strace ignores SIGTERM while its child lives.
            os.kill(server, signal.SIGTERM)
            process.wait(10)


def _traced(strace: subprocess.Popen[bytes]) -> int:
    """Return the process that strace started."""
    children = Path(f"/proc/{strace.pid}/task/{strace.pid}/children").read_text()
    return int(children.split()[0])
