"""Logging for every process: lines on standard error, with secrets cut out."""

import logging
import os
import re
import sys
from urllib.parse import unquote

from settings import Settings

log = logging.getLogger(__name__)

PTB_REQUESTS = "telegram.request"
CHATTY = ("httpx", "httpcore", "telegram", "alembic", PTB_REQUESTS)
"""Loggers whose INFO lines nobody needs. httpx's hold every URL, and the bot's URLs hold the token."""
SHORTEST_SECRET = 6
"""Characters. Cutting a shorter secret out would cut up ordinary words as well."""

TOKEN = re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}")
OWNER_KEY = re.compile(r"\b\d{1,10}-[0-9a-f]{32}\b")


class RedactingFormatter(logging.Formatter):
    """A formatter that cuts secrets out of the finished line, arguments and tracebacks included."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))

    def redact(self, line: str) -> str:
        """Return the line without this host's secrets, and without anything that looks like one."""
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        return redact(line)


def redact(text: str) -> str:
    """Return the text without anything that looks like a bot token or an owner key."""
    return OWNER_KEY.sub("[secret]", TOKEN.sub("[secret]", text))


def start(settings: Settings) -> None:
    """Make this process log to standard error. Call it once, first thing."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(_secrets(settings)))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # PTB logs a traceback for every answer that is no JSON. Telegram's 502 pages are expected, and the
    # delivery logs one line for each.
    logging.getLogger(PTB_REQUESTS).setLevel(logging.CRITICAL)


def warn_of_root() -> None:
    """Warn if this process may do anything on the machine: it needs no more than the database's folder."""
    if os.geteuid() == 0:
        log.warning(
            "This process runs as root. Start it as a user of its own, who owns the database's folder."
        )


def _secrets(settings: Settings) -> tuple[str, ...]:
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    metrics = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    return token, metrics, *_passwords(settings.database_url)


def _passwords(url: str) -> list[str]:
    """Return the database's password as the address spells it, and decoded."""
    found = re.findall(r"://[^:/@]*:([^@]+)@|[?&]password=([^&]+)", url)
    spelt = [password for pair in found for password in pair if password]
    return [*spelt, *map(unquote, spelt)]
