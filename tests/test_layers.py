"""Arrows point down only: demo -> {bot, pixel_server} -> storage -> tracking; words serve all who speak."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "tracking": set[str](),
    "words": set[str](),
    "settings": {"tracking"},
    "logs": {"settings"},
    "storage": {"tracking", "settings", "logs"},
    "bot": {"storage", "tracking", "words", "settings", "logs"},
    "pixel_server": {"storage", "tracking", "words", "settings", "logs"},
    "demo": {"bot", "pixel_server", "storage", "tracking", "words", "settings", "logs"},
}


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py")) if (ROOT / room).is_dir() else [ROOT / f"{room}.py"]


def imported(source: Path) -> set[str]:
    """The top-level names a file imports, wherever in it the import stands."""
    found = set[str]()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_knows_only_the_rooms_below_it(room: str) -> None:
    for source in sources(room):
        ours = imported(source) & (MAY_IMPORT.keys() | {"tests", "bench", "tools", "docs"})
        assert ours <= MAY_IMPORT[room] | {room}, source


@pytest.mark.parametrize(
    ("room", "above"),
    [
        ("times", {"messages", "commands", "delivery"}),
        ("messages", {"commands", "delivery"}),
        ("delivery", {"commands"}),
        ("commands", {"delivery"}),
    ],
)
def test_inside_the_bot_arrows_point_down_too(room: str, above: set[str]) -> None:
    """commands and delivery meet in the outbox only; both speak in messages."""
    for source in sources(f"bot/{room}"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert node.module.removeprefix("bot.").partition(".")[0] not in above, source


def test_deciding_needs_nothing_but_the_standard_library() -> None:
    for source in sources("tracking"):
        assert imported(source) <= sys.stdlib_module_names | {"tracking"}, source


def test_deciding_never_asks_the_clock() -> None:
    for source in sources("tracking"):
        assert not imported(source) & {"time"}, source
        assert "now()" not in source.read_text("utf-8"), source


def test_only_the_catalogue_room_holds_sentences_for_people() -> None:
    """A bot or page that speaks in words of its own escapes translation: what it says comes from words/."""
    for room in ("bot", "pixel_server"):
        for source in sources(room):
            for node in ast.walk(ast.parse(source.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message":
                    assert not any(isinstance(arg, ast.Constant) for arg in node.args), source


def test_only_storage_asks_the_database() -> None:
    for room in ("bot", "pixel_server"):
        for source in sources(room):
            for node in ast.walk(ast.parse(source.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                    ("sqlmodel", "sqlalchemy")
                ):
                    asked = {alias.name for alias in node.names} & {
                        "select",
                        "insert",
                        "update",
                        "delete",
                        "text",
                    }
                    assert not asked, source


@pytest.mark.parametrize("process", ["pixel_server.process", "bot.process"])
def test_a_process_beside_a_file_loads_no_driver_of_a_server_no_migrations_and_no_cldr(process: str) -> None:
    look = f"import sys, {process}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"psycopg", "alembic", "babel"} & {*loaded.stdout.split()}
