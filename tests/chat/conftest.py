"""The files in this folder share their processes: to start both takes longer than most of these tests."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from demo import telegram
from tests.conftest import new_database
from tests.processes import Processes, processes

World = tuple[telegram.Running, Processes]


@pytest.fixture(scope="session")
def worlds(postgres: str) -> Iterator[tuple[ExitStack, dict[tuple[tuple[str, str], ...], World]]]:
    """Give the pairs of processes that run so far, each by the settings that it was started with.

    They end before the PostgreSQL server does, because the fixture asks for it.
    """
    with ExitStack() as running:
        yield running, {}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    environ: dict[str, str],
    worlds: tuple[ExitStack, dict[tuple[tuple[str, str], ...], World]],
    postgres: str,
) -> World:
    """Run both processes, once on each kind of database. Each test creates people of its own."""
    running, known = worlds
    key = tuple(sorted({"KIND": request.param, **environ}.items()))
    if key not in known:
        database = {"DATABASE_URL": new_database(postgres)} if request.param == "postgres" else {}
        api = running.enter_context(telegram.running(limits=telegram.LIFTED))
        started = processes(tmp_path_factory.mktemp("chats"), api, **environ, **database)
        known[key] = api, running.enter_context(started)
        known[key][1].wait_until_checked()
    return known[key]
