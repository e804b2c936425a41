"""The real pixel server and the real bot as processes, against a local Telegram."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
from sqlmodel import SQLModel, select

import settings as configuration
from demo import telegram
from storage.engine import connect, writing
from storage.keys import open_keys
from storage.links import history_of, keep_history
from storage.migrate import upgrade
from storage.tables import FetchRow, Link, OutboxMessage
from tests import web
from tests.waiting import wait_until
from tracking import History

ROOT = Path(__file__).parent.parent


class Processes:
    """A pixel server and a bot on one database. Each can be killed and started again."""

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
        """Create tables and key, as `python -m storage upgrade` does, but without starting another Python."""
        settings = configuration.read(self.environ, dotenv=None)
        engine = connect(settings, checkpoints=True)
        open_keys(settings.key_file)
        upgrade(engine)
        engine.dispose()

    def run_storage(self, *arguments: str) -> None:
        """Run `python -m storage` with these arguments, and fail if it fails."""
        subprocess.run(
            [sys.executable, "-m", "storage", *arguments],
            cwd=ROOT,
            env=self.environ,
            check=True,
            capture_output=True,
        )

    def start(self, *names: str, under: Sequence[str] = ()) -> None:
        """Start these programs (as `python -m name`), `under` another program if one is given.

        Returns when the pixel server answers. The bot may still be starting.
        """
        for name in names:
            command = [*under, sys.executable, "-m", name]
            with self.log.open("ab") as log:
                self._running[name] = subprocess.Popen(
                    command, cwd=ROOT, env=self.environ, stdout=log, stderr=log
                )
        if "pixel_server" in names:
            self._wait_for_pixel_server()

    def _wait_for_pixel_server(self) -> None:
        with web.Client() as client:
            wait_until(partial(self._pixel_server_answers, client), "the pixel server answers")

    def _pixel_server_answers(self, client: httpx.Client) -> bool:
        assert self._running["pixel_server"].poll() is None, self.text_of_log()
        try:
            return client.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def wait_until_checked(self) -> None:
        """Wait until the bot has checked this installation. `/status` says "All is well" only then."""
        wait_until(lambda: "leads to this installation" in self.text_of_log(), "the installation is checked")

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> int:
        """Send this signal to a process, wait until it ends, and return its exit code."""
        process = self._running.pop(name)
        process.send_signal(how)
        return process.wait(30)

    def end_all(self) -> dict[str, int]:
        """End every process that still runs, and return the exit codes by name."""
        return {name: self.end(name) for name in list(self._running)}

    def let_days_pass(self, days: float) -> None:
        """Move the times of messages, fetches and histories in the database this many days into the past."""
        engine, earlier = connect(configuration.read(self.environ, dotenv=None)), timedelta(days=days)
        with writing(engine) as session:
            for message in session.exec(select(OutboxMessage)):
                message.not_before = message.not_before and message.not_before - earlier
                message.changes_at = message.changes_at and message.changes_at - earlier
            for fetch in session.exec(select(FetchRow)):
                fetch.at -= earlier
            for link in session.exec(select(Link)):
                keep_history(link, _aged(history_of(link), earlier.total_seconds()))
        engine.dispose()

    def tables_that_mention(self, text: str) -> list[str]:
        """Return the name of a table once for each of its rows that contains this text."""
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
    summary = history.summary
    first, last = summary.first_open, summary.last_open
    aged = summary._replace(first_open=first and first - seconds, last_open=last and last - seconds)
    return history._replace(summary=aged)


@contextmanager
def processes(folder: Path, api: telegram.Running, **environ: str) -> Iterator[Processes]:
    """Run both processes on a new database, with these variables, until the end of the block."""
    started = Processes(folder, api, **environ)
    started.upgrade()
    try:
        started.start("pixel_server", "bot")
        yield started
    finally:
        started.end_all()
