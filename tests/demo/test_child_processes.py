"""The demo's child processes: their errors are shown, and none is left running."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from demo import child_processes
from demo.child_processes import Child, ChildEndedError, environment, stop, until

READY = "print('ready', flush=True)"
WAIT = "import signal, threading; "
STUBBORN = f"{WAIT}signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}; threading.Event().wait()"
DOCILE = f"{WAIT}{READY}; threading.Event().wait()"
CLUMSY = "import sys; print('the database is locked'); sys.exit(3)"


@pytest.fixture
def start(tmp_path: Path) -> Callable[[str], Child]:
    """Start a module with this source code."""

    def started(source: str) -> Child:
        (tmp_path / "acted.py").write_text(source, encoding="utf-8")
        return Child("acted", {**os.environ, "PYTHONPATH": str(tmp_path)})

    return started


def ready(child: Child) -> None:
    until(lambda: "ready" in child.lines, [child], 30, threading.Event())


def test_the_error_of_an_ended_child_names_it_and_shows_its_last_lines(start: Callable[[str], Child]) -> None:
    child = start(CLUMSY)
    with pytest.raises(
        ChildEndedError, match="python -m acted ended with exit code 3:\n    the database is locked"
    ):
        until(lambda: False, [child], 30, threading.Event())


def test_only_a_step_that_fails_is_an_error(start: Callable[[str], Child]) -> None:
    start("").finish()
    with pytest.raises(ChildEndedError, match="exit code 3"):
        start(CLUMSY).finish()


def test_children_get_sigterm_first(start: Callable[[str], Child]) -> None:
    child = start(DOCILE)
    ready(child)
    stop([child])
    assert child.process.returncode == -signal.SIGTERM


def test_a_child_that_ignores_sigterm_is_killed(
    start: Callable[[str], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_processes, "STOP_TIMEOUT", 0)
    child = start(STUBBORN)
    ready(child)
    stop([child])
    assert child.process.returncode == -signal.SIGKILL


def test_waiting_ends_when_the_demo_is_asked_to_end(start: Callable[[str], Child]) -> None:
    asked_to_end = threading.Event()
    asked_to_end.set()
    child = start(DOCILE)
    until(lambda: False, [child], 30, asked_to_end)
    stop([child])


def test_settings_of_another_deployment_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_CHATS", "5")
    monkeypatch.setenv("BOT_TOKEN_FILE", "/run/secrets/token")
    given = environment(PORT="8000")
    assert (given["ALLOWED_CHATS"], given["BOT_TOKEN_FILE"], given["PORT"]) == ("", "", "8000")
    assert given["PATH"] == os.environ["PATH"]
