"""Arrows point down only: demo -> {bot, pixel_server} -> storage -> tracking; words serve all who speak."""

import ast
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
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
        ours = imported(source) & (MAY_IMPORT.keys() | {"tests", "bench", "tools"})
        assert ours <= MAY_IMPORT[room] | {room}, source


def module_of(source: Path) -> str:
    name = ".".join(source.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def modules_imported(source: Path, modules: set[str]) -> set[str]:
    """Those of the given modules that a file imports, wherever in it the import stands."""
    found = set[str]()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from package import module` is an import of the module, any other one of the package.
            found |= named & modules or {node.module}
    return found & modules


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_module_imports_itself_by_way_of_others(room: str) -> None:
    files = {module_of(source): source for source in sources(room)}
    graph = {module: modules_imported(source, {*files}) for module, source in files.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_no_import_is_made_for_the_type_checker_alone(room: str) -> None:
    """Behind TYPE_CHECKING a circle could be hidden: the imports themselves must have none."""
    for source in sources(room):
        assert "TYPE_CHECKING" not in source.read_text("utf-8"), source


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


def test_only_the_turn_asks_the_clock_and_finds_the_chat() -> None:
    """A handler that did so itself would count from when it works, and not from when somebody wrote."""
    for source in sources("bot/commands"):
        text = source.read_text("utf-8")
        assert source.name == "turn.py" or not re.search(r"\bnow\(\)|get_or_create|mark_reachable", text), (
            source
        )


def test_deciding_needs_nothing_but_the_standard_library() -> None:
    for source in sources("tracking"):
        assert imported(source) <= sys.stdlib_module_names | {"tracking"}, source


def test_deciding_never_asks_the_clock() -> None:
    for source in sources("tracking"):
        assert not imported(source) & {"time"}, source
        assert "now()" not in source.read_text("utf-8"), source


def test_deciding_opens_no_connection() -> None:
    """Its callers download lists and look names up, and pass the results in."""
    for source in sources("tracking"):
        text = source.read_text("utf-8")
        assert not re.search(
            r"^ *(import|from) (urllib\.request|http|ssl|subprocess|asyncio)\b", text, re.M
        ), source
        assert "socket.socket" not in text, source


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


DATABASES = ("storage/sqlite/", "storage/postgres/", "storage/migrations/")


@pytest.mark.parametrize("room", ["storage", "bot", "pixel_server"])
def test_what_differs_between_sqlite_and_postgresql_is_in_one_place_for_each(room: str) -> None:
    """Nobody else asks which database it is, or speaks to a driver; `database_for` chooses once."""
    for source in sources(room):
        path = source.relative_to(ROOT).as_posix()
        if path.startswith(DATABASES):
            continue
        written = source.read_text("utf-8")
        assert not imported(source) & {"psycopg", "sqlite3"}, path
        assert "fcntl" not in imported(source) or path == "storage/files.py", path
        assert "sqlite_path" not in written or path == "storage/engine.py", path
        assert not re.search(r"dialect\.name|sqlstate|PRAGMA", written), path


@pytest.mark.parametrize("process", ["pixel_server.process", "bot.process"])
def test_a_process_beside_a_file_loads_no_driver_of_a_server_no_migrations_and_no_cldr(process: str) -> None:
    look = f"import sys, {process}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"psycopg", "alembic", "babel"} & {*loaded.stdout.split()}


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
HOUSE, WAY = re.findall(r"```mermaid\n(.+?)```", ARCHITECTURE, re.DOTALL)


def arrows(drawing: str) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The solid and the dashed arrows of a drawing. A box with a file's name stands for that file."""
    files = dict(re.findall(r'(\w+)\["([\w/.]+)', drawing))
    bare = re.sub(r'\(?[\[(]".*?"[\])]\)?', "", drawing)
    solid = re.findall(r"(\w+) -->(?:\|.*?\|)? (\w+)", bare)
    dashed = re.findall(r"(\w+) -\. .+? \.-> (\w+)", bare)
    assert len(solid) + len(dashed) == drawing.count("->")
    return _named(solid, files), _named(dashed, files)


def _named(drawn: list[tuple[str, str]], files: dict[str, str]) -> set[tuple[str, str]]:
    return {(files.get(start, start), files.get(end, end)) for start, end in drawn}


def reached(start: str, drawn: set[tuple[str, str]]) -> set[str]:
    """All that the arrows lead to from here."""
    found, new = set[str](), {start}
    while new:
        found, new = found | new, {end for here, end in drawn if here in new} - found
    return found - {start}


def packages_imported(room: str) -> set[str]:
    return {name for source in sources(room) for name in imported(source)} & MAY_IMPORT.keys() - {room}


def files_imported(source: str) -> set[str]:
    """The files in which the names that a file imports are defined."""
    return {
        defined_in(node.module, alias.name)
        for node in ast.walk(ast.parse((ROOT / source).read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def defined_in(module: str, name: str) -> str:
    """The file that a name comes from, past a package that only hands it on."""
    path = module.replace(".", "/")
    for file in (f"{path}/{name}.py", f"{path}/{name}/__init__.py", f"{path}.py"):
        if (ROOT / file).is_file():
            return file
    package = ROOT / path / "__init__.py"
    if package.is_file():
        for node in ast.parse(package.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module and name in {to.name for to in node.names}:
                return defined_in(node.module, name)
    return f"{path}/__init__.py"


def test_the_drawing_of_the_house_shows_each_package_and_the_real_imports() -> None:
    solid, dashed = arrows(HOUSE)
    assert {room for arrow in solid for room in arrow} == MAY_IMPORT.keys()
    for start, end in solid:
        assert end in packages_imported(start), f"{start} does not import {end}"
    for start, end in dashed:
        assert end not in packages_imported(start), f"{start} imports {end}"
    for room in MAY_IMPORT:
        assert packages_imported(room) <= reached(room, solid), room


def test_the_drawing_of_the_house_has_no_circle() -> None:
    solid, _dashed = arrows(HOUSE)
    for start, end in solid:
        assert start not in reached(end, solid), f"{start} -> {end}"


def test_the_drawing_of_a_fetchs_way_shows_real_imports() -> None:
    solid, dashed = arrows(WAY)
    assert len(solid) > 12
    for start, end in solid:
        assert end in files_imported(start), f"{start} does not import {end}"
    for start, end in dashed:
        assert not (ROOT / start).is_file() or end not in files_imported(start), f"{start} imports {end}"
