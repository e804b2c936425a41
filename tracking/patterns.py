"""Finds thousands of known strings in one pass over a user agent.

The strings are indexed by their first three characters, and every three characters of the user agent are
looked up. So the cost depends on its length and not on the number of patterns: 15 us, where `re` takes 340
for an alternation of all.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tracking.facts import Agent, Reason

_GRAM = 3


class Line(NamedTuple):
    """A line of `data/agents.tsv`, without the columns that document it."""

    agent: Agent
    sign: Reason | None
    match: str
    pattern: str


class _Literal(NamedTuple):
    """A string to find; the lower its rank, the earlier its line."""

    rank: int
    text: str
    anywhere: bool
    inside_words: bool


class Patterns:
    """Lines in order of precedence: the first one that matches counts."""

    def __init__(self, lines: Iterable[Line], *, any_case: bool) -> None:
        self.lines = tuple(lines)
        self._any_case = any_case
        self._whole: dict[str, int] = {}
        self._grams: dict[str, list[_Literal]] = {}
        self._expressions: list[tuple[int, re.Pattern[str]]] = []
        for rank, line in enumerate(self.lines):
            if line.match == "is":
                self._whole.setdefault(line.pattern, rank)
            elif line.match == "regex":
                self._expressions.append((rank, re.compile(line.pattern)))
            else:
                literal = _Literal(rank, line.pattern, line.match != "starts", line.match == "has")
                self._grams.setdefault(line.pattern[:_GRAM], []).append(literal)

    def first(self, text: str) -> Line | None:
        """Return the first line that matches the text, or None."""
        none = len(self.lines)
        literal = self._literal(text.lower() if self._any_case else text, none)
        best = min(self._whole.get(text, none), literal)
        for rank, expression in self._expressions:
            if rank < best and expression.search(text):
                best = rank
        return self.lines[best] if best < none else None

    def _literal(self, text: str, best: int) -> int:
        known = self._grams
        for at in range(len(text) - _GRAM + 1):
            gram = text[at : at + _GRAM]
            if gram in known:
                for literal in known[gram]:
                    if literal.rank < best and _matches_at(literal, text, at):
                        best = literal.rank
        return best


def _matches_at(literal: _Literal, text: str, at: int) -> bool:
    if not text.startswith(literal.text, at):
        return False
    return at == 0 or (literal.anywhere and (literal.inside_words or not text[at - 1].isalnum()))


def parse(row: str) -> Line:
    """Read a line of `data/agents.tsv`; its head says what the columns are. Raises ValueError."""
    agent, sign, match, pattern, _what, _source, _date = row.split("\t")
    if match not in ("is", "starts", "has", "word", "regex"):
        raise ValueError(f"{match} is no way to match")
    return Line(Agent(agent), None if sign == "-" else Reason(sign), match, pattern)


def parse_machine(pattern: str) -> Line:
    """Return the line for one regular expression of a public list of machines.

    Most are plain words with their dots escaped, and are looked up as such.
    """
    bare = pattern.removeprefix("^")
    literal = re.sub(r"\\(\W)", r"\1", bare)
    if len(literal) < _GRAM or re.search(r"(?<!\\)[][(){}|^$*+?.]|\\\w", bare):
        return Line(Agent.CRAWLER, Reason.CRAWLER, "regex", pattern)
    return Line(Agent.CRAWLER, Reason.CRAWLER, "starts" if pattern != bare else "has", literal)
