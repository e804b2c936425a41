"""Logs: an entry is one line, and no secret is in any of them."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import logs
from settings import Settings
from storage.engine import url_without_password
from storage.keys import Keys, open_keys
from tests.canaries import PASSWORD as PASSWORD_OF_TESTS
from tests.canaries import keys_in, leaks, logs_in
from tests.conftest import settings_of

TOKEN = "123456789:AAF0-a_secret_token_of_a_bot_x"
OTHER_TOKEN = "987654321:BBF0-a_secret_token_of_another_x"
PASSWORD = "hunter2hunter2"
METRICS = "a-long-metrics-token"
OWNER_KEY = Keys(b"k" * 32).owner_key(7, "A" * 22)
SECRETS = (TOKEN, OTHER_TOKEN, PASSWORD, METRICS, OWNER_KEY)

pytestmark = pytest.mark.logs_secrets

log = logging.getLogger("tests.logs")


@pytest.fixture
def settings_with_secrets(tmp_path: Path) -> Settings:
    return settings_of(
        tmp_path,
        BOT_TOKEN=TOKEN,
        METRICS_TOKEN=METRICS,
        DATABASE_URL=f"postgresql://anna:{PASSWORD}@127.0.0.1:1/readback",
    )


@pytest.fixture
def stderr(settings_with_secrets: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Collect what a process writes to standard error after `logs.start`."""
    root, written = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    root.handlers.clear()  # `start` closes those it finds
    monkeypatch.setattr(sys, "stderr", written)
    logs.start(settings_with_secrets)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def assert_redacted(stderr: io.StringIO, *, times: int = 1) -> None:
    text = stderr.getvalue()
    assert not [secret for secret in SECRETS if secret in text]
    assert text.count("[secret]") >= times


@pytest.mark.parametrize(
    "secret", SECRETS, ids=["token", "another token", "password", "metrics", "owner key"]
)
class TestEverySecret:
    def test_is_redacted_from_a_message(self, stderr: io.StringIO, secret: str) -> None:
        log.info(f"before {secret} after {secret}.")  # noqa: G004
        assert_redacted(stderr, times=2)
        assert stderr.getvalue().endswith("INFO tests.logs: before [secret] after [secret].\n")

    def test_is_redacted_from_arguments(self, stderr: io.StringIO, secret: str) -> None:
        log.warning("%s and %r and %s", f"https://api.telegram.org/{secret}/getMe", [secret], {"key": secret})
        assert_redacted(stderr, times=3)

    def test_is_redacted_from_the_middle_of_an_address(self, stderr: io.StringIO, secret: str) -> None:
        log.error("GET /copy/%s?x=%s HTTP/1.1", secret, secret)
        assert_redacted(stderr, times=2)

    def test_is_redacted_from_an_exception_and_its_cause(self, stderr: io.StringIO, secret: str) -> None:
        try:
            try:
                raise ValueError(secret)
            except ValueError as error:
                raise RuntimeError(f"no luck with {secret}") from error
        except RuntimeError:
            log.exception("It failed.")
        assert_redacted(stderr, times=2)
        assert "Traceback" in stderr.getvalue()

    def test_is_redacted_from_an_exception_that_is_an_argument(
        self, stderr: io.StringIO, secret: str
    ) -> None:
        log.error("It failed: %s", ConnectionError(f"connecting with {secret}"))
        assert_redacted(stderr)

    def test_is_redacted_in_every_line_of_a_message(self, stderr: io.StringIO, secret: str) -> None:
        log.info("first %s\nsecond %s", secret, secret)
        assert_redacted(stderr, times=2)

    def test_is_redacted_from_the_stack_info(self, stderr: io.StringIO, secret: str) -> None:
        log.info("here: %s", secret, stack_info=True)
        assert_redacted(stderr)

    def test_is_redacted_from_the_loggers_of_libraries(self, stderr: io.StringIO, secret: str) -> None:
        for name in ("uvicorn.error", "sqlalchemy.engine.Engine", "asyncio", "apscheduler"):
            logging.getLogger(name).error("with %s", secret)
        assert_redacted(stderr, times=4)


def test_a_secret_in_the_source_line_of_a_traceback_is_redacted(stderr: io.StringIO) -> None:
    try:
        int("123456789:AAF0-a_secret_token_of_a_bot_x")
    except ValueError:
        log.exception("It failed.")
    assert_redacted(stderr, times=2)


def test_an_error_of_the_database_driver_shows_no_password(
    stderr: io.StringIO, settings_with_secrets: Settings
) -> None:
    try:
        psycopg.connect(settings_with_secrets.database_url.replace("+psycopg", ""))
    except psycopg.OperationalError:
        log.exception("Connecting to %s failed.", settings_with_secrets.database_url)
    assert_redacted(stderr)
    assert "postgresql+psycopg://anna:[secret]@127.0.0.1:1/readback" in stderr.getvalue()


def test_text_without_a_secret_stays_as_it_is(stderr: io.StringIO) -> None:
    lines = [
        "Serving https://mail.example on 127.0.0.1:8000",
        "1234-5678 and 7-0123456789abcdef and 12:34:56",
        "/i/AAAAAAAAAAAAAAAAAAAAAA.gif for #7",
    ]
    for line in lines:
        log.info(line)
    assert [line.partition(": ")[2] for line in stderr.getvalue().splitlines()] == lines


def test_a_program_without_secrets_logs_unchanged_text(tmp_path: Path) -> None:
    formatter = logs.RedactingFormatter(logs._secrets(settings_of(tmp_path)))
    assert formatter.redact("all is well") == "all is well"
    assert formatter.redact("") == ""


def test_a_secret_of_one_or_two_letters_is_not_redacted() -> None:
    assert logs.RedactingFormatter(("a", "pw", "")).redact("a pawn") == "a pawn"


def test_no_library_logs_the_addresses_of_requests_to_telegram(stderr: io.StringIO) -> None:
    for name in ("httpx", "httpcore.http11", "telegram.ext.Application"):
        logging.getLogger(name).info("POST https://api.telegram.org/bot%s/getUpdates", TOKEN)
    assert stderr.getvalue() == ""


def test_a_process_logs_to_standard_error_and_writes_nothing_to_standard_output(tmp_path: Path) -> None:
    program = (
        "import logging, logs, settings; from pathlib import Path;"
        f"logs.start(settings.read({{'BOT_TOKEN': '{TOKEN}'}}, dotenv=None));"
        f"logging.getLogger('x').info('token {TOKEN}')"
    )
    home = Path(logs.__file__).parent
    command = [sys.executable, "-c", program]
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout == ""
    assert ran.stderr.endswith("INFO x: token [secret]\n")


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgres://anna@db/readback?password=hunter2hunter2", "hunter2hunter2"),
        ("postgres://anna:hunter2%40hunter2@db/readback", "hunter2@hunter2"),
    ],
)
def test_a_database_password_is_redacted_wherever_the_address_has_it(
    tmp_path: Path, url: str, password: str
) -> None:
    settings = settings_of(tmp_path, DATABASE_URL=url)
    formatter = logs.RedactingFormatter(logs._secrets(settings))
    for shown in (settings.database_url, url_without_password(settings), f"password {password}"):
        assert password not in formatter.redact(shown)


@pytest.mark.parametrize("secret", [TOKEN, OWNER_KEY, PASSWORD_OF_TESTS, "k" * 64])
def test_the_search_after_every_test_finds_a_secret_in_a_log(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, secret: str
) -> None:
    log.warning("requesting https://api.telegram.org/%s/getMe", secret)
    (found,) = leaks(caplog.text, ["k" * 64])
    assert found == f"{secret[:6]}…"
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text(caplog.text)
    assert leaks("".join(logs_in(tmp_path)), ["k" * 64]) == [found]


def test_the_search_after_every_test_knows_the_key_in_every_key_file(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    open_keys(settings.key_file)
    assert list(keys_in(tmp_path)) == [settings.key_file.read_text("ascii").strip()]
