"""`python -m demo`: run the whole product without a bot token, and print one address to open.

`--verbose` also shows what the bot and the pixel server log.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from demo.child_processes import Child, ChildEndedError, environment, ignore_line, stop, until
from demo.site import site
from demo.telegram import Running
from demo.telegram.serving import listening, serving

START_TIMEOUT = 60.0
"""Seconds that each process may take to start."""
SETTLE_SECONDS = "1"
"""A visitor taps Sent and lets the landlord open the mail at once. Waiting five seconds would puzzle them."""
FIRST_PORT = 8000
CHECK_SECONDS = 0.5
"""Seconds between two checks that the processes still run."""
VISITOR = "Robin"
NOBODYS = "the_bot_of_this_demo_is_not_in_telegram"
"""Too long for a username: the front page must not lead the visitor to somebody else's bot."""


def free_port(wanted: int) -> int:
    """Return the wanted port, or another one if it is taken."""
    for port in (wanted, 0):
        with suppress(OSError), listening(port) as bound:
            return int(bound.getsockname()[1])
    raise OSError("no free port")


def settings_of(telegram: Running, folder: str, port: int) -> dict[str, str]:
    return environment(
        BOT_TOKEN=telegram.token,
        TELEGRAM_API_URL=telegram.url,
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        HOST="127.0.0.1",
        PORT=str(port),
        DATABASE_URL=f"sqlite:///{Path(folder) / 'readback.db'}",
        KEY_FILE=str(Path(folder) / "readback.key"),
        TRUSTED_PROXIES="127.0.0.1",
        SETTLE_SECONDS=SETTLE_SECONDS,
        REFRESH_DAYS="0",  # everything here stays on this machine
    )


def answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, trust_env=False).status_code == httpx.codes.OK
    return False


def run(
    telegram: Running, environ: dict[str, str], children: list[Child], asked_to_end: threading.Event
) -> None:
    """Start the real programs, print the address to open, and wait until asked to end."""
    on_line = show_line(telegram) if "--verbose" in sys.argv else ignore_line
    Child("storage", environ, ["upgrade"], on_line=on_line).finish()
    children.append(Child("pixel_server", environ, on_line=on_line))
    until(lambda: answers(f"{environ['PUBLIC_URL']}/healthz"), children, START_TIMEOUT, asked_to_end)
    children.append(Child("bot", environ, on_line=on_line))
    until(lambda: telegram.updates.polls, children, START_TIMEOUT, asked_to_end)
    if not asked_to_end.is_set():
        say(f"Pixel server at {environ['PUBLIC_URL']}/, a local Telegram beside it. Ctrl-C ends both.")
        say(f"Open {telegram.url}/")
    watch(children, asked_to_end)


def show_line(telegram: Running) -> Callable[[str], object]:
    return lambda line: sys.stderr.write(telegram.redacted(line) + "\n")


def watch(children: Sequence[Child], asked_to_end: threading.Event) -> None:
    """Wait until asked to end. Raises ChildEndedError if a process ends before that."""
    while not asked_to_end.wait(CHECK_SECONDS):
        for child in children:
            if not child.running():
                raise child.ended()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    asked_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_end.set())
    port = free_port(int(os.environ.get("PORT") or FIRST_PORT))
    telegram = Running()
    telegram.bot.username = NOBODYS
    visitor = telegram.person(VISITOR, username=VISITOR.lower())
    bound = listening(free_port(port + 1))
    children: list[Child] = []
    app = site(telegram, visitor, f"http://127.0.0.1:{port}")
    with TemporaryDirectory(prefix="readback-demo-") as folder, serving(app, bound, telegram.close) as url:
        telegram.url = url
        try:
            run(telegram, settings_of(telegram, folder, port), children, asked_to_end)
        except (ChildEndedError, TimeoutError) as trouble:
            sys.stderr.write(f"The demo had to stop: {telegram.redacted(str(trouble))}\n")
            return 1
        finally:
            stop(children)
    return 0


if __name__ == "__main__":
    sys.exit(main())
