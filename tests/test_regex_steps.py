"""No pattern works much harder for a longer text: twice the characters take about twice the steps."""

import importlib
import inspect
import itertools
import math
import pkgutil
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

import words
from bot import parsing
from bot.commands.track import DeadlineError, deadline_in
from bot.times import grammar, moments
from tests import regex_steps
from tests.regex_steps import Matcher, TooManyStepsError
from tracking import machines
from tracking.data_files import data_lines
from tracking.patterns import parse, parse_machine

SHORT, LONG = 40, 80
"""Characters of the texts that are compared."""
MOST_GROWTH = 2.9
"""Times as many steps for twice the text. Linear is 2, and a little more where a text has a fixed beginning.
Quadratic is 4."""
FEW = 400
"""Steps that nobody counts."""
TYPED = ("contract to landlord by 30 Nov", "a, b and c", "in 2 days", "x by y 3 to z", "7 at 14:05")


class Used(NamedTuple):
    """A pattern, and the functions of `re` that the program uses it with."""

    name: str
    pattern: re.Pattern[str]
    by: Collection[str]

    def work(self, text: str) -> tuple[int, bool]:
        """Return the steps that a text costs, and whether the count found what `re` finds."""
        matcher = Matcher(self.pattern, text)
        if {*self.by} <= {"match"}:
            end, real = matcher.match(), self.pattern.match(text)
            return matcher.steps, end == (real.end() if real else None)
        if {*self.by} <= {"fullmatch"}:
            end, real = matcher.match(whole=True), self.pattern.fullmatch(text)
            return matcher.steps, (end is None) is (real is None)
        if {*self.by} <= {"search"}:
            span, real = matcher.search(), self.pattern.search(text)
            return matcher.steps, span == (real.span() if real else None)
        spans = [each.span() for each in self.pattern.finditer(text)]
        found = matcher.every()
        return matcher.steps, found == spans


def kept() -> Iterator[Used]:
    """Yield the patterns that modules keep."""
    for module in _modules():
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and re.search(rf"^{name} = re\.compile", source, re.MULTILINE):
                by = set(re.findall(rf"\b{name}\.(match|fullmatch|search|sub|split|find\w+)\b", source))
                yield Used(f"{module.__name__}.{name}", _of_text(value), by or {"finditer"})


def _modules() -> Iterator[Any]:
    yield importlib.import_module("logs")
    for package in ("bot", "words", "tracking", "pixel_server", "storage"):
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                yield importlib.import_module(module.name)


def _of_text(pattern: re.Pattern[Any]) -> re.Pattern[str]:
    """Return the same pattern for text, if it is one for bytes."""
    if isinstance(pattern.pattern, str):
        return pattern
    return re.compile(pattern.pattern.decode("latin-1"), pattern.flags | re.ASCII)


def made_of_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[Used]:
    """Yield the patterns that are made of the words of a language, for each language."""
    made: dict[tuple[str, int, str], None] = {}

    def noting(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(pattern: Any, *rest: Any, **named: Any) -> Any:
            if isinstance(pattern, str):
                flags = named.get("flags") or (rest[1] if len(rest) > 1 and "match" in name else 0)
                made[pattern, int(flags), name] = None
            return original(pattern, *rest, **named)

        return call

    for name in ("match", "fullmatch", "search", "sub", "split", "findall", "finditer"):
        monkeypatch.setattr(re, name, noting(name, getattr(re, name)))
    for language in words.in_every_language():
        for typed in TYPED:
            _read(typed)
        for name, pattern in grammar._patterns()._asdict().items():
            yield Used(f"{name} in {language}", pattern, {"fullmatch"})
    monkeypatch.undo()
    for text, flags, name in made:
        yield Used(f"re.{name}({text!r})", re.compile(text, flags), {name})


def _read(typed: str) -> None:
    parsing.track(typed)
    parsing.lacks_recipient(typed)
    parsing.recipients(typed)
    parsing.number_and_rest(typed)
    for read in (moments.future, moments.past):
        read(typed, 1.8e9, ZoneInfo("UTC"))
    with suppress(DeadlineError):
        deadline_in(typed, date(2026, 11, 1))


def of_agents() -> Iterator[Used]:
    """Yield the patterns of user agents: our own, and those of the public list of machines."""
    for line in (*map(parse, data_lines("agents.tsv")), *map(parse_machine, machines.patterns())):
        if line.match == "regex":
            yield Used(line.pattern, re.compile(line.pattern), {"search"})


def texts(pattern: re.Pattern[str], length: int) -> list[str]:
    """Return texts of about that length that could make a pattern work: each of its repetitions, pumped.

    A character that no pattern wants comes at the end, so that the pattern tries everything before it fails.
    """
    tree = regex_steps.parsed(pattern)
    pumped = [(each, regex_steps.samples(list(each[2])) or "x") for each in regex_steps.repeats(tree)]
    found = []
    for each, once in pumped:
        times = max(1, length // len(once))
        full = regex_steps.samples(tree, each, times)
        begun = full[: full.rfind(once) + len(once)]
        found += [full + "\0", begun + "\0", once * times + "\0", once * times]
    for one, other in itertools.permutations(dict.fromkeys(once for _, once in pumped[:5]), 2):
        found.append((one + other) * (length // len(one + other)) + "\0")
    return found


def growth(used: Used) -> tuple[float, str]:
    """Return how many times as many steps the worst text of twice the length takes, and that text."""
    worst = (0.0, "")
    for short, long in zip(texts(used.pattern, SHORT), texts(used.pattern, LONG), strict=True):
        try:
            (fewer, agreed), (more, agreed_too) = used.work(short), used.work(long)
        except TooManyStepsError:
            return math.inf, long
        assert (agreed, agreed_too) == (True, True), (
            f"the counter reads {used.name} otherwise than re does: {long!r}"
        )
        if more > FEW:
            worst = max(worst, (more / max(fewer, 1), long))
    return worst


def superlinear(patterns: Iterator[Used]) -> dict[str, tuple[float, str]]:
    with regex_steps.deep():
        found = {used.name: growth(used) for used in patterns}
    assert found
    return {name: worst for name, worst in found.items() if worst[0] > MOST_GROWTH}


def test_no_pattern_of_a_module_is_superlinear() -> None:
    assert superlinear(kept()) == {}


def test_no_pattern_made_of_the_words_of_a_language_is_superlinear(monkeypatch: pytest.MonkeyPatch) -> None:
    assert superlinear(made_of_words(monkeypatch)) == {}


def test_no_pattern_of_a_user_agent_is_superlinear() -> None:
    assert superlinear(of_agents()) == {}


@pytest.mark.parametrize(
    "pattern",
    [r"[^@]+@x", r"\d+[\d.]*!", r"(?:a+)+!", r".*a.*a.*a!", r"(.*\S)\s+by\s+(\S.*?)((?:\s+to\s+.+)?)"],
)
def test_a_superlinear_pattern_is_found(pattern: str) -> None:
    """So a pattern that passes does not pass because the texts are harmless."""
    used = Used(pattern, re.compile(pattern), {"search"})
    assert superlinear(iter([used])).keys() == {pattern}
