"""The storybook: conversations in text files, which the tests play and the demo shows.

`stories/README.md` explains the format. This module parses the files, and writes them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "stories"
BRIEFLY = "Briefly: "
INDENT = "    "

MESSAGES = ("with sound", "without sound", "changing")
"""The ways in which a message appears. Notes are one line each."""
NOTES = ("flashing up", "under", "copied", "on a page")

_ABOUT = r"the list|the card(?: of #\d+)?|“.*”"
_HEAD = re.compile(
    rf"(?P<where>(?:To|In) .+?), (?P<how>{'|'.join(MESSAGES + NOTES)})"
    rf"(?:(?:, answering)? (?P<about>{_ABOUT}))?:(?: (?P<note>.+))?"
)
_AN_EXTRA = re.compile(r"\((?P<what>asks|file|picture): (?P<of>.+)\)")
_A_ROW = re.compile(r"\[.+\]")


class StoryError(Exception):
    """A story cannot be parsed, or cannot be played. The message names the file and the line."""


@dataclass(frozen=True)
class Seen:
    """One thing that somebody sees: a message, a changed message, a reaction, or a toast."""

    where: str
    """`To Anna`, `In House`, `In House, topic Landlord`"""
    how: str
    about: str = ""
    """What it answers or changes: `the card`, `the card of #2`, `the list`, or “its first words”."""
    text: str = ""
    extras: tuple[tuple[str, str], ...] = ()
    """Pairs: `asks` and the placeholder, `file` and its name, `picture` and its name."""
    rows: tuple[tuple[str, ...], ...] = ()
    """The labels of its buttons, row by row."""

    def lines(self) -> list[str]:
        """Return its lines in a story's file, without the indent."""
        if self.how in NOTES:
            return [f"{self._head()}: {self.text}"]
        text = [f"| {line}".rstrip() for line in self.text.split("\n")] if self.text else []
        extras = [f"({what}: {of})" for what, of in self.extras]
        return [
            f"{self._head()}:",
            *text,
            *extras,
            *(" ".join(f"[{key}]" for key in row) for row in self.rows),
        ]

    def _head(self) -> str:
        answering = ", answering" if self.how in ("with sound", "without sound") else ""
        return f"{self.where}, {self.how}" + (f"{answering} {self.about}" if self.about else "")


@dataclass(frozen=True)
class Step:
    """An act or an event, and the messages that appear after it."""

    line: int
    act: str
    seen: tuple[Seen, ...]
    briefly: bool = False
    """True if what is seen then is left out, because another story shows it."""


@dataclass(frozen=True)
class Story:
    path: Path
    title: str
    about: str
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """`the-way-of-a-mail/opened`"""
        return f"{self.path.parent.name.partition('-')[2]}/{self.path.stem.partition('-')[2]}"

    @property
    def chapter(self) -> str:
        return self.path.parent.name.partition("-")[2].replace("-", " ").capitalize()

    def error(self, line: int, why: str) -> StoryError:
        return StoryError(f"{self.path}, line {line}: {why}")


def stories(folder: Path = FOLDER) -> list[Story]:
    """Return all stories, chapter by chapter."""
    return [read(path) for path in sorted(folder.glob("*/*.txt"))]


def read(path: Path) -> Story:
    """Parse a story's file. Raises StoryError."""
    lines = path.read_text("utf-8").split("\n")
    title, rest = lines[0], lines[1:]
    empty = Story(path, title, "", ())
    if not title or rest[:1] != [""]:
        raise empty.error(1, "a story begins with its title, and an empty line")
    about = [*_until_empty(rest[1:])]
    if not about:
        raise empty.error(3, "below its title a story says what it is about")
    first = 2 + len(about)
    return Story(path, title, "\n".join(about), tuple(_steps(empty, lines, first)))


def _until_empty(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line:
            return
        yield line


def _steps(story: Story, lines: Sequence[str], first: int) -> Iterator[Step]:
    """Parse the steps. A line without indent is an act; the indented lines below it are what is seen then."""
    acts = [place for place in range(first, len(lines)) if lines[place] and not lines[place].startswith(" ")]
    for place in range(first, acts[0] if acts else len(lines)):
        if lines[place]:
            raise story.error(place + 1, "something is seen before anybody has done anything")
    for place, end in zip(acts, [*acts[1:], len(lines)], strict=True):
        act = lines[place]
        seen = tuple(_seen(story, lines, place + 1, end))
        yield Step(place + 1, act.removeprefix(BRIEFLY), seen, briefly=act.startswith(BRIEFLY))


def _seen(story: Story, lines: Sequence[str], start: int, end: int) -> Iterator[Seen]:
    """Parse what is seen after one act: blocks that empty lines separate."""
    block: list[str] = []
    for place in range(start, end + 1):
        line = lines[place] if place < end else ""
        if line and not line.startswith(INDENT):
            raise story.error(place + 1, "what is seen is indented by four spaces")
        if line:
            block.append(line.removeprefix(INDENT))
        elif block:
            yield _one(story, block, place - len(block) + 1)
            block = []


def _one(story: Story, block: Sequence[str], line: int) -> Seen:
    head = _HEAD.fullmatch(block[0])
    if not head or (head["how"] in NOTES) != bool(head["note"]):
        raise story.error(line, f"this does not say who sees what, and how: {block[0]}")
    text: list[str] = []
    extras: list[tuple[str, str]] = []
    rows: list[tuple[str, ...]] = []
    for place, said in enumerate(block[1:], line + 1):
        if said.startswith("|"):
            text.append(said.removeprefix("|").removeprefix(" "))
        elif extra := _AN_EXTRA.fullmatch(said):
            extras.append((extra["what"], extra["of"]))
        elif _A_ROW.fullmatch(said):
            rows.append(tuple(said[1:-1].split("] [")))
        else:
            raise story.error(place, f"neither text (|), nor buttons ([…]): {said}")
    words = head["note"] or "\n".join(text)
    return Seen(head["where"], head["how"], head["about"] or "", words, tuple(extras), tuple(rows))


def written(story: Story, seen: Sequence[Sequence[Seen]]) -> str:
    """Return the content of the story's file if this is seen after each step."""
    parts = [story.title, "", story.about, ""]
    for step, shown in zip(story.steps, seen, strict=True):
        parts.append(BRIEFLY * step.briefly + step.act)
        for one in () if step.briefly else shown:
            parts += ["", *(INDENT + line for line in one.lines())]
        if shown and not step.briefly:
            parts.append("")
    return "\n".join(parts).rstrip("\n") + "\n"
