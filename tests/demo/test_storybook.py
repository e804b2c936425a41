"""The storybook's files: they survive parsing and writing, and errors name file and line."""

from pathlib import Path

import pytest

from demo.storybook import FOLDER, StoryError, read, stories, written


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.txt")), ids=lambda path: path.stem)
def test_a_story_is_written_as_it_was_read(path: Path) -> None:
    story = read(path)
    assert written(story, [step.seen for step in story.steps]) == path.read_text("utf-8")


def test_no_two_stories_have_one_name_or_one_title() -> None:
    told = stories()
    assert len({story.name for story in told}) == len({story.title for story in told}) == len(told)


def test_a_story_knows_its_place_and_its_people(tmp_path: Path) -> None:
    path = tmp_path / "2-whose-look" / "03-peek.txt"
    path.parent.mkdir()
    path.write_text(
        "A look\n\nAnna looks.\nNobody minds.\n\nBriefly: Anna writes: /track a to b\nAnna writes: /peek\n\n"
        "    In House, topic Landlord, with sound, answering the card of #2:\n    | **a**\n    |\n    | b\n"
        "    (asks: Berlin)\n    [Mute] [Stop]\n    [Open ↗]\n\n    To Anna, under “/peek”: 👀\n",
        "utf-8",
    )
    story = read(path)
    assert (story.name, story.chapter, story.about) == (
        "whose-look/peek",
        "Whose look",
        "Anna looks.\nNobody minds.",
    )
    first, second = story.steps
    assert (first.line, first.act, first.briefly, first.seen) == (6, "Anna writes: /track a to b", True, ())
    message, reaction = second.seen
    assert (message.where, message.how) == ("In House, topic Landlord", "with sound")
    assert (message.about, message.text) == ("the card of #2", "**a**\n\nb")
    assert (message.extras, message.rows) == ((("asks", "Berlin"),), (("Mute", "Stop"), ("Open ↗",)))
    assert (reaction.how, reaction.about, reaction.text) == ("under", "“/peek”", "👀")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("\nAnna looks.\n", 1, "begins with its title"),
        ("A look\nAnna looks.\n", 1, "begins with its title"),
        ("A look\n\n\n", 3, "what it is about"),
        ("A look\n\nAnna looks.\n\n    To Anna, with sound:\n", 5, "before anybody has done anything"),
        ("A look\n\nAnna looks.\n\nAnna writes: /peek\n  To Anna, with sound:\n", 6, "four spaces"),
        (
            "A look\n\nAnna looks.\n\nAnna writes: /peek\n\n    Anna sees it\n",
            7,
            "does not say who sees what",
        ),
        (
            "A look\n\nAnna looks.\n\nAnna writes: /peek\n\n    To Anna, copied:\n",
            7,
            "does not say who sees what",
        ),
        (
            "A look\n\nAnna looks.\n\nAnna writes: /peek\n\n    To Anna, with sound:\n    | a\n    b\n",
            9,
            "neither text",
        ),
    ],
)
def test_an_error_names_the_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    path = tmp_path / "story.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(StoryError, match=rf"story\.txt, line {line}: .*{why}"):
        read(path)
