"""`python -m tests.storybook.child CLOCK LOCALE python -m bot`: run a real program on the clock of a story.

The programs read the wall clock in one place, `storage.times.now`, which is replaced here. Leases, pauses and
pacing use another clock, `storage.times.steady`, which stays. LOCALE is a folder of languages that replaces
the real ones, or empty.
"""

import runpy
import sys
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from tests.storybook.clock import reader


def main() -> None:
    clock, locale, _python, _m, program, *sys.argv[1:] = sys.argv[1:]
    with ExitStack() as stack:
        # Before any module imports it by name.
        stack.enter_context(patch("storage.times.now", reader(Path(clock))))
        # A story's host is one that the whole world reaches.
        stack.enter_context(patch("bot.reach.caution", lambda _settings: None))
        if locale:
            _use_only_languages_of(stack, Path(locale))
        runpy.run_module(program, run_name="__main__")


def _use_only_languages_of(stack: ExitStack, locale: Path) -> None:
    import pytest

    from tests.pseudo import only_languages_of

    stack.enter_context(only_languages_of(locale, pytest.MonkeyPatch()))


if __name__ == "__main__":
    main()
