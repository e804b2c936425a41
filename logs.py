"""Logging for every process: one line each to standard error, with secrets cut out."""

import logging
import re
import sys
from urllib.parse import unquote

from settings import Settings

JUNK = "telegram.request"
CHATTY = ("httpx", "httpcore", "telegram", "alembic", JUNK)

TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
OWNER_KEY = re.compile(r"\b\d{1,10}-[0-9a-f]{32}\b")


class RedactingFormatter(logging.Formatter):
    """Formats first and cuts then: a secret in an argument or a traceback is found as well."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secret for secret in secrets if len(secret) >= 6)

    def format(self, record: logging.LogRecord) -> str:
        return self.redact(super().format(record))

    def redact(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        return redact(line)


def redact(text: str) -> str:
    """The text without anything that looks like a bot token or an owner key."""
    return OWNER_KEY.sub("[secret]", TOKEN.sub("[secret]", text))


def start(settings: Settings) -> None:
    """Log to standard error. httpx logs every URL, with the bot token in it, at INFO: not here."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(_secrets(settings)))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # PTB logs every answer that is not JSON with a traceback; Telegram's 502 pages are expected, and
    # the delivery says so in one line.
    logging.getLogger(JUNK).setLevel(logging.CRITICAL)


def _secrets(settings: Settings) -> tuple[str, ...]:
    token = settings.bot_token.get_secret_value() if settings.bot_token else ""
    metrics = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    return token, metrics, *_passwords(settings.database_url)


def _passwords(url: str) -> list[str]:
    """The database's password as it stands in the address, and as it is meant."""
    found = re.findall(r"://[^:/@]*:([^@]+)@|[?&]password=([^&]+)", url)
    written = [password for pair in found for password in pair if password]
    return [*written, *map(unquote, written)]
