"""Another client, who opens a mail ten times a second while the attack goes on.

It is a process of its own, because the attack keeps this one's interpreter busy. It also notes the most
memory that the attacked processes take. It prints what it saw once its input ends.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from select import select
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.programs import CLIENT_CORE, ROOT, on_core, resident_mib

ADDRESS = "127.0.0.2"
"""Not the attacker's: a limit for each address must not be the witness's, too."""
EVERY = 0.1
"""Seconds between two opens."""
LONGEST_WAIT = 30.0
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.3.0"}


class Seen(NamedTuple):
    """The answers and the memory that the witness saw during an attack."""

    opens: int
    worst: float
    """Seconds until the slowest answer, or until the witness gave up."""
    failed: int
    """The opens without an answer, or with another one than 200."""
    memory: dict[str, float]
    """The most MiB of each process, by its name."""


class Witness:
    """A running witness. `end` returns what it saw."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def end(self) -> Seen:
        told, _ = self._process.communicate("", timeout=LONGEST_WAIT + 10)
        return Seen(**json.loads(told))


@contextmanager
def witness(url: str, processes: Mapping[str, int]) -> Iterator[Witness]:
    """Watch from another process until the end of the block. `processes` has process ids by their names."""
    command = (sys.executable, "-m", "bench.attacks.witness", url, json.dumps(dict(processes)))
    started = subprocess.Popen(
        on_core(CLIENT_CORE, *command),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Witness(started)
    finally:
        started.kill()
        started.communicate()


def open_once(url: str) -> tuple[float, bool]:
    """Open a mail on a connection of its own. Return the seconds until the answer, and whether it was 200."""
    asked, where = time.monotonic(), urlsplit(url)
    assert where.hostname, "an address of this machine"
    connection = HTTPConnection(where.hostname, where.port, timeout=LONGEST_WAIT, source_address=(ADDRESS, 0))
    try:
        connection.request("GET", where.path, headers=AGENT)
        answer = connection.getresponse()
        answer.read()
        well = answer.status == 200
    except (OSError, HTTPException):
        well = False
    finally:
        connection.close()
    return time.monotonic() - asked, well


def watch(url: str, processes: Mapping[str, int]) -> Seen:
    """Open the mail again and again, until the input ends, and once at least."""
    opens, worst, failed = 0, 0.0, 0
    memory = dict.fromkeys(processes, 0.0)
    while not opens or not select([sys.stdin], [], [], EVERY)[0]:
        took, well = open_once(url)
        opens, worst, failed = opens + 1, max(worst, took), failed + (not well)
        for name, process in processes.items():
            memory[name] = max(memory[name], resident_mib(process))
    return Seen(opens, worst, failed, memory)


def main(given: Sequence[str]) -> None:
    url, processes = given
    print(json.dumps(watch(url, json.loads(processes))._asdict()))


if __name__ == "__main__":
    main(sys.argv[1:])
