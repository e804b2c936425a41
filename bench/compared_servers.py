"""The servers that `throughput` and `latency` compare: each answers a pixel at an address."""

import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.peers import installing
from bench.product import Product, postgres
from bench.programs import ROOT, free_port, needed, program

PEERS = ROOT / "bench" / "peers"


class Server(NamedTuple):
    """A running server: its pixel's address, and the process that does the work."""

    url: str
    pid: int
    product: Product | None = None
    """Set if the database can be checked for lost fetches."""


ComparedServer = Callable[[Path], AbstractContextManager[Server]]
"""Starts a server in a folder of its own, until the end of the block. Raises UnavailableError."""


@contextmanager
def bare_uvicorn(_folder: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    with program("-m", "bench.bare_server", str(port), ready=url) as process:
        yield Server(url, process.pid)


@contextmanager
def bare_and_a_flush(folder: Path) -> Iterator[Server]:
    """One request at a time, no server that keeps what it acknowledges can be faster than this."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    with program("-m", "bench.bare_server", str(port), str(folder / "flushed"), ready=url) as process:
        yield Server(url, process.pid)


@contextmanager
def pixel_on_sqlite(folder: Path) -> Iterator[Server]:
    product = Product(folder)
    with product.pixel_server() as process:
        yield Server(product.new_pixel_url(), process.pid, product)


@contextmanager
def pixel_on_postgres(folder: Path) -> Iterator[Server]:
    """PostgreSQL itself may use both cores. Its CPU time is not counted."""
    with postgres(folder) as address:
        product = Product(folder, DATABASE_URL=address)
        with product.pixel_server() as process:
            yield Server(product.new_pixel_url(), process.pid, product)
        product.engine.dispose()


@contextmanager
def commit_per_request(folder: Path) -> Iterator[Server]:
    product, port = Product(folder), free_port()
    url = product.new_pixel_url().replace(product.url, f"http://127.0.0.1:{port}")
    with program("-m", "bench.peers.commit_each", str(port), environ=product.environ, ready=url) as process:
        yield Server(url, process.pid, product)


@contextmanager
def express(folder: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/i/contract-to-a-landlord.gif"
    command = (needed("node"), str(PEERS / "express.js"), str(port), str(folder / "express.db"))
    with program(*command, environ={"PACKAGES": str(installing.npm_packages())}, ready=url) as process:
        yield Server(url, process.pid)


@contextmanager
def pytracking(folder: Path) -> Iterator[Server]:
    port = free_port()
    path = urlsafe_b64encode(b'{"metadata": {"link": 1}}').decode()
    url = f"http://127.0.0.1:{port}/i/{path}"
    serve = ("-m", "gunicorn", "--worker-class", "gthread", "--threads", "1", "--bind", f"127.0.0.1:{port}")
    command = (str(installing.python_packages()), *serve, "--chdir", str(PEERS), "flask_pytracking:app")
    with program(*command, environ={"DATABASE": str(folder / "pytracking.db")}, ready=url) as process:
        yield Server(url, _only_child(process))


def _only_child(process: subprocess.Popen[bytes]) -> int:
    """Return gunicorn's worker. Its parent only watches it."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


SQLITE, POSTGRES = "pixel on SQLite", "pixel on PostgreSQL"
BARE, COMMITS = "bare uvicorn", "SQLModel, a commit each"
EXPRESS, PYTRACKING = "Express + better-sqlite3", "Flask + pytracking"

COMPARED_SERVERS: dict[str, ComparedServer] = {
    BARE: bare_uvicorn,
    SQLITE: pixel_on_sqlite,
    POSTGRES: pixel_on_postgres,
    EXPRESS: express,
    PYTRACKING: pytracking,
    COMMITS: commit_per_request,
}
