"""One frozen `Settings`, read from the environment, from `.env`, and from files named by `NAME_FILE`.

Nothing is built at import: call `read()`. What is wrong is said in words, all of it at once.
`python -m settings` prints what a launcher must know, as lines a shell can `eval`;
`python -m settings --version` prints which Readback this is.
"""

import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from tracking import Windows

VERSION = "0.9.0"
"""Of Readback. pyproject.toml takes it from here, and CHANGELOG.md begins with it."""


class SettingsError(Exception):
    """The environment cannot be used; the message says which variables, why, and what is expected."""


def _commas(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _networks(value: Any) -> Any:
    return [ip_network(part, strict=False) for part in _commas(value)]


def _database_url(value: Any) -> Any:
    """Fill in the drivers; hosting platforms still hand out `postgres://`."""
    scheme, mark, rest = str(value).partition("://")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    if mark and scheme == "sqlite" and rest.startswith("/") and len(rest) > 1 and ":memory:" not in rest:
        return value
    raise ValueError


def _public_url(value: Any) -> Any:
    text = str(value).rstrip("/")
    parts = urlsplit(text)
    strange = re.search(r"[\s<>\"'?#@\\]", text)
    if strange or parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError
    return text


def _token(value: Any) -> Any:
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{20,}", str(value)):
        raise ValueError
    return value


Seconds = Annotated[float, Field(ge=0, le=366 * 86400)]


class Settings(BaseModel):
    """The environment's variables, lower-cased. Each description says what is expected of the value."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    bot_token: Annotated[SecretStr, BeforeValidator(_token)] | None = Field(
        None, description="a token as @BotFather gives it, like 123456789:AA…"
    )
    telegram_api_url: Annotated[str, BeforeValidator(_public_url)] = Field(
        "https://api.telegram.org", description="the base address of a Bot API, http:// or https://"
    )
    public_url: Annotated[str, BeforeValidator(_public_url)] = Field(
        "", description="the http:// or https:// address at which the world reaches the pixel server"
    )
    host: str = Field("127.0.0.1", description="the address to listen on")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8000, description="a port, 1 to 65535")
    database_url: Annotated[str, BeforeValidator(_database_url)] = Field(
        "sqlite:///data/readback.db",
        repr=False,
        description="sqlite:///a/file, postgres://… or postgresql://…",
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_networks)] = Field(
        (), description="addresses or networks, separated by commas, like 127.0.0.1, 10.0.0.0/8"
    )
    allowed_chats: Annotated[frozenset[int], BeforeValidator(_commas)] = Field(
        frozenset(), description="chat ids, separated by commas; empty for everyone"
    )
    admin_chat_id: int | None = Field(None, description="one chat id")
    retention_days: Annotated[int, Field(ge=1, le=3650)] = Field(180, description="days, 1 to 3650")
    settle_seconds: Seconds = Field(5, description="seconds")
    scanner_seconds: Seconds = Field(120, description="seconds")
    view_seconds: Seconds = Field(30, description="seconds")
    draft_seconds: Seconds = Field(3600, description="seconds")
    revival_days: Annotated[float, Field(gt=0, le=3650)] = Field(14, description="days")
    daily_links: Annotated[int, Field(ge=1, le=10_000)] = Field(50, description="links a day, 1 to 10000")
    operator: str = Field("", description="a name")
    contact: str = Field("", description="an address or a page")
    source_url: Annotated[str, BeforeValidator(_public_url)] = Field(
        "", description="the http:// or https:// address of the source code"
    )
    key_file: Path = Field(Path(), description="the path of a file")
    metrics_token: SecretStr | None = Field(None, description="a secret")

    @cached_property
    def windows(self) -> Windows:
        return Windows(
            settle=self.settle_seconds,
            scanner=self.scanner_seconds,
            view=self.view_seconds,
            draft=self.draft_seconds,
            revival=self.revival_days * 86400,
        )

    @cached_property
    def sqlite_path(self) -> Path | None:
        """The database's file; None on PostgreSQL."""
        scheme, _, rest = self.database_url.partition("://")
        return Path(rest[1:].partition("?")[0]).absolute() if scheme == "sqlite" else None

    @cached_property
    def spool_path(self) -> Path:
        """Where fetches wait while the database is away: beside its file, or beside the key file."""
        return (self.sqlite_path or self.key_file.absolute()).with_suffix(".spool")


NAMES = tuple(name.upper() for name in Settings.model_fields)


def read(environ: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env")) -> Settings:
    """The settings in force. Raises SettingsError. The environment wins over `.env`."""
    sources = (os.environ if environ is None else environ, _dotenv(dotenv))
    wrong: list[str] = []
    values = {name.lower(): value for name in NAMES if (value := _value(name, sources, wrong))}
    values.setdefault("key_file", str(_beside_the_database(values)))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        wrong += _describe(error, values)
    if wrong:
        raise SettingsError("\n".join(wrong))
    if settings.public_url:
        return settings
    return settings.model_copy(update={"public_url": f"http://127.0.0.1:{settings.port}"})


def _dotenv(path: Path | None) -> Mapping[str, str | None]:
    if path is None or not path.is_file():
        return {}
    try:
        return dotenv_values(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}. Save it as UTF-8.") from None


def _value(name: str, sources: Iterable[Mapping[str, str | None]], wrong: list[str]) -> str:
    """The variable, or the content of the file that NAME_FILE names; empty counts as not set."""
    for given in sources:
        if value := given.get(name):
            return value.strip()
        if path := given.get(f"{name}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                wrong.append(f"{name}_FILE names {path}, which cannot be read: {error}.")
                return ""
    return ""


def _beside_the_database(values: Mapping[str, str]) -> Path:
    scheme, _, rest = values.get("database_url", "").partition("://")
    folder = Path(rest[1:].partition("?")[0]).parent if scheme == "sqlite" else Path("data")
    return folder / "readback.key"


SECRETS = {"bot_token", "database_url", "metrics_token"}


def _describe(error: ValidationError, values: Mapping[str, str]) -> list[str]:
    wrong = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors())
    return [
        f"{name.upper()} is {_shown(name, values)}; expected: {Settings.model_fields[name].description}."
        for name in wrong
    ]


def _shown(name: str, values: Mapping[str, str]) -> str:
    return "something else (not shown)" if name in SECRETS else repr(values[name])


def _settled(settings: Settings) -> list[str]:
    """What must be fixed before a process manager hands every child a PORT of its own."""
    mode = "live" if settings.bot_token else "demo"
    fixed = {"HOST": settings.host, "PORT": settings.port, "PUBLIC_URL": settings.public_url}
    return [f"mode={mode}", *(f"export {name}={shlex.quote(str(value))}" for name, value in fixed.items())]


def main() -> int:
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"readback {VERSION}\n")
        return 0
    try:
        settings = read()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("\n".join(_settled(settings)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
