"""The pixel server keeps no secret of the bot's, and says at its start which ones others can read."""

import os
from pathlib import Path

import pytest

import settings as configuration
from demo import telegram
from tests.processes import Processes

PROC = Path("/proc/self/environ")


@pytest.fixture
def folder(migrated_file: Path, tmp_path: Path) -> Path:
    (tmp_path / "readback.db").write_bytes(migrated_file.read_bytes())
    return tmp_path


@pytest.mark.skipif(not PROC.exists(), reason="the environment of a process is read in /proc")
def test_the_pixel_server_drops_the_bots_token_and_warns_of_what_is_open_to_others(folder: Path) -> None:
    """Whoever starts both processes, as honcho does, gives both the same environment."""
    with telegram.running() as api:
        running = Processes(folder, api, BOT_TOKEN_FILE=str(folder / "token"), NOT_A_SECRET="kept")
        running.upgrade()
        (folder / "readback.key").chmod(0o644)
        running.start("pixel_server")
        kept = Path(f"/proc/{running.pid('pixel_server')}/environ").read_bytes()
        assert b"BOT_TOKEN" not in kept
        assert api.token.encode() not in kept
        assert b"NOT_A_SECRET=kept" in kept
        assert running.end("pixel_server") == 0
    told = running.log.read_text("utf-8")
    assert ("This process runs as root" in told) is (os.geteuid() == 0)
    assert "Other users of this machine can read KEY_FILE" in told


def test_a_setting_that_is_left_out_is_not_read_from_anywhere(tmp_path: Path) -> None:
    """Else a wrong token would keep the pixel server from its start."""
    dotenv = tmp_path / ".env"
    dotenv.write_text("BOT_TOKEN=no token\nPORT=8001\n")
    environ = {"BOT_TOKEN_FILE": "/nowhere"}
    settings = configuration.read(environ, dotenv=dotenv, but={"bot_token"})
    assert (settings.bot_token, settings.port) == (None, 8001)
    with pytest.raises(configuration.SettingsError):
        configuration.read(environ, dotenv=dotenv)
