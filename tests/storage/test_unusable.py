"""A database that cannot be opened or is not there: each program says so in words, and names DATABASE_URL."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bot.process
import pixel_server.process
import storage.__main__

PROGRAMS: dict[str, tuple[Callable[[], int], list[str]]] = {
    "upgrade": (storage.__main__.main, ["upgrade"]),
    "check": (storage.__main__.main, ["check"]),
    "backup": (storage.__main__.main, ["backup", "copy.db"]),
    "pixel_server": (pixel_server.process.main, []),
    "bot": (bot.process.main, []),
}


@pytest.fixture
def start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, str], tuple[int, str]]:
    """Start a program on a database address: return its exit code, and what it said."""

    def start(program: str, address: str) -> tuple[int, str]:
        main, arguments = PROGRAMS[program]
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", [program, *arguments])
        monkeypatch.setenv("DATABASE_URL", address)
        monkeypatch.setenv("BOT_TOKEN", "123456789:" + "A" * 35)
        return main(), capsys.readouterr().err

    return start


Start = Callable[[str, str], tuple[int, str]]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_folder_that_cannot_be_made_is_said_and_not_blamed_on_the_key_file(
    start: Start, program: str
) -> None:
    code, said = start(program, "sqlite:////proc/nope/x.db")
    assert code == 2
    assert "The database file /proc/nope/x.db cannot be opened: No such file or directory." in said
    assert "Set DATABASE_URL" in said
    assert "KEY_FILE" not in said


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_folder_in_the_files_place_is_said(start: Start, tmp_path: Path, program: str) -> None:
    code, said = start(program, f"sqlite:///{tmp_path}")
    assert code == 2
    assert f"The database file {tmp_path} cannot be opened: Is a directory." in said


@pytest.mark.parametrize("program", ["check", "backup", "pixel_server", "bot"])
def test_a_file_that_is_not_there_is_said_and_not_made(start: Start, tmp_path: Path, program: str) -> None:
    code, said = start(program, f"sqlite:///{tmp_path}/readback.db")
    assert code == 2
    assert f"There is no database file {tmp_path}/readback.db. DATABASE_URL names it." in said
    assert "python -m storage upgrade" in said
    assert not (tmp_path / "readback.db").exists()


@pytest.mark.parametrize("program", ["check", "backup", "pixel_server"])
def test_a_file_that_sqlite_cannot_open_is_said(start: Start, tmp_path: Path, program: str) -> None:
    assert start("upgrade", f"sqlite:///{tmp_path}/readback.db")[0] == 0
    (tmp_path / "readback.db-wal").unlink(missing_ok=True)
    (tmp_path / "readback.db-wal").mkdir()
    code, said = start(program, f"sqlite:///{tmp_path}/readback.db")
    assert code == 2
    assert "unable to open database file" in said
