"""The product under attack: real processes on a fresh database, with their logs in files."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import IO

from bench.product import Product
from bench.programs import program, resident_mib
from demo import telegram


@dataclass
class Target:
    """The product that an attack is made on."""

    folder: Path
    product: Product
    processes: Mapping[str, Popen[bytes]]
    """`pixel server`, and `bot` if the attack needs the chat."""
    running_api: telegram.Running | None
    """The local Telegram, if the attack uses the chat."""
    at_end: ExitStack
    """Is closed once the attack is over, before the product has to answer as before."""
    links: list[str] = field(default_factory=list)
    """The pixels' URLs that an attack has made."""

    @property
    def port(self) -> int:
        return self.product.port

    @property
    def pixel_server(self) -> Popen[bytes]:
        return self.processes["pixel server"]

    @property
    def api(self) -> telegram.Running:
        assert self.running_api, "an attack that uses the chat says so"
        return self.running_api

    def memory(self) -> dict[str, float]:
        """Return the MiB of each process."""
        return {name: resident_mib(process.pid) for name, process in self.processes.items()}

    def database_mb(self) -> float:
        """Return the MB of the database, without SQLite's write-ahead log."""
        assert self.product.settings.sqlite_path, "attacks are made on a SQLite file"
        return self.product.settings.sqlite_path.stat().st_size / 1e6

    def log(self, process: str = "pixel server") -> list[str]:
        """Return the lines that a process has logged."""
        return _log(self.folder, process).read_text("utf-8").splitlines()


@contextmanager
def target(folder: Path, *, chat: bool = False, **environ: str) -> Iterator[Target]:
    """Run the pixel server, and with `chat` the bot and a local Telegram, until the end of the block."""
    with ExitStack() as running:
        api = running.enter_context(telegram.running(limits=telegram.LIFTED)) if chat else None
        if api:
            environ = {"BOT_TOKEN": api.token, "TELEGRAM_API_URL": api.url, **environ}
        product = Product(folder, **environ)

        def start(name: str, module: str, ready: str = "") -> Popen[bytes]:
            log: IO[bytes] = running.enter_context(_log(folder, name).open("wb"))
            given = program("-m", module, environ=product.environ, ready=ready, errors=log)
            return running.enter_context(given)

        processes = {"pixel server": start("pixel server", "pixel_server", f"{product.url}/healthz")}
        if chat:
            processes["bot"] = start("bot", "bot")
        yield Target(folder, product, processes, api, running.enter_context(ExitStack()))


def _log(folder: Path, process: str) -> Path:
    return folder / f"{process}.log"
