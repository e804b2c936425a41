"""The real processes on a disk that fails, a file that goes away, and an end that comes early."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from demo import telegram
from settings import Settings
from tests.people import OUTLOOK, Chat
from tests.processes import ROOT, Processes, processes

SIGTERM_IS_CAUGHT = 1 << (signal.SIGTERM - 1)

needs_strace = pytest.mark.skipif(
    not shutil.which("strace") and not os.environ.get("REQUIRE_STRACE"), reason="strace is not installed"
)


@pytest.mark.parametrize("name", ["pixel_server", "bot"])
def test_who_is_asked_to_end_while_it_is_still_starting_ends_with_zero(name: str, tmp_path: Path) -> None:
    environ = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/none.db"}
    with subprocess.Popen([sys.executable, "-m", name], cwd=ROOT, env=environ) as process:
        while not _caught(process.pid) & SIGTERM_IS_CAUGHT:
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def _caught(pid: int) -> int:
    """The signals a process handles, as bits."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")), 16)


def _opened(url: str) -> httpx.Response:
    return httpx.get(url, headers=OUTLOOK)


def _details(running: Processes) -> dict[str, object]:
    answer = httpx.get(f"{running.url}/readyz")
    return {"status": answer.status_code, **answer.json()}


def test_a_database_file_that_went_away_and_came_back_has_every_open(tmp_path: Path) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        anna, file = Chat(api, api.person("Anna")), tmp_path / "readback.db"
        card, url = anna.tracks()
        anna.presses(card, "sent:")
        away = file.rename(tmp_path / "away")
        assert _opened(url).status_code == 200
        told = _details(running)
        assert (told["status"], told["spool"]) == (503, {"waiting": 1, "oldest_seconds": 0})
        assert "is gone" in str(told["database"])
        assert not file.exists()
        away.rename(file)
        anna.sees("was opened")
        api.wait_for(lambda: _details(running)["status"] == 200)


def test_a_database_file_that_was_replaced_takes_nothing_until_a_restart(tmp_path: Path) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api) as running:
        anna, file = Chat(api, api.person("Anna")), tmp_path / "readback.db"
        card, url = anna.tracks()
        anna.presses(card, "sent:")
        running.storage("backup", str(tmp_path / "copy.db"))
        (tmp_path / "copy.db").rename(file)
        assert _opened(url).status_code == 200
        assert "was replaced" in str(_details(running)["database"])
        assert running.end_all() == {"pixel_server": 0, "bot": 0}
        for ending in ("-wal", "-shm"):
            (tmp_path / f"readback.db{ending}").unlink(missing_ok=True)
        running.start("pixel_server", "bot")
        anna.sees("was opened")


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_a_database_that_is_away_at_the_start_is_waited_for(tmp_path: Path, settings: Settings) -> None:
    """The same key file, and so the same spool: what came meanwhile is told."""
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
        assert _opened(url).status_code == 200
        assert running.end_all() == {"pixel_server": 0, "bot": 0}
        running.environ["DATABASE_URL"] = settings.database_url
        running.start("pixel_server", "bot")
        anna.sees("was opened")
        assert "Traceback" not in running.text_of_log()


@needs_strace
@pytest.mark.parametrize(
    ("failing", "status"), [("readback.db-wal", 200), ("readback.spool", 503)], ids=["database", "both"]
)
def test_a_sync_that_fails_is_never_answered_as_kept_where_it_failed(
    tmp_path: Path, failing: str, status: int
) -> None:
    """The first flushes end with EIO; what was answered with 200 is told all the same."""
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
        first = _opened(url)
        assert (first.status_code, len(first.content)) == (status, 43)
        while _opened(url).status_code != 200:
            pass
        anna.sees("was opened")
        assert "EIO" in (tmp_path / "strace").read_text("utf-8")
        assert "Traceback" not in running.text_of_log()
