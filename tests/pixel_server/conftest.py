"""A pixel server that runs, and a link of Anna's."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from settings import Settings
from storage.tables import Link
from tests.pixel_server.serving import Served, serving, track


@pytest.fixture
def plain() -> bool:
    """Whether it serves without the pixel's short cut; where both matter, a file says so."""
    return False


@pytest.fixture
def served(settings: Settings, plain: bool) -> Iterator[Served]:
    with serving(settings, plain=plain) as served:
        yield served


@pytest.fixture
def link(engine: Engine) -> Link:
    return track(engine)
