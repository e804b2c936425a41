"""The settings: what is read from where, and what an error says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

import settings as configuration
from settings import Settings, SettingsError
from tracking import Windows

TOKEN = "123456789:AAF0-a_secret_token_of_a_bot_x"
PROGRAM = Path(configuration.__file__)


def read(dotenv: Path | None = None, /, **environ: str) -> Settings:
    return configuration.read(environ, dotenv=dotenv)


def error_of(dotenv: Path | None = None, /, **environ: str) -> str:
    with pytest.raises(SettingsError) as raised:
        read(dotenv, **environ)
    return str(raised.value)


# --- defaults --------------------------------------------------------------------------------------


def test_settings_without_an_environment_have_the_documented_defaults() -> None:
    assert read().model_dump() == {
        "bot_token": None,
        "telegram_api_url": "https://api.telegram.org",
        "public_url": "http://127.0.0.1:8000",
        "host": "127.0.0.1",
        "port": 8000,
        "database_url": "sqlite:///data/readback.db",
        "trusted_proxies": (),
        "allowed_chats": frozenset(),
        "admin_chat_id": None,
        "retention_days": 180,
        "settle_seconds": 5,
        "scanner_seconds": 120,
        "view_seconds": 30,
        "draft_seconds": 3600,
        "revival_days": 14,
        "daily_links": 50,
        "refresh_days": 7,
        "operator": "",
        "contact": "",
        "source_url": "",
        "key_file": Path("data/readback.key"),
        "metrics_token": None,
    }


def test_every_variable_of_the_environment_is_read(tmp_path: Path) -> None:
    settings = read(
        BOT_TOKEN=TOKEN,
        TELEGRAM_API_URL="http://127.0.0.1:8081/",
        PUBLIC_URL="https://mail.example/below/",
        HOST="0.0.0.0",  # noqa: S104  # nothing listens here
        PORT="8443",
        DATABASE_URL=f"sqlite:///{tmp_path}/mine.db",
        TRUSTED_PROXIES="127.0.0.1, 10.0.0.1/8,fd00::/8, Cloudflare,",
        ALLOWED_CHATS=" 7, -1001234567890 ,",
        ADMIN_CHAT_ID="7",
        RETENTION_DAYS="30",
        SETTLE_SECONDS="2.5",
        SCANNER_SECONDS="60",
        VIEW_SECONDS="0",
        DRAFT_SECONDS="600",
        REVIVAL_DAYS="0.5",
        DAILY_LINKS="3",
        REFRESH_DAYS="0",
        OPERATOR="Anna & Söhne",
        CONTACT="anna@example.org",
        SOURCE_URL="https://code.example/readback",
        KEY_FILE=f"{tmp_path}/elsewhere.key",
        METRICS_TOKEN="a-long-metrics-token",
    )
    assert settings.model_dump() == {
        "bot_token": SecretStr(TOKEN),
        "telegram_api_url": "http://127.0.0.1:8081",
        "public_url": "https://mail.example/below",
        "host": "0.0.0.0",  # noqa: S104
        "port": 8443,
        "database_url": f"sqlite:///{tmp_path}/mine.db",
        "trusted_proxies": ("127.0.0.1", "10.0.0.1/8", "fd00::/8", "cloudflare"),
        "allowed_chats": frozenset({7, -1001234567890}),
        "admin_chat_id": 7,
        "retention_days": 30,
        "settle_seconds": 2.5,
        "scanner_seconds": 60,
        "view_seconds": 0,
        "draft_seconds": 600,
        "revival_days": 0.5,
        "daily_links": 3,
        "refresh_days": 0,
        "operator": "Anna & Söhne",
        "contact": "anna@example.org",
        "source_url": "https://code.example/readback",
        "key_file": tmp_path / "elsewhere.key",
        "metrics_token": SecretStr("a-long-metrics-token"),
    }


def test_the_environment_sets_the_time_windows_of_the_judge() -> None:
    assert read().windows == Windows()
    changed = read(
        SETTLE_SECONDS="1", SCANNER_SECONDS="2", VIEW_SECONDS="3", DRAFT_SECONDS="4", REVIVAL_DAYS="5"
    )
    assert changed.windows == Windows(settle=1, scanner=2, view=3, draft=4, revival=5 * 86400)


def test_the_public_url_has_the_port_unless_it_is_set() -> None:
    assert read(PORT="9000").public_url == "http://127.0.0.1:9000"
    assert read(PORT="9000", PUBLIC_URL="https://mail.example").public_url == "https://mail.example"


def test_an_empty_or_blank_variable_counts_as_not_set() -> None:
    assert read(**dict.fromkeys(configuration.NAMES, "")) == read()
    assert read(**dict.fromkeys(configuration.NAMES, " \t")) == read()


def test_variables_of_other_programs_are_ignored() -> None:
    assert read(PATH="/bin", PORTS="1", port="x", BOT_TOKEN_="x", WINDOWS="x", SQLITE_PATH="x") == read()


# --- files -----------------------------------------------------------------------------------------


def test_every_variable_can_be_read_from_a_file(tmp_path: Path) -> None:
    given = {
        "BOT_TOKEN": TOKEN,
        "PORT": "8443",
        "DATABASE_URL": "postgres://anna:pw@db/readback",
        "OPERATOR": "Ännchen",
    }
    environ = {}
    for name, value in given.items():
        (tmp_path / name).write_text(f"{value}\n", encoding="utf-8")
        environ[f"{name}_FILE"] = str(tmp_path / name)
    assert read(**environ) == read(**given)


def test_the_variable_itself_wins_over_its_file(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("8443", encoding="utf-8")
    assert read(PORT="9000", PORT_FILE=str(tmp_path / "port")).port == 9000


def test_key_file_is_the_key_file_and_key_file_file_holds_its_path(tmp_path: Path) -> None:
    (tmp_path / "path").write_text(f"{tmp_path}/mine.key\n", encoding="utf-8")
    assert read(KEY_FILE=f"{tmp_path}/key").key_file == tmp_path / "key"
    assert read(KEY_FILE_FILE=f"{tmp_path}/path").key_file == tmp_path / "mine.key"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    message = error_of(BOT_TOKEN_FILE=f"{tmp_path}/missing")
    assert message.startswith("BOT_TOKEN_FILE names ")
    assert "missing" in message
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert "OPERATOR_FILE" in error_of(OPERATOR_FILE=f"{tmp_path}/binary")
    assert "PORT_FILE" in error_of(PORT_FILE=str(tmp_path))


def test_dotenv_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("# mine\nPORT=8443\nOPERATOR='Anna & Söhne'\nHOST=::1\nBOT_TOKEN=\n", encoding="utf-8")
    settings = read(dotenv, PORT="9000")
    assert (settings.port, settings.operator, settings.host, settings.bot_token) == (
        9000,
        "Anna & Söhne",
        "::1",
        None,
    )


def test_dotenv_may_name_files(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    (tmp_path / ".env").write_text(f"BOT_TOKEN_FILE={tmp_path}/token\n", encoding="utf-8")
    assert read(tmp_path / ".env").bot_token == SecretStr(TOKEN)


def test_an_error_in_dotenv_is_reported_like_any_other(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=many\n", encoding="utf-8")
    assert "PORT is 'many'" in error_of(tmp_path / ".env")


def test_dotenv_may_be_missing(tmp_path: Path) -> None:
    assert read(tmp_path / ".env") == read(tmp_path) == read()


# --- the database ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgres://anna:pw@db:5432/readback", "postgresql+psycopg://anna:pw@db:5432/readback"),
        ("postgresql://db/readback?sslmode=require", "postgresql+psycopg://db/readback?sslmode=require"),
        ("postgresql+psycopg://db/readback", "postgresql+psycopg://db/readback"),
        ("sqlite:///data/mine.db", "sqlite:///data/mine.db"),
    ],
)
def test_an_address_without_a_driver_gets_the_installed_one(given: str, kept: str) -> None:
    assert read(DATABASE_URL=given).database_url == kept


def test_the_path_of_the_sqlite_file_is_absolute(tmp_path: Path) -> None:
    assert read(DATABASE_URL="sqlite:///data/mine.db").sqlite_path == Path("data/mine.db").absolute()
    assert read(DATABASE_URL=f"sqlite:///{tmp_path}/mine.db?mode=rw").sqlite_path == tmp_path / "mine.db"
    assert read(DATABASE_URL="postgres://db/readback").sqlite_path is None


def test_the_key_file_is_beside_the_database_unless_it_is_set(tmp_path: Path) -> None:
    assert read(DATABASE_URL=f"sqlite:///{tmp_path}/mine.db").key_file == tmp_path / "readback.key"
    assert read(DATABASE_URL="postgres://db/readback").key_file == Path("data/readback.key")


# --- errors ----------------------------------------------------------------------------------------

WRONG = {
    "TELEGRAM_API_URL": [
        "api.telegram.org",
        "ftp://api.telegram.org",
        "https://",
        "https://x/?a=b",
        "http://[::1",
    ],
    "PUBLIC_URL": [
        "mail.example",
        "//mail.example",
        "javascript:alert(1)",
        "https://mail.example/#a",
        "https:/x",
    ],
    "PORT": ["0", "65536", "-1", "http", "80.5", "8000 8001"],
    "TRUSTED_PROXIES": [
        "everyone",
        "cloudfare",
        "127.0.0.1, cloudfare",
        "10.0.0.0/33",
        "10.0.0.1-10.0.0.9",
        "127.0.0.1 10.0.0.1",
    ],
    "ALLOWED_CHATS": ["anna", "7;8", "7, anna", "7.5"],
    "ADMIN_CHAT_ID": ["@anna", "7, 8", "7.5"],
    "RETENTION_DAYS": ["0", "-1", "forever", "3651"],
    "SETTLE_SECONDS": ["-1", "5 s", "nan", "inf", "1e99"],
    "SCANNER_SECONDS": ["-0.1", "two"],
    "VIEW_SECONDS": ["-1", "½"],
    "DRAFT_SECONDS": ["-1", "1h"],
    "REVIVAL_DAYS": ["0", "-1", "inf", "nan", "3651"],
    "DAILY_LINKS": ["0", "-1", "10001", "many"],
    "REFRESH_DAYS": ["-1", "366", "1.5", "weekly"],
}
WRONG_SECRETS = {
    "BOT_TOKEN": [
        "hush",
        "123456789",
        "123456789:short",
        "anna:AAF0-a_secret_token_of_a_bot_x",
        f"{TOKEN} {TOKEN}",
    ],
    "DATABASE_URL": [
        "mysql://anna:hush-hush@db/readback",
        "hush-hush",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:relative-hush.db",
    ],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_an_error_names_the_variable_shows_its_value_and_says_what_to_set(name: str, value: str) -> None:
    expected = Settings.model_fields[name.lower()].description
    message = error_of(**{name: value})
    assert message == f"{name} is {value!r}, which cannot be used. Set it to {expected}."


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_SECRETS.items() for value in values]
)
def test_an_error_about_a_secret_does_not_show_the_secret(name: str, value: str) -> None:
    expected = Settings.model_fields[name.lower()].description
    message = error_of(**{name: value})
    assert message == f"{name} cannot be used (its value is not shown here). Set it to {expected}."


def test_each_setting_says_what_to_set_it_to() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name


def test_all_errors_are_reported_at_once() -> None:
    message = error_of(
        PORT="many", BOT_TOKEN="hush", ALLOWED_CHATS="7, anna, 8, boris", REVIVAL_DAYS="-1", HOST="x"
    )
    assert [line.partition(" ")[0] for line in message.splitlines()] == [
        "BOT_TOKEN",
        "PORT",
        "ALLOWED_CHATS",
        "REVIVAL_DAYS",
    ]
    assert "hush" not in message


def test_an_error_leaves_no_secret_in_the_chain_of_exceptions() -> None:
    with pytest.raises(SettingsError) as raised:
        read(BOT_TOKEN="hush", PORT="many")
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_printed_settings_show_no_token() -> None:
    settings = read(BOT_TOKEN=TOKEN, METRICS_TOKEN="a-long-metrics-token")
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert TOKEN not in shown
        assert "a-long-metrics-token" not in shown


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        read().port = 1  # type: ignore[misc]


# --- the program -----------------------------------------------------------------------------------


def run(folder: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in configuration.NAMES}
    return subprocess.run(
        command, cwd=folder, env={**clean, **environ}, capture_output=True, text=True, timeout=60, check=False
    )


def test_nothing_is_read_or_built_at_import(tmp_path: Path) -> None:
    ran = run(tmp_path, sys.executable, "-c", "import settings", PYTHONPATH=str(PROGRAM.parent), PORT="many")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def evaluated(folder: Path, **environ: str) -> list[str]:
    """Return what a shell holds after it evaluated the program's lines."""
    script = """settled=$("$PYTHON" "$PROGRAM") && eval "$settled" || exit 2
        printf '%s\\0' "$mode" && exec "$PYTHON" -c 'import os
for name in ("HOST", "PORT", "PUBLIC_URL"): print(os.environ[name], end="\\0")'"""
    ran = run(folder, "sh", "-c", script, PYTHON=sys.executable, PROGRAM=str(PROGRAM), **environ)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.split("\0")[:-1]


def test_a_launcher_learns_mode_host_port_and_public_url(tmp_path: Path) -> None:
    assert evaluated(tmp_path) == ["demo", "127.0.0.1", "8000", "http://127.0.0.1:8000"]
    settled = evaluated(tmp_path, BOT_TOKEN=TOKEN, PORT="9000", HOST="::")
    assert settled == ["live", "::", "9000", "http://127.0.0.1:9000"]


def test_a_shell_evaluates_no_value(tmp_path: Path) -> None:
    nasty = "https://mail.example/$(touch${IFS}pwned)`touch${IFS}pwned`;touch&pwned"
    host = "*; touch pwned"
    assert evaluated(tmp_path, PUBLIC_URL=nasty, HOST=host)[1::2] == [host, nasty]
    assert list(tmp_path.iterdir()) == []


def test_the_launcher_reads_dotenv_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PORT=9000\nBOT_TOKEN={TOKEN}\n", encoding="utf-8")
    assert evaluated(tmp_path)[::2] == ["live", "9000"]


def test_the_launcher_never_gets_a_secret(tmp_path: Path) -> None:
    ran = run(tmp_path, sys.executable, str(PROGRAM), BOT_TOKEN=TOKEN, METRICS_TOKEN="a-long-metrics-token")
    assert TOKEN not in ran.stdout + ran.stderr
    assert "a-long-metrics-token" not in ran.stdout + ran.stderr


def test_a_launcher_with_a_wrong_environment_gets_an_error_and_nothing_to_evaluate(tmp_path: Path) -> None:
    ran = run(tmp_path, sys.executable, str(PROGRAM), PORT="many", BOT_TOKEN="hush")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "PORT is 'many'" in ran.stderr
    assert "hush" not in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_file_named_in_the_environment_wins_over_a_value_in_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=8443\n", encoding="utf-8")
    (tmp_path / "port").write_text("9000", encoding="utf-8")
    assert read(tmp_path / ".env", PORT_FILE=f"{tmp_path}/port").port == 9000


def test_unreadable_files_are_reported_with_all_other_errors(tmp_path: Path) -> None:
    message = error_of(BOT_TOKEN_FILE=f"{tmp_path}/a", OPERATOR_FILE=f"{tmp_path}/b", PORT="many")
    assert all(name in message for name in ("BOT_TOKEN_FILE", "OPERATOR_FILE", "PORT"))


def test_a_dotenv_that_is_no_utf8_is_reported_in_words(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("OPERATOR=Söhne\n".encode("latin-1"))
    assert ".env" in error_of(tmp_path / ".env")


def test_printed_settings_show_no_password_of_the_database() -> None:
    assert "hunter2hunter2" not in repr(read(DATABASE_URL="postgres://anna:hunter2hunter2@db/readback"))


@pytest.mark.parametrize(
    "url",
    [
        "https://mail.example:99999",
        "https://mail.example:http",
        "https://mail.example/a b",
        "https://<b>",
        "https://anna:pw@mail.example",
        "https://mail.example/\nx",
        "https://mail.example/?",
    ],
)
def test_an_unusable_public_url_is_refused(url: str) -> None:
    assert "PUBLIC_URL" in error_of(PUBLIC_URL=url)
