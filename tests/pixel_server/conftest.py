"""Fixtures: a running pixel server, and a link of Anna's."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from settings import Settings
from storage.tables import Link
from tests.pixel_server.serving import Served, serving, track


@pytest.fixture
def plain() -> bool:
    """False: the server has the pixel's short cut. A file where both ways matter overrides this."""
    return False


@pytest.fixture
def served(settings: Settings, plain: bool) -> Iterator[Served]:
    with serving(settings, plain=plain) as served:
        yield served


@pytest.fixture
def link(engine: Engine) -> Link:
    return track(engine)
