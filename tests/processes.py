"""The real processes, started as a person would start them, against the local Telegram."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from sqlmodel import SQLModel, select

import settings as configuration
from demo import telegram
from storage.engine import connect, writing
from storage.tables import FetchRow, Link, OutboxMessage
from tracking import History
from tracking.history import dump, load

ROOT = Path(__file__).parent.parent


class Processes:
    """A pixel server and a bot on one database; each can be killed and started again."""

    def __init__(self, folder: Path, api: telegram.Running, **environ: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.environ = {
            **os.environ,
            "BOT_TOKEN": api.token,
            "TELEGRAM_API_URL": api.url,
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "DATABASE_URL": f"sqlite:///{folder}/readback.db",
            "KEY_FILE": f"{folder}/readback.key",
            "TRUSTED_PROXIES": "127.0.0.1",
            "SETTLE_SECONDS": "0",
            **environ,
        }
        self.environ = {name: value for name, value in self.environ.items() if value}

    def upgrade(self) -> None:
        self.storage("upgrade")

    def storage(self, *arguments: str) -> None:
        """Run `python -m storage`."""
        subprocess.run(
            [sys.executable, "-m", "storage", *arguments],
            cwd=ROOT,
            env=self.environ,
            check=True,
            capture_output=True,
        )

    def start(self, *names: str, under: Sequence[str] = ()) -> None:
        """Start processes, `under` another program if one is given."""
        for name in names:
            command = [*under, sys.executable, "-m", name]
            with self.log.open("ab") as log:
                self._running[name] = subprocess.Popen(
                    command, cwd=ROOT, env=self.environ, stdout=log, stderr=log
                )
        if "pixel_server" in names:
            self._wait_for_pixel_server()

    def _wait_for_pixel_server(self) -> None:
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport) as client:
            while client.get(f"{self.url}/healthz").status_code != 200:
                pass

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit code of the process, after this signal."""
        process = self._running.pop(name)
        process.send_signal(how)
        return process.wait(10)

    def end_all(self) -> dict[str, int]:
        return {name: self.end(name) for name in list(self._running)}

    def as_if_days_had_passed(self, days: float) -> None:
        """What is owed for later is owed so much sooner, and the looks were so much earlier."""
        engine, earlier = connect(configuration.read(self.environ, dotenv=None)), timedelta(days=days)
        with writing(engine) as session:
            for alert in session.exec(select(OutboxMessage)):
                alert.not_before = alert.not_before and alert.not_before - earlier
                alert.changes_at = alert.changes_at and alert.changes_at - earlier
            for fetch in session.exec(select(FetchRow)):
                fetch.at -= earlier
            for link in session.exec(select(Link)):
                link.history = dump(_aged(load(link.history), earlier.total_seconds()))
        engine.dispose()

    def mentions(self, text: str) -> list[str]:
        """The tables with a row that holds this text."""
        engine = connect(configuration.read(self.environ, dotenv=None))
        with writing(engine) as session:
            found = [
                table.name
                for table in SQLModel.metadata.sorted_tables
                for row in session.connection().execute(table.select())
                if text in str(row)
            ]
        engine.dispose()
        return found

    def text_of_log(self) -> str:
        return self.log.read_text("utf-8")


def _aged(history: History, seconds: float) -> History:
    said, memory = history
    first, last = memory.first_open, memory.last_open
    looks = memory._replace(first_open=first and first - seconds, last_open=last and last - seconds)
    return History(said, looks)


@contextmanager
def processes(folder: Path, api: telegram.Running, **environ: str) -> Iterator[Processes]:
    """Both processes on a fresh database, ended at the end of the block."""
    started = Processes(folder, api, **environ)
    started.upgrade()
    try:
        started.start("pixel_server", "bot")
        yield started
    finally:
        started.end_all()
