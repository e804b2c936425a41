"""The product's processes in a folder of their own: they are started, killed, stopped, and restarted."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SERVER, BOT = "pixel_server", "bot"
METRICS_TOKEN = "canary-of-the-metrics-token"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def faketime_library() -> Path | None:
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


class Product:
    """The product in a folder of its own. `root` is the source tree that it runs: its own, or a mutant's."""

    def __init__(self, folder: Path, logs: Path, *, token: str, api: str, root: Path = ROOT) -> None:
        self.folder, self.port = folder, free_port()
        self.database, self.key_file = folder / "readback.db", folder / "readback.key"
        self.log, self.clock = logs / "product.log", logs / "clock"
        """If this file exists, the bot takes its time from it (libfaketime)."""
        self.secrets: list[str] = [token, METRICS_TOKEN]
        self.exits = 0
        """The number of times that a process ended without being killed."""
        self.kills: dict[str, int] = {SERVER: 0, BOT: 0}
        self._root = root
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(root),
            "BOT_TOKEN": token,
            "TELEGRAM_API_URL": api,
            "PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "KEY_FILE": str(self.key_file),
            "METRICS_TOKEN": METRICS_TOKEN,
            "TRUSTED_PROXIES": "127.0.0.1",
            "DAILY_LINKS": "10000",
            # Without these windows each fetch is an open of its own, so that each one can be checked.
            "SETTLE_SECONDS": "0",
            "VIEW_SECONDS": "0",
        }

    def upgrade(self) -> None:
        if self._spawn("storage", "upgrade").wait(60):
            raise SystemExit(f"The product cannot be set up: {self.log.read_text('utf-8')}")
        self.secrets.append(self.key_file.read_text("ascii").strip())

    def start(self, *names: str, under: Sequence[str] = ()) -> None:
        """`under` is a command that runs another, such as strace."""
        for name in names:
            self._running[name] = self._spawn(name, under=under)

    def _spawn(self, *command: str, under: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        environ = self._environ
        if command[0] == BOT and self.clock.exists():
            environ = environ | {
                "LD_PRELOAD": str(faketime_library()),
                "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                "FAKETIME_CACHE_DURATION": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "NO_FAKE_STAT": "1",
            }
        with self.log.open("ab") as log:
            # Not in the source tree: a developer's `.env` there must not be read.
            return subprocess.Popen(
                [*under, sys.executable, "-m", *command],
                cwd=self.log.parent,
                env=environ,
                stdout=log,
                stderr=log,
                # A process group of its own, because strace does not pass signals on.
                start_new_session=True,
            )

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def kill(self, *names: str) -> None:
        for name in names:
            self.signal(name, signal.SIGKILL)
        for name in names:
            self._running.pop(name).wait()
            self.kills[name] += 1

    def signal(self, name: str, number: signal.Signals) -> None:
        os.killpg(self._running[name].pid, number)

    def keep_alive(self) -> None:
        """Restart the processes that ended by themselves, as a supervisor would."""
        for name, process in self._running.items():
            if process.poll() is not None:
                self.exits += 1
                self._running[name] = self._spawn(name)

    def end(self) -> dict[str, int]:
        """Send SIGTERM; return the exit codes."""
        for name in self._running:
            self.signal(name, signal.SIGTERM)
        codes = {name: _ended(process) for name, process in self._running.items()}
        self._running.clear()
        return codes

    def kill_what_is_left(self) -> None:
        for name, process in self._running.items():
            if process.poll() is None:
                self.signal(name, signal.SIGKILL)
                process.wait()
        self._running.clear()


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Return the exit code; -9 if the process did not end in time and was killed."""
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()
