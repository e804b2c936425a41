"""Who is measured in turns: each a server that answers a pixel at an address."""

import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.peers import installing
from bench.product import Product, postgres
from bench.running import ROOT, free_port, needed, program

PEERS = ROOT / "bench" / "peers"


class Server(NamedTuple):
    """One that runs: where its pixel is, and which process works for it."""

    url: str
    pid: int
    product: Product | None = None
    """Whose database can be asked what was kept."""


Contestant = Callable[[Path], AbstractContextManager[Server]]
"""Runs in a folder of its own, until the end of the block. Raises NotHere."""


@contextmanager
def bare_uvicorn(_folder: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    with program("-m", "bench.bare", str(port), ready=url) as process:
        yield Server(url, process.pid)


@contextmanager
def bare_and_a_flush(folder: Path) -> Iterator[Server]:
    """What no server that keeps what it acknowledges can be faster than, one request at a time."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    with program("-m", "bench.bare", str(port), str(folder / "flushed"), ready=url) as process:
        yield Server(url, process.pid)


@contextmanager
def pixel_on_sqlite(folder: Path) -> Iterator[Server]:
    product = Product(folder)
    with product.pixel_server() as process:
        yield Server(product.new_pixel_url(), process.pid, product)


@contextmanager
def pixel_on_postgres(folder: Path) -> Iterator[Server]:
    """PostgreSQL itself may run on either core, and its CPU is not counted."""
    with postgres(folder) as address:
        product = Product(folder, DATABASE_URL=address)
        with product.pixel_server() as process:
            yield Server(product.new_pixel_url(), process.pid, product)
        product.engine.dispose()


@contextmanager
def commit_per_request(folder: Path) -> Iterator[Server]:
    product, port = Product(folder), free_port()
    url = product.new_pixel_url().replace(product.url, f"http://127.0.0.1:{port}")
    with program("-m", "bench.peers.one_by_one", str(port), environ=product.environ, ready=url) as process:
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
    command = (str(installing.python_packages()), *serve, "--chdir", str(PEERS), "with_pytracking:app")
    with program(*command, environ={"DATABASE": str(folder / "pytracking.db")}, ready=url) as process:
        yield Server(url, _only_child(process))


def _only_child(process: subprocess.Popen[bytes]) -> int:
    """gunicorn's worker: the arbiter only watches it."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


SQLITE, POSTGRES = "pixel on SQLite", "pixel on PostgreSQL"
BARE, COMMITS = "bare uvicorn", "SQLModel, a commit each"
EXPRESS, PYTRACKING = "Express + better-sqlite3", "Flask + pytracking"

CONTESTANTS: dict[str, Contestant] = {
    BARE: bare_uvicorn,
    SQLITE: pixel_on_sqlite,
    POSTGRES: pixel_on_postgres,
    EXPRESS: express,
    PYTRACKING: pytracking,
    COMMITS: commit_per_request,
}
