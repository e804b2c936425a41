"""The order in which the workers of `make test` get the test files."""

from pathlib import Path

import pytest

from tests.scheduling import LONGEST, TOGETHER

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", [*LONGEST, *TOGETHER])
def test_every_file_that_gets_a_place_in_the_order_exists(name: str) -> None:
    assert (ROOT / name).exists(), "tests/scheduling.py names a file that was moved"
