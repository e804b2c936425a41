"""Counts the steps of a backtracking matcher: what a pattern costs, whatever else the machine does.

Python's `re` tells nobody how hard it worked. This matcher reads the same parsed pattern, tries the same
alternatives in the same order, and counts each attempt to match one character or one alternative.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from re import _constants as op  # the parser that `re` itself uses
from re import _parser as parser
from typing import Any

Node = tuple[Any, Any]
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
GROUPS = (*REPEATS, op.SUBPATTERN, op.BRANCH, op.ATOMIC_GROUP)
SINGLE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}
_CASES = re.IGNORECASE
MOST_STEPS = 100_000


class TooManyStepsError(Exception):
    """A pattern takes more steps than anybody should count."""


def parsed(pattern: re.Pattern[Any]) -> list[Node]:
    """Return a compiled pattern as the parser sees it."""
    return list(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))


class Matcher:
    """One pattern on one text. `steps` counts, over all calls."""

    def __init__(self, pattern: re.Pattern[Any], text: str) -> None:
        self._tree, self._flags = parsed(pattern), pattern.flags
        self._text, self.steps = text, 0

    def match(self, at: int = 0, *, whole: bool = False) -> int | None:
        """Return the end of the match that begins there; None if there is none, as `re.match`."""
        ends = self._ends(self._tree, 0, at)
        return next((end for end in ends if not whole or end == len(self._text)), None)

    def search(self) -> tuple[int, int] | None:
        """Return where the first match begins and ends, as `re.search`."""
        for at in range(len(self._text) + 1):
            if (end := self.match(at)) is not None:
                return at, end
        return None

    def every(self) -> list[tuple[int, int]]:
        """Return where all matches begin and end, as `re.finditer`."""
        found, at = [], 0
        while at <= len(self._text):
            end = self.match(at)
            if end is not None:
                found.append((at, end))
            at = at + 1 if end is None or end == at else end
        return found

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooManyStepsError

    def _ends(self, nodes: Sequence[Node], index: int, at: int) -> Iterator[int]:
        """Yield each end that the rest of the nodes can have, in the order in which `re` tries them."""
        if index == len(nodes):
            yield at
            return
        self._step()
        kind, value = nodes[index]
        for end in self._one(kind, value, at):
            yield from self._ends(nodes, index + 1, end)

    def _one(self, kind: Any, value: Any, at: int) -> Iterator[int]:
        if kind in SINGLE:
            fits = at < len(self._text) and self._fits(kind, value, self._text[at])
            yield from [at + 1] if fits else []
        elif kind in GROUPS:
            yield from self._grouped(kind, value, at)
        elif self._holds(kind, value, at):
            yield at

    def _grouped(self, kind: Any, value: Any, at: int) -> Iterator[int]:
        if kind in REPEATS:
            least, most, body = value
            yield from self._repeated(kind, least, most, list(body), at)
        elif kind is op.SUBPATTERN:
            _group, _add, _drop, body = value
            yield from self._ends(list(body), 0, at)
        elif kind is op.BRANCH:
            for body in value[1]:
                yield from self._ends(list(body), 0, at)
        else:
            yield from list(self._ends(list(value), 0, at))[:1]

    def _repeated(self, kind: Any, least: int, most: int, body: list[Node], at: int) -> Iterator[int]:
        if kind is op.POSSESSIVE_REPEAT:
            yield from list(self._repeated(op.MAX_REPEAT, least, most, body, at))[:1]
        elif len(body) == 1 and body[0][0] in SINGLE:
            end = at
            while end < len(self._text) and end - at < most and self._fits(*body[0], self._text[end]):
                self._step()
                end += 1
            ends = range(at + least, end + 1)
            for each in ends if kind is op.MIN_REPEAT else reversed(ends):
                self._step()
                yield each
        else:
            yield from self._again(kind is op.MIN_REPEAT, least, most, body, at)

    def _again(self, lazy: bool, least: int, most: int, body: list[Node], at: int) -> Iterator[int]:
        if lazy and least <= 0:
            yield at
        if most > 0:
            for end in self._ends(body, 0, at):
                if end > at:
                    yield from self._again(lazy, least - 1, most - 1, body, end)
                elif least > 0:
                    yield end
        if not lazy and least <= 0:
            yield at

    def _holds(self, kind: Any, value: Any, at: int) -> bool:
        """Return whether a condition holds that takes no character."""
        if kind in (op.ASSERT, op.ASSERT_NOT):
            direction, body = value
            begin = at if direction > 0 else at - body.getwidth()[0]
            ends = self._ends(list(body), 0, begin) if begin >= 0 else iter(())
            return any(direction > 0 or end == at for end in ends) is (kind is op.ASSERT)
        assert kind is op.AT, kind
        if value in (op.AT_BOUNDARY, op.AT_NON_BOUNDARY):
            near = [0 <= i < len(self._text) and self._category(r"\w", self._text[i]) for i in (at - 1, at)]
            return (near[0] != near[1]) is (value is op.AT_BOUNDARY)
        if value in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            return at == 0
        return at == len(self._text)

    def _fits(self, kind: Any, value: Any, letter: str) -> bool:
        if kind is op.ANY:
            return bool(self._flags & re.DOTALL) or letter != "\n"
        if kind is op.IN:
            return self.is_in(value, letter)
        return self._same(value, letter) is (kind is op.LITERAL)

    def is_in(self, members: Sequence[Node], letter: str) -> bool:
        negated = members[0][0] is op.NEGATE
        return negated is not any(self._member(kind, value, letter) for kind, value in members)

    def _member(self, kind: Any, value: Any, letter: str) -> bool:
        if kind is op.RANGE:
            spelt = {letter, letter.lower(), letter.upper()} if self._flags & _CASES else {letter}
            return any(value[0] <= ord(each[0]) <= value[1] for each in spelt)
        if kind is op.CATEGORY:
            return self._category(_CATEGORIES[value], letter)
        return kind is op.LITERAL and self._same(value, letter)

    def _same(self, code: int, letter: str) -> bool:
        return chr(code) == letter or bool(self._flags & _CASES and chr(code).lower() == letter.lower())

    def _category(self, category: str, letter: str) -> bool:
        return re.match(category, letter, self._flags & re.ASCII) is not None


@contextmanager
def deep() -> Iterator[None]:
    """Allow the matcher to recurse for each repetition of a group."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def samples(nodes: Sequence[Node], pumped: Any = None, times: int = 1) -> str:
    """Return a text that the nodes probably match, with one repetition, `pumped`, made so many times."""
    return "".join(_sample(kind, value, pumped, times) for kind, value in nodes)


def _sample(kind: Any, value: Any, pumped: Any, times: int) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.NOT_LITERAL:
        return "x" if value != ord("x") else "y"
    if kind is op.ANY:
        return "x"
    if kind is op.IN:
        return _letter_in(value)
    if kind in REPEATS:
        most = times if value is pumped else max(1, value[0])
        return samples(list(value[2]), pumped, times) * int(min(most, value[1]))
    if kind is op.SUBPATTERN:
        return samples(list(value[3]), pumped, times)
    if kind is op.ATOMIC_GROUP:
        return samples(list(value), pumped, times)
    if kind is op.BRANCH:
        within = [body for body in value[1] if any(each is pumped for each in repeats(list(body)))]
        return samples(list((within or value[1])[0]), pumped, times)
    return ""


def _letter_in(members: Sequence[Node]) -> str:
    matcher = Matcher(re.compile("x"), "")
    return next(
        (each for each in 'a1 -.xX_/:,;()[]<"é+@' if matcher.is_in(members, each)), _first_of(members)
    )


def _first_of(members: Sequence[Node]) -> str:
    kind, value = members[-1]
    return chr(value[0] if kind is op.RANGE else value) if kind in (op.RANGE, op.LITERAL) else "x"


def repeats(nodes: Sequence[Node]) -> Iterator[Any]:
    """Yield each repetition in a pattern that has no small bound."""
    for kind, value in nodes:
        if kind in REPEATS:
            if value[1] > 100:
                yield value
            yield from repeats(list(value[2]))
        elif kind is op.SUBPATTERN:
            yield from repeats(list(value[3]))
        elif kind is op.ATOMIC_GROUP:
            yield from repeats(list(value))
        elif kind is op.BRANCH:
            for body in value[1]:
                yield from repeats(list(body))
        elif kind in (op.ASSERT, op.ASSERT_NOT):
            yield from repeats(list(value[1]))
