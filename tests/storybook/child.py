"""`python -m tests.storybook.child CLOCK LOCALE python -m bot`: a real program, in the time of a story.

The programs read the time in one place, `storage.times.now`; there they read the clock of the story. Leases,
pauses and pace go by another one, `storage.times.steady`, and that is left alone. LOCALE, where it is not
empty, is a folder of languages that stands in for the real ones.
"""

import runpy
import sys
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from tests.storybook.clock import watching


def main() -> None:
    clock, locale, _python, _m, program, *sys.argv[1:] = sys.argv[1:]
    with ExitStack() as stack:
        # Before anything imports it by name.
        stack.enter_context(patch("storage.times.now", watching(Path(clock))))
        if locale:
            _speak_only(stack, Path(locale))
        runpy.run_module(program, run_name="__main__")


def _speak_only(stack: ExitStack, locale: Path) -> None:
    import pytest

    from tests.pseudo import only_languages_of

    stack.enter_context(only_languages_of(locale, pytest.MonkeyPatch()))


if __name__ == "__main__":
    main()
