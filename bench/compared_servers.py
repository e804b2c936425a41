"""The servers that `throughput` and `latency` compare: each answers the pixels of the same links."""

import shutil
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.filled_database import SQLITE_TOKEN, fill, path_of
from bench.peers import installing
from bench.product import Product, fresh_database, postgres
from bench.programs import ROOT, free_port, needed, program

PEERS = ROOT / "bench" / "peers"


class Server(NamedTuple):
    """A running server: its addresses, and the process that does the work behind each."""

    urls: tuple[str, ...]
    pids: tuple[int, ...]
    path_of: Callable[[int], str] = path_of
    """Returns the path of a link's pixel."""
    product: Product | None = None
    """Set if the database can be checked for lost fetches."""
    start_seconds: float = 0.0

    @property
    def pixel(self) -> str:
        """The address of one link's pixel."""
        return self.urls[0] + self.path_of(0)


Afresh = Callable[[], AbstractContextManager[Server]]
"""Gives a running server in whose database no link was opened yet, until the end of the block."""
ComparedServer = Callable[[Path, int], AbstractContextManager[Afresh]]
"""Prepares a server for so many links, in a folder of its own. Raises UnavailableError."""

# A server that judges nothing does the same work for every open of a link. It goes on running.


@contextmanager
def bare_uvicorn(_folder: Path, _links: int) -> Iterator[Afresh]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with program("-m", "bench.bare_server", str(port), ready=url) as process:
        yield lambda: nullcontext(Server((url,), (process.pid,)))


@contextmanager
def bare_and_a_flush(folder: Path, _links: int) -> Iterator[Afresh]:
    """One request at a time, no server that keeps what it acknowledges can be faster than this."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with program("-m", "bench.bare_server", str(port), str(folder / "flushed"), ready=url) as process:
        yield lambda: nullcontext(Server((url,), (process.pid,)))


@contextmanager
def _serving(*products: Product) -> Iterator[Server]:
    """Start a pixel server for each. All of them are on one database."""
    with ExitStack() as stack:
        began = time.perf_counter()
        pids = [stack.enter_context(product.pixel_server()).pid for product in products]
        took = time.perf_counter() - began
        urls = tuple(product.url for product in products)
        yield Server(urls, tuple(pids), product=products[0], start_seconds=took)


@contextmanager
def pixel_on_sqlite(folder: Path, links: int) -> Iterator[Afresh]:
    product = Product(folder)
    fill(product.engine, product.settings, links, 1)
    file, filled = product.settings.sqlite_path, folder / "filled.db"
    assert file
    shutil.copyfile(file, filled)

    @contextmanager
    def afresh() -> Iterator[Server]:
        product.engine.dispose()
        for log in folder.glob(f"{file.name}-*"):
            log.unlink()
        shutil.copyfile(filled, file)  # in place: the engine refuses a file that was replaced
        with _serving(product) as server:
            yield server

    yield afresh


@contextmanager
def pixels_on_postgres(folder: Path, links: int, *, servers: int = 1) -> Iterator[Afresh]:
    """PostgreSQL itself may use both cores. Its CPU time is not counted."""
    with postgres(folder) as address:
        database = fresh_database(address, "readback")
        products = [Product(folder, DATABASE_URL=database) for _ in range(servers)]
        fill(products[0].engine, products[0].settings, links, 1)
        fresh_database(address, "filled", like="readback")

        @contextmanager
        def afresh() -> Iterator[Server]:
            products[0].engine.dispose()
            fresh_database(address, "readback", like="filled")
            with _serving(*products) as server:
                yield server

        yield afresh
        products[0].engine.dispose()


@contextmanager
def commit_per_request(folder: Path, links: int) -> Iterator[Afresh]:
    product, port = Product(folder), free_port()
    fill(product.engine, product.settings, links, 1)
    url = f"http://127.0.0.1:{port}"
    with program(
        "-m", "bench.peers.commit_each", str(port), environ=product.environ, ready=url + path_of(0)
    ) as process:
        yield lambda: nullcontext(Server((url,), (process.pid,)))


@contextmanager
def express(folder: Path, links: int) -> Iterator[Afresh]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = (needed("node"), str(PEERS / "express.js"), str(port), str(folder / "express.db"))
    environ = {"PACKAGES": str(installing.npm_packages()), "LINKS": str(links), "TOKEN": SQLITE_TOKEN}
    with program(*command, environ=environ, ready=url + path_of(0)) as process:
        yield lambda: nullcontext(Server((url,), (process.pid,)))


@contextmanager
def pytracking(folder: Path, links: int) -> Iterator[Afresh]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = ("-m", "gunicorn", "--worker-class", "gthread", "--threads", "1", "--bind", f"127.0.0.1:{port}")
    command = (str(installing.python_packages()), *serve, "--chdir", str(PEERS), "flask_pytracking:app")
    environ = {"DATABASE": str(folder / "pytracking.db"), "LINKS": str(links)}
    with program(*command, environ=environ, ready=url + _pytracking_path(0)) as process:
        yield lambda: nullcontext(Server((url,), (_only_child(process),), _pytracking_path))


def _pytracking_path(link: int) -> str:
    """Return the path of a link's pixel. It holds the link's id."""
    data = f'{{"metadata": {{"link": {link + 1}}}}}'
    return f"/i/{urlsafe_b64encode(data.encode()).decode()}"


def _only_child(process: subprocess.Popen[bytes]) -> int:
    """Return gunicorn's worker. Its parent only watches it."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


SQLITE, POSTGRES = "pixel on SQLite", "pixel on PostgreSQL"
TWO = "two pixel servers on PostgreSQL"
BARE, COMMITS = "bare uvicorn", "SQLModel, a commit each"
EXPRESS, PYTRACKING = "Express + better-sqlite3", "Flask + pytracking"

COMPARED_SERVERS: dict[str, ComparedServer] = {
    BARE: bare_uvicorn,
    SQLITE: pixel_on_sqlite,
    POSTGRES: pixels_on_postgres,
    TWO: partial(pixels_on_postgres, servers=2),
    EXPRESS: express,
    PYTRACKING: pytracking,
    COMMITS: commit_per_request,
}
