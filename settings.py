"""The settings: one frozen `Settings`, read from the environment, from `.env`, and from files (`NAME_FILE`).

Nothing is read at import; call `read()`. It reports everything that is wrong at once, in words.

To add a setting, add a field to `Settings`, a line to `.env.example`, a row to docs/operating.md, and its
default to tests/test_settings.py.

`python -m settings` prints what `make run` must know, as lines that a shell can `eval`.
`python -m settings --version` prints the version of Readback.
"""

import os
import re
import shlex
import sys
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from tracking import Windows
from tracking.hops import TITLES

VERSION = "0.9.0"
"""The version of Readback. pyproject.toml reads it here, and CHANGELOG.md begins with it."""


class SettingsError(Exception):
    """The environment cannot be used. The message says for each variable what is wrong and what to set."""


# --- what a value may be ------------------------------------------------------------------------------


def _commas(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _proxies(value: Any) -> Any:
    """Check addresses, networks and names of published lists, and keep them as they are spelt."""
    parts = [part.lower() for part in _commas(value)]
    for part in parts:
        if part not in TITLES:
            ip_network(part, strict=False)
    return parts


def _database_url(value: Any) -> Any:
    """Fill in the driver. Hosting platforms still hand out `postgres://`."""
    scheme, mark, rest = str(value).partition("://")
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    if mark and scheme == "sqlite" and rest.startswith("/") and len(rest) > 1 and ":memory:" not in rest:
        return value
    raise ValueError


def _base_url(value: Any) -> Any:
    """Check an http:// or https:// address without user, query and fragment; drop a slash at its end."""
    text = str(value).rstrip("/")
    parts = urlsplit(text)
    # Links are made by appending a path, so there must be no query and no fragment.
    unusable = re.search(r"[\s<>\"'?#@\\]", text)
    if unusable or parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError
    return text


def _token(value: Any) -> Any:
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]{20,}", str(value)):
        raise ValueError
    return value


Seconds = Annotated[float, Field(ge=0, le=366 * 86400)]
_SECONDS = "a number of seconds, 0 or more"

# --- the settings --------------------------------------------------------------------------------------


class Settings(BaseModel):
    """The environment's variables, in lower case. Each description completes "Set it to …" in an error."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    bot_token: Annotated[SecretStr, BeforeValidator(_token)] | None = Field(
        None, description="the token that @BotFather gives you; it looks like 123456789:AAF0-secret"
    )
    telegram_api_url: Annotated[str, BeforeValidator(_base_url)] = Field(
        "https://api.telegram.org",
        description="the http:// or https:// address of a Bot API, without /bot and the token",
    )
    public_url: Annotated[str, BeforeValidator(_base_url)] = Field(
        "", description="the http:// or https:// address at which the world reaches the pixel server"
    )
    host: str = Field("127.0.0.1", description="the address to listen on")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8000, description="a port number, 1 to 65535")
    database_url: Annotated[str, BeforeValidator(_database_url)] = Field(
        "sqlite:///data/readback.db",
        repr=False,
        description="sqlite:///path/to/file, or the postgresql:// address of a database",
    )
    trusted_proxies: Annotated[tuple[str, ...], BeforeValidator(_proxies)] = Field(
        (),
        description="IP addresses, networks, and names of published lists "
        f"({', '.join(TITLES)}), separated by commas, such as 127.0.0.1, cloudflare",
    )
    allowed_chats: Annotated[frozenset[int], BeforeValidator(_commas)] = Field(
        frozenset(), description="chat ids, separated by commas, or leave it empty for everyone"
    )
    admin_chat_id: int | None = Field(None, description="one chat id")
    retention_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        180, description="a whole number of days, 1 to 3650"
    )
    settle_seconds: Seconds = Field(5, description=_SECONDS)
    scanner_seconds: Seconds = Field(120, description=_SECONDS)
    view_seconds: Seconds = Field(30, description=_SECONDS)
    draft_seconds: Seconds = Field(3600, description=_SECONDS)
    revival_days: Annotated[float, Field(gt=0, le=3650)] = Field(
        14, description="a number of days, above 0 and up to 3650"
    )
    refresh_days: Annotated[int, Field(ge=0, le=365)] = Field(
        7, description="a whole number of days, 0 to 365 (0: the published address ranges are not fetched)"
    )
    daily_links: Annotated[int, Field(ge=1, le=10_000)] = Field(
        50, description="a number of links a day, 1 to 10000"
    )
    operator: str = Field("", description="the name of whoever runs this host")
    contact: str = Field("", description="an e-mail address or a web page")
    source_url: Annotated[str, BeforeValidator(_base_url)] = Field(
        "", description="the http:// or https:// address of the source code"
    )
    key_file: Path = Field(Path(), description="the path of a file")
    metrics_token: SecretStr | None = Field(None, description="a secret")

    @cached_property
    def windows(self) -> Windows:
        """The judge's windows, all in seconds."""
        return Windows(
            settle=self.settle_seconds,
            scanner=self.scanner_seconds,
            view=self.view_seconds,
            draft=self.draft_seconds,
            revival=self.revival_days * 86400,
        )

    @cached_property
    def sqlite_path(self) -> Path | None:
        """The absolute path of the database's file; None on PostgreSQL."""
        scheme, _, rest = self.database_url.partition("://")
        return Path(rest[1:].partition("?")[0]).absolute() if scheme == "sqlite" else None

    @cached_property
    def spool_path(self) -> Path:
        """Where fetches wait while the database takes none: beside its file, or beside the key file."""
        return (self.sqlite_path or self.key_file.absolute()).with_suffix(".spool")


NAMES = tuple(name.upper() for name in Settings.model_fields)
"""The variables that Readback reads."""
SECRETS = {"bot_token", "database_url", "metrics_token"}
"""Fields whose values no error message shows."""

# --- reading them --------------------------------------------------------------------------------------


def read(
    environ: Mapping[str, str] | None = None,
    *,
    dotenv: Path | None = Path(".env"),
    but: Collection[str] = (),
) -> Settings:
    """Return the settings in force. The environment wins over `.env`. Raises SettingsError.

    `but` names fields that are not read: they have their defaults, whatever is given.
    """
    sources = (os.environ if environ is None else environ, _dotenv(dotenv))
    wrong: list[str] = []
    names = [name for name in NAMES if name.lower() not in but]
    values = {name.lower(): value for name in names if (value := _value(name, sources, wrong))}
    values.setdefault("key_file", str(_beside_the_database(values)))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        wrong += _in_words(error, values)
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
        raise SettingsError(
            f"{path} cannot be read: {error}. Make it readable, and save it as UTF-8."
        ) from None


def _value(name: str, sources: Iterable[Mapping[str, str | None]], wrong: list[str]) -> str:
    """Return the variable, or the content of the file that NAME_FILE names. Empty counts as not set."""
    for given in sources:
        if value := given.get(name):
            return value.strip()
        if path := given.get(f"{name}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                what = f"{name}_FILE names {path}, which cannot be read: {error}."
                wrong.append(f"{what} Correct the path, or make the file readable.")
                return ""
    return ""


def _beside_the_database(values: Mapping[str, str]) -> Path:
    """Return where the key file lies unless KEY_FILE says otherwise."""
    scheme, _, rest = values.get("database_url", "").partition("://")
    folder = Path(rest[1:].partition("?")[0]).parent if scheme == "sqlite" else Path("data")
    return folder / "readback.key"


def _in_words(error: ValidationError, values: Mapping[str, str]) -> list[str]:
    """Return one line for each wrong variable."""
    wrong = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors())
    return [
        f"{_what_is_wrong(name, values)} Set it to {Settings.model_fields[name].description}."
        for name in wrong
    ]


def _what_is_wrong(name: str, values: Mapping[str, str]) -> str:
    if name in SECRETS:
        return f"{name.upper()} cannot be used (its value is not shown here)."
    return f"{name.upper()} is {values[name]!r}, which cannot be used."


# --- python -m settings --------------------------------------------------------------------------------


def _for_the_launcher(settings: Settings) -> list[str]:
    """Return shell lines that fix mode, HOST, PORT and PUBLIC_URL.

    `make run` must fix them before it starts honcho, which gives every child another PORT.
    """
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
    sys.stdout.write("\n".join(_for_the_launcher(settings)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
