"""What exists is documented: every command, setting, route and process."""

import re
from pathlib import Path

import pytest

import settings as configuration
from bot.app import COMMANDS
from docs.shots import SHEETS
from pixel_server import copying, health, notice, pages, selftest
from words import english

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_in_the_readme_and_in_help(command: str) -> None:
    assert f"`/{command}" in README
    assert command in english.COMMANDS


def test_help_lists_only_commands_that_exist() -> None:
    assert english.COMMANDS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", configuration.NAMES)
def test_a_setting_is_in_the_readme_and_in_the_example(name: str) -> None:
    assert f"`{name}`" in README
    assert re.search(rf"^(# )?{name}=", EXAMPLE, re.MULTILINE)


def test_the_example_names_only_settings_that_exist() -> None:
    named = re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE)
    assert set(named) <= set(configuration.NAMES)


PARTS = (health, pages, copying, notice, selftest)


@pytest.mark.parametrize("route", [route.path for part in PARTS for route in part.router.routes])
def test_a_route_is_in_the_readme(route: str) -> None:
    named = re.sub(r"{(\w+)}", r"<\1>", route).replace("_", " ")
    assert f"`{named}`" in README


@pytest.mark.parametrize("room", ["storage", "pixel_server", "bot", "demo", "tracking", "bench"])
def test_a_process_is_in_the_readme(room: str) -> None:
    assert f"`python -m {room}" in README


@pytest.mark.parametrize("page", ["README.md", "docs/chat.md"])
def test_a_picture_that_a_page_shows_exists_and_is_told_in_words(page: str) -> None:
    shown = re.findall(r"!\[(.*?)\]\((.+?)\)", (ROOT / page).read_text("utf-8"))
    assert shown
    for words, path in shown:
        assert len(words.split()) > 3
        assert (ROOT / page).parent.joinpath(path).is_file()


@pytest.mark.parametrize("name", SHEETS)
def test_a_contact_sheet_is_shown_and_its_shots_can_be_taken(name: str) -> None:
    assert f"](chat/{name}.png)" in (ROOT / "docs" / "chat.md").read_text("utf-8")
    for shot in SHEETS[name]:
        assert shot.after in [step.act for step in shot.story.steps], shot.caption


def test_the_changelog_knows_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version
    assert f"## {version[1]}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_each_test_that_the_page_on_reliability_names_exists() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    tests = "\n".join(
        f"{path.name}\n{path.name}::"
        + re.sub(r"\n(async )?def ", f"\n{path.name}::", path.read_text("utf-8"))
        for path in (ROOT / "tests").rglob("*.py")
    )
    named = re.findall(r"`(\w+\.py(?:::\w+)?)", page)
    assert len(named) > 50
    assert [name for name in named if f"\n{name}" not in tests] == []
