"""Keeps the findings of the check of this installation: sentences to be said later, in any language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

import words
from words import Sentence


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. Calling it says so: to the log in English, and to a chat in its language."""

    sentence: Sentence
    values: Mapping[str, object]
    """A value that has words of its own is a function, so that it is said in the same language."""

    def __call__(self) -> Markup:
        values = {name: value() if callable(value) else value for name, value in self.values.items()}
        return words.say(self.sentence, **values)


class Checked(NamedTuple):
    """The result of the last check."""

    at: float
    """The time at which it ended, in epoch seconds."""
    problems: tuple[Problem, ...]
