"""Shares the tests among the workers: all tests of a file go to one worker, and long files go first."""

import pytest
from xdist.scheduler import LoadScopeScheduling

WORKERS_PER_PROCESSOR = 2
"""Tests of whole processes mostly wait: with one worker a processor, the processors were half idle."""

TOGETHER = ("tests/chat",)
"""Folders whose files share processes."""

LONGEST = (
    "tests/chat",
    "tests/test_storybook.py",
    "tests/storage/test_retention.py",
    "tests/pixel_server/test_writer.py",
    "tests/test_story.py",
    "tests/test_faults.py",
    "tests/storage/test_pacing.py",
    "tests/storage/test_peeks.py",
    "tests/pixel_server/test_pages_in_a_browser.py",
    "tests/bench/test_faults.py",
    "tests/test_kill.py",
    "tests/words/test_escapes.py",
    "tests/test_outage.py",
)
"""The longest files, longest first. A long file that starts last leaves the other workers idle."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hand out whole files: their tests share processes, which a second worker would start again."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort the files of these tests. Within a file, and among the short ones, the order stays."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((rank for rank, name in enumerate(LONGEST) if nodeid.startswith(name)), len(LONGEST))
