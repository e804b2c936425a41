"""The real processes with a failing disk, a database file that disappears, and an early SIGTERM."""

import os
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import httpx
import pytest

from demo import telegram
from settings import Settings
from tests import web
from tests.people import OUTLOOK, Chat
from tests.processes import ROOT, Processes, processes
from tests.waiting import wait_until

SIGTERM_IS_CAUGHT = 1 << (signal.SIGTERM - 1)

needs_strace = pytest.mark.skipif(
    not shutil.which("strace") and not os.environ.get("REQUIRE_STRACE"), reason="strace is not installed"
)


@pytest.mark.parametrize("name", ["pixel_server", "bot"])
def test_a_process_exits_with_zero_when_sigterm_comes_while_it_starts(name: str, tmp_path: Path) -> None:
    environ = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    with subprocess.Popen([sys.executable, "-m", name], cwd=ROOT, env=environ) as process:
        wait_until(partial(_catches_sigterm, process), "the process handles SIGTERM")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def _catches_sigterm(process: subprocess.Popen[bytes]) -> bool:
    """Return True once the process handles the signal, as Linux tells in the bits of `SigCgt`."""
    assert process.poll() is None
    status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) & SIGTERM_IS_CAUGHT)


def _fetch(url: str) -> httpx.Response:
    return web.get(url, headers=OUTLOOK)


def _readiness(running: Processes) -> dict[str, object]:
    answer = web.get(f"{running.url}/readyz")
    return {"status": answer.status_code, **answer.json()}


def test_a_database_file_that_went_away_and_came_back_holds_every_open(tmp_path: Path) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        anna, file = Chat(api, api.person("Anna")), tmp_path / "readback.db"
        card, url = anna.tracks()
        anna.presses(card, "sent:")
        away = file.rename(tmp_path / "away")
        assert _fetch(url).status_code == 200
        readiness = _readiness(running)
        assert (readiness["status"], readiness["spool"]) == (503, {"waiting": 1, "oldest_seconds": 0})
        assert "is gone" in str(readiness["database"])
        assert not file.exists()
        away.rename(file)
        anna.sees("was opened")
        wait_until(lambda: _readiness(running)["status"] == 200, "the pixel server is ready again")


def test_a_database_file_that_was_replaced_is_not_used_until_a_restart(tmp_path: Path) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        anna, file = Chat(api, api.person("Anna")), tmp_path / "readback.db"
        card, url = anna.tracks()
        anna.presses(card, "sent:")
        running.run_storage("backup", str(tmp_path / "copy.db"))
        (tmp_path / "copy.db").rename(file)
        assert _fetch(url).status_code == 200
        assert "was replaced" in str(_readiness(running)["database"])
        assert running.end_all() == {"pixel_server": 0, "bot": 0}
        for ending in ("-wal", "-shm"):
            (tmp_path / f"readback.db{ending}").unlink(missing_ok=True)
        running.start("pixel_server", "bot")
        anna.sees("was opened")


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_both_processes_start_without_their_database_and_wait_for_it(
    tmp_path: Path, settings: Settings
) -> None:
    """The spool belongs to the key file, which stays the same: an open of the meantime is delivered."""
    with (
        telegram.running(limits=telegram.LIFTED) as api,
        processes(tmp_path, api, DATABASE_URL=settings.database_url) as running,
    ):
        anna = Chat(api, api.person("Anna"))
        card, url = anna.tracks()
        anna.presses(card, "sent:")
        running.end_all()
        running.environ["DATABASE_URL"] = "postgresql://127.0.0.1:1/readback"
        running.start("pixel_server", "bot")
        assert _fetch(url).status_code == 200
        assert running.end_all() == {"pixel_server": 0, "bot": 0}
        running.environ["DATABASE_URL"] = settings.database_url
        running.start("pixel_server", "bot")
        anna.sees("was opened")
        assert "Traceback" not in running.text_of_log()


@needs_strace
@pytest.mark.parametrize(
    ("failing", "status"), [("readback.db-wal", 200), ("readback.spool", 503)], ids=["database", "both"]
)
def test_a_fetch_whose_sync_failed_is_never_answered_as_kept(
    tmp_path: Path, failing: str, status: int
) -> None:
    """The first two flushes end with EIO. Fetches that were answered with 200 still lead to an alert."""
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        anna = Chat(api, api.person("Anna"))
        card, url = anna.tracks()
        anna.presses(card, "sent:")
        assert running.end("pixel_server") == 0
        files = {tmp_path / "readback.db-wal", tmp_path / failing}
        paths = [part for path in files for part in ("-P", str(path))]
        inject = ["strace", "-D", "-f", "-qq", "-o", str(tmp_path / "strace"), "-e", "trace=fsync,fdatasync"]
        inject += ["-e", "inject=fsync,fdatasync:error=EIO:when=1..2", *paths]
        running.start("pixel_server", under=inject)
        first = _fetch(url)
        assert (first.status_code, len(first.content)) == (status, 43)
        wait_until(lambda: _fetch(url).status_code == 200, "a fetch is kept")
        anna.sees("was opened")
        assert "EIO" in (tmp_path / "strace").read_text("utf-8")
        assert "Traceback" not in running.text_of_log()
