"""Everything is documented on its page, which a failing test names; and everything that pages name exists."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import settings as configuration
from bench.__main__ import JUDGE, PARTS, TABLE
from bench.attacks.__main__ import ATTACKS
from bot.commands.routing import COMMANDS
from pixel_server.pages import health, owner, recipient
from tests.storybook.acts import ACTS
from tools.chat_shots import SHEETS
from words import sentences

ROOT = Path(__file__).parent.parent
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
PAGES = ("README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
GUIDES = (*PAGES, "CONTRIBUTING.md")


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_documented_and_in_help(command: str) -> None:
    assert f"`/{command}" in page("docs/using.md"), "document the command in docs/using.md"
    assert command in sentences.welcome.COMMANDS


def test_help_lists_only_commands_that_exist() -> None:
    assert sentences.welcome.COMMANDS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", ["README.md", "docs/using.md"])
def test_a_table_of_what_to_type_names_only_commands_that_exist(name: str) -> None:
    rows = "\n".join(re.findall(r"^\| `/.*", page(name), re.MULTILINE))
    assert set(re.findall(r"`/([a-z]+)[` ]", rows)) <= COMMANDS.keys()


@pytest.mark.parametrize("name", configuration.NAMES)
def test_a_setting_is_documented_and_in_the_example(name: str) -> None:
    assert f"`{name}`" in page("docs/operating.md"), "document the setting in docs/operating.md"
    assert re.search(rf"^(# )?{name}=", EXAMPLE, re.MULTILINE)


def test_the_example_names_only_settings_that_exist() -> None:
    named = re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE)
    assert set(named) <= set(configuration.NAMES)


PARTS_OF_THE_SERVER = (health, recipient, owner)


@pytest.mark.parametrize(
    "route", [route.path for part in PARTS_OF_THE_SERVER for route in part.router.routes]
)
def test_a_route_is_documented(route: str) -> None:
    named = re.sub(r"{(\w+)}", r"<\1>", route).replace("_", " ")
    assert f"`{named}`" in page("docs/operating.md"), "document the route in docs/operating.md"


@pytest.mark.parametrize(
    ("process", "where"),
    [
        ("storage", "docs/operating.md"),
        ("pixel_server", "docs/operating.md"),
        ("bot", "docs/operating.md"),
        ("demo", "docs/operating.md"),
        ("tracking", "docs/judging.md"),
        ("bench", "docs/measurements.md"),
        ("tools.catalogues", "docs/languages.md"),
        ("tools.refresh_place_names", "docs/languages.md"),
        ("tools.refresh_ranges", "docs/judging.md"),
    ],
)
def test_a_process_is_documented(process: str, where: str) -> None:
    assert f"`python -m {process}" in page(where)


@pytest.mark.parametrize("part", [*PARTS, JUDGE, TABLE])
def test_a_part_of_the_bench_is_documented(part: str) -> None:
    assert f"| `{part}` |" in page("docs/measurements.md"), "document the part in docs/measurements.md"


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_documented(attack: str) -> None:
    assert f"| `{attack}` |" in page("docs/reliability.md"), "document the attack in docs/reliability.md"


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    readme = page("README.md")
    assert len(readme.splitlines()) <= 130
    assert "\nmake test " in readme
    for name in GUIDES[1:]:
        assert f"]({name})" in readme


@pytest.mark.parametrize("name", GUIDES)
def test_a_page_links_only_to_what_exists(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page(name)):
        if target.startswith("https:"):
            continue
        path, _, heading = target.partition("#")
        linked = (ROOT / name).parent / path if path else ROOT / name
        assert linked.exists(), target
        if heading:
            assert heading in headings(linked), target


def headings(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("name", GUIDES)
def test_a_file_that_a_page_names_exists(name: str) -> None:
    named = re.findall(
        r"(?<![\w/.~<-])([a-z_]+(?:/[\w.-]+)+\.(?:py|tsv|jsonl?|md|png|svg|toml))\b", page(name)
    )
    linked_from = (ROOT, (ROOT / name).parent)
    assert [path for path in named if not any((folder / path).exists() for folder in linked_from)] == []


RECIPES = sorted(set(re.findall(r"`(\w+)` of `([\w/]+\.py)`", page("CONTRIBUTING.md"))))


@pytest.mark.parametrize(("name", "path"), RECIPES, ids=str)
def test_a_name_that_a_recipe_sends_to_is_in_its_file(name: str, path: str) -> None:
    assert re.search(rf"^\s*(?:(?:async )?def |class )?{name}\b", page(path), re.MULTILINE)


def test_the_storybook_explains_every_act_and_no_other() -> None:
    """A sentence that is an example begins with a capital letter, and is no beginning of one."""
    _, _, listed = page("demo/stories/README.md").partition("## What can happen")
    quoted = [" ".join(text.split()) for text in re.findall(r"`([A-Z0-9][^`]+)`", listed)]
    examples = [text if ": " in text else text.removesuffix(".") for text in quoted if text[-1] != ","]
    patterns = [act.sentence for act in ACTS]
    assert [text for text in examples if not any(known.fullmatch(text) for known in patterns)] == []
    assert [known.pattern for known in patterns if not any(map(known.fullmatch, examples))] == []


@pytest.mark.parametrize("name", GUIDES)
def test_a_module_that_a_page_runs_exists(name: str) -> None:
    for module in re.findall(r"python -m ([\w.]+)", page(name)):
        assert find_spec(module), module


@pytest.mark.parametrize("name", ["README.md", "docs/chat.md", "docs/measurements.md"])
def test_a_picture_that_a_page_shows_exists_and_is_told_in_words(name: str) -> None:
    shown = re.findall(r"!\[(.*?)\]\((.+?)\)", page(name))
    assert shown
    for words, path in shown:
        assert len(words.split()) > 3
        assert (ROOT / name).parent.joinpath(path).is_file()


@pytest.mark.parametrize("name", SHEETS)
def test_a_contact_sheet_is_shown_and_its_shots_can_be_taken(name: str) -> None:
    assert f"](chat/{name}.png)" in page("docs/chat.md")
    for shot in SHEETS[name]:
        assert shot.after in [step.act for step in shot.story.steps], shot.caption


def test_each_test_that_the_page_on_reliability_names_exists() -> None:
    tests = "\n".join(
        f"{path.name}\n{path.name}::"
        + re.sub(r"\n(async )?def ", f"\n{path.name}::", path.read_text("utf-8"))
        for path in (ROOT / "tests").rglob("*.py")
    )
    named = re.findall(r"`(\w+\.py(?:::\w+)?)", page("docs/reliability.md"))
    assert len(named) > 50
    assert [name for name in named if f"\n{name}" not in tests] == []
