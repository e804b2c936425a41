"""The wheel holds everything that the programs need, and it is the version that the changelog begins with."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import settings
from tests.checkout import MODULES, PROGRAMS, ROOT, tree

NOT_SHIPPED = {
    ".po": "the programs read the compiled catalogue beside it",
    ".pot": "translators begin with it",
    ".md": "it tells how the stories are written",
    ".mako": "new migrations are made from it",
}
"""Files of the programs' packages that no wheel holds, by their ending, and why."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from a copy: building leaves files in the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    for file in tree():
        (folder / "copy" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / "copy" / file)
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(folder / "copy")], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The wheel as an installation unpacks it."""
    folder = wheel.with_suffix("")
    ZipFile(wheel).extractall(folder)
    return folder


def ran(folder: Path, *arguments: str) -> str:
    """Return the output of a program that runs where only the wheel is."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_the_wheel_holds_every_file_of_the_programs_and_nothing_else(wheel: Path) -> None:
    ours = [file for file in tree() if file.partition("/")[0] in {*PROGRAMS, *MODULES}]
    wanted = {file for file in ours if Path(file).suffix not in NOT_SHIPPED}
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert sorted(wanted - held) == []
    assert sorted(held - wanted) == []


@pytest.mark.parametrize("package", PROGRAMS)
def test_a_package_says_that_it_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


NAMES = """
import words
from words.sentences.languages import LANGUAGE_NAME
print(*(words.plain(LANGUAGE_NAME) for _ in words.in_every_language()))
"""


def test_the_wheel_speaks_every_language(installed: Path) -> None:
    said = ran(installed, "-c", NAMES)
    assert said == "English Deutsch Español Français Português Русский\n"


# --- the version -------------------------------------------------------------------------------------


def test_the_version_is_the_same_in_the_checkout_the_wheel_and_the_changelog(
    wheel: Path, installed: Path
) -> None:
    said = f"readback {settings.VERSION}\n"
    assert ran(ROOT, "-m", "settings", "--version") == said
    assert ran(installed, "-m", "settings", "--version") == said
    assert wheel.name.startswith(f"readback-{settings.VERSION}-")
    versions = re.findall(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == settings.VERSION


def test_the_changelog_says_of_each_version_what_was_added_changed_and_fixed() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for version in text.split("\n## ")[1:]:
        headings = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert headings, version.partition("\n")[0]
        assert headings == [name for name in ("Added", "Changed", "Fixed") if name in headings]
