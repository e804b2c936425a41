"""An accelerated soak: millions of different requests in minutes, to find what grows and should not."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from bench.faults.processes import ROOT, SERVER, Product

SLICE_SECONDS = 10
LUA = Path(__file__).parent / "soak.lua"


class Sample(NamedTuple):
    requests: int
    memory: int
    """Resident, in bytes."""
    descriptors: int
    database: int
    """Bytes of the file and its write-ahead log."""


def soak(folder: Path, requests: int, *, root: Path = ROOT) -> Iterator[Sample]:
    """Yield a sample before, and after each slice, until so many requests were answered."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("This needs wrk (Debian: apt-get install wrk).")
    product = Product(folder, folder, token="1000:" + "x" * 30, api="http://127.0.0.1:9", root=root)
    product.upgrade()
    product.start(SERVER)
    try:
        _wait_for(f"http://127.0.0.1:{product.port}/healthz")
        done = 0
        yield _sample(product, done)
        while done < requests:
            done += _slice(wrk, product, done)
            time.sleep(1)  # the server needs a moment to close the connections
            yield _sample(product, done)
        product.end()
    finally:
        product.kill_what_is_left()


def _slice(wrk: str, product: Product, number: int) -> int:
    """Run one slice of load with tokens of its own; return how many requests were answered."""
    url = f"http://127.0.0.1:{product.port}/"
    command = [wrk, "-t1", "-c64", f"-d{SLICE_SECONDS}s", "-s", str(LUA), url, "--", str(number)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if bad := re.search(r"Non-2xx.*|Socket errors.*", told):
        raise SystemExit(f"The soak failed: wrk reports {bad[0]}")
    found = re.search(r"(\d+) requests in", told)
    assert found
    return int(found[1])


def _sample(product: Product, requests: int) -> Sample:
    pid = product.pid(SERVER)
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    files = (product.database, product.database.with_name("readback.db-wal"))
    size = sum(file.stat().st_size for file in files if file.exists())
    return Sample(requests, pages * os.sysconf("SC_PAGE_SIZE"), descriptors, size)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urlopen(url, timeout=2):  # noqa: S310  # loopback
                return
        except URLError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")
