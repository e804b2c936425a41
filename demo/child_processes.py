"""Child processes: the real programs, each with its last lines kept, and none left running."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from settings import NAMES

STOP_TIMEOUT = 4.0
"""Seconds that the children get to end after SIGTERM."""
LAST_LINES = 20
"""The number of lines of output that an error message shows."""
ROOT = Path(__file__).resolve().parent.parent


class ChildEndedError(Exception):
    """A child has ended. The message says which one, its exit code, and its last lines."""


def ignore_line(_line: str) -> None:
    """Do nothing with a line of output. `Child` keeps the last ones anyway."""


class Child:
    """A running program. `on_line` gets each line of its output."""

    def __init__(
        self,
        module: str,
        environ: Mapping[str, str],
        arguments: Sequence[str] = (),
        *,
        on_line: Callable[[str], object] = ignore_line,
    ) -> None:
        self.name = f"python -m {' '.join((module, *arguments))}"
        self.on_line = on_line
        self.lines: deque[str] = deque(maxlen=LAST_LINES)
        # The command is this interpreter and a module name from this package.
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal must reach only the demo, which then ends the children in order.
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout  # noqa: S101  # Popen was given PIPE
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.decode(errors="replace").rstrip())
                self.on_line(self.lines[-1])

    def read_rest(self) -> None:
        """Read an ended child's last lines. Give up after a second: its own child may still hold the pipe."""
        self._reader.join(1)

    def ended(self) -> ChildEndedError:
        self.read_rest()
        last_lines = "\n".join(f"    {line}" for line in self.lines)
        return ChildEndedError(f"{self.name} ended with exit code {self.process.returncode}:\n{last_lines}")

    def running(self) -> bool:
        return self.process.poll() is None

    def finish(self) -> None:
        """Wait until a child that does one thing has done it. Raises ChildEndedError if it failed."""
        self.process.wait()
        self.read_rest()
        if self.process.returncode != 0:
            raise self.ended()


def stop(children: Sequence[Child]) -> None:
    """Send all of them SIGTERM; kill those that still run after STOP_TIMEOUT."""
    for child in children:
        if child.running():
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    for child in children:
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        child.read_rest()


def until(
    ready: Callable[[], object], children: Sequence[Child], seconds: float, pause: threading.Event
) -> None:
    """Wait until `ready` returns something true, or `pause` is set. It is called every tenth of a second.

    Raises ChildEndedError if a child ends first, and TimeoutError after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        for child in children:
            if not child.running():
                raise child.ended()
        if pause.wait(0.1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready after {seconds:.0f} seconds: {children[-1].name}")


def environment(**ours: str) -> dict[str, str]:
    """Return this process's environment, but with these settings only.

    Settings in the environment or in `.env` belong to another deployment, so they are blanked.
    """
    blank = {name: "" for setting in NAMES for name in (setting, f"{setting}_FILE")}
    return {**os.environ, **blank, **ours}
