"""The real programs, started as children: each one's last lines kept, none left behind."""

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

PATIENCE = 4.0
"""Seconds a child gets to end by itself."""
LAST_LINES = 20
ROOT = Path(__file__).resolve().parent.parent


class ChildEndedError(Exception):
    """A child is gone; the message says which, how, and what it said last."""


class Child:
    def __init__(
        self,
        module: str,
        environ: Mapping[str, str],
        arguments: Sequence[str] = (),
        *,
        hear: Callable[[str], object] = len,
    ) -> None:
        self.name = f"python -m {' '.join((module, *arguments))}"
        self.hear = hear
        self.lines: deque[str] = deque(maxlen=LAST_LINES)
        # the command is this interpreter and module names written here
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal reaches only us: we decide how children end
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout  # noqa: S101 - it is a pipe, we asked for one
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.decode(errors="replace").rstrip())
                self.hear(self.lines[-1])

    def heard_out(self) -> None:
        """Read what an ended child said last, unless one of its own holds on to the pipe."""
        self._reader.join(1)

    def ended(self) -> ChildEndedError:
        self.heard_out()
        said = "\n".join(f"    {line}" for line in self.lines)
        return ChildEndedError(f"{self.name} ended with exit code {self.process.returncode}:\n{said}")

    def running(self) -> bool:
        return self.process.poll() is None

    def finish(self) -> None:
        """Wait for a child that does one thing."""
        self.process.wait()
        self.heard_out()
        if self.process.returncode != 0:
            raise self.ended()


def stop(children: Sequence[Child]) -> None:
    """Ask all to end, then insist."""
    for child in children:
        if child.running():
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        child.heard_out()


def until(
    ready: Callable[[], object], children: Sequence[Child], seconds: float, pause: threading.Event
) -> None:
    """Look every tenth of a second; a child that ends meanwhile is an error."""
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
    """This environment, with our settings alone: others, in it or in `.env`, are for another deployment."""
    blank = {name: "" for setting in NAMES for name in (setting, f"{setting}_FILE")}
    return {**os.environ, **blank, **ours}
