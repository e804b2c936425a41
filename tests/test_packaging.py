"""Every package of an installation is pinned and has a reason; everybody runs the same checks."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bench.peers.installing import PIP as PEERS
from tests.checkout import MAINTAINERS, MODULES, PACKAGES, PROGRAMS, ROOT, tree

NOT_USED_BY_NAME = {
    "crawler-user-agents": "tracking/machines.py reads its list, and does not import it",
    "honcho": "`make run` starts the Procfile's processes with it",
    "httptools": "uvicorn's fast parser; the pixel server's protocol is built on the class that uses it",
    "uvloop": "uvicorn takes it for its event loop where it is installed",
    "mypy": "`make check` runs it",
    "ruff": "`make check` runs it",
    "pytest-asyncio": "a plugin: it runs the tests that are coroutines",
    "setuptools": "it builds the wheel",
    "types-polib": "mypy reads it",
}
"""The requirements that no line of code names, and why they are there."""


HASH = re.compile(r" \\\n    --hash=sha256:[0-9a-f]{64}")


def requirements(name: str) -> dict[str, Requirement]:
    """The packages of a requirements file, by the normal form of their names."""
    text = HASH.sub("", (ROOT / name).read_text("utf-8"))
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return {canonicalize_name(found.name): found for line in lines if line and (found := Requirement(line))}


RUNTIME, DEV = requirements("requirements.in"), requirements("requirements-dev.in")
LOCKED, LOCKED_DEV = requirements("requirements.txt"), requirements("requirements-dev.txt")

# --- imports and pins --------------------------------------------------------------------------------


@cache
def used_by(*tops: str) -> dict[str, str]:
    """The third-party packages that these folders and modules use, each with one file that does."""
    ours = {Path(name).stem for name in MODULES} | PACKAGES
    owners = packages_distributions()
    found = dict[str, str]()
    for source in (file for top in tops for file in sources(ROOT / top)):
        for name in names_used(ast.parse(source.read_text("utf-8"))):
            if name not in sys.stdlib_module_names and name not in ours:
                owner = owners.get(name, [name])[0]
                found.setdefault(canonicalize_name(owner), str(source.relative_to(ROOT)))
    return found


def sources(top: Path) -> list[Path]:
    return sorted(top.rglob("*.py")) if top.is_dir() else [top]


def names_used(tree: ast.AST) -> Iterator[str]:
    """The top-level names that a module imports, or whose data it reads with `files("name")`."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name.partition(".")[0] for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case ast.Call(func=ast.Name(id="files"), args=[ast.Constant(value=str(name))]):
                yield name.partition(".")[0]


def test_every_package_that_the_programs_import_is_a_requirement_of_theirs() -> None:
    used = used_by(*PROGRAMS, *MODULES)
    assert {name: where for name, where in used.items() if name not in RUNTIME} == {}


def test_every_package_that_tests_and_tools_import_is_a_requirement_too() -> None:
    peers = {Requirement(line).name for line in PEERS}
    used = used_by(*sorted(MAINTAINERS))
    assert {name: where for name, where in used.items() if name not in RUNTIME | DEV}.keys() <= peers


def test_every_requirement_is_used_or_has_another_reason() -> None:
    unused = RUNTIME.keys() - used_by(*PROGRAMS, *MODULES).keys()
    unused |= DEV.keys() - used_by(*sorted(MAINTAINERS)).keys()
    assert sorted(unused) == sorted(NOT_USED_BY_NAME)
    assert RUNTIME.keys().isdisjoint(DEV)


def test_every_requirement_has_one_line_of_reasons_in_the_decisions() -> None:
    section = (ROOT / "docs" / "decisions.md").read_text("utf-8").partition("\n## Dependencies\n")[2]
    programs, _, only_tests = section.partition("\n## ")[0].partition("\nWhat only tests")
    for part, pinned in ((programs, RUNTIME), (only_tests, DEV)):
        lines = re.findall(r"^- `(.+?)`: .+\.$", part, re.MULTILINE)
        assert lines == sorted(pinned)


# --- requirements of requirements -------------------------------------------------------------------

PLATFORMS = [
    {"python_version": version, "python_full_version": f"{version}.1", "sys_platform": system.lower(),
     "platform_system": system, "platform_machine": machine}
    for version in ("3.11", "3.12", "3.13", "3.14")
    for system, machine in (("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"))
]  # fmt: skip
"""The platforms that Readback is installed on, as environments of PEP 508."""


def needed(*wanted: Requirement) -> set[str]:
    """The packages that an installation of these brings, on any of the platforms."""
    found, waiting = set[tuple[str, str]](), [(w, extra) for w in wanted for extra in ("", *w.extras)]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for line in needs(name):
            then = Requirement(line)
            if applies(then, extra):
                waiting += [(then, extra) for extra in ("", *then.extras)]
    return {name for name, _ in found}


def needs(name: str) -> list[str]:
    try:
        return distribution(name).requires or []
    except PackageNotFoundError:
        return []  # another platform's


def applies(requirement: Requirement, extra: str) -> bool:
    if requirement.marker is None:
        return True
    here = {key: str(value) for key, value in default_environment().items()}
    return any(requirement.marker.evaluate({**here, **platform, "extra": extra}) for platform in PLATFORMS)


def test_everything_that_an_installation_brings_is_locked_and_nothing_else() -> None:
    programs, everything = needed(*RUNTIME.values()), needed(*RUNTIME.values(), *DEV.values())
    assert sorted(LOCKED) == sorted(programs), "make lock writes them down"
    assert sorted(LOCKED_DEV) == sorted(everything - programs), "make lock writes them down"


@pytest.mark.parametrize("pinned", [RUNTIME, DEV, LOCKED, LOCKED_DEV])
def test_every_version_is_exact_and_the_same_wherever_it_is_named_and_installed(
    pinned: dict[str, Requirement],
) -> None:
    for package, wanted in pinned.items():
        assert re.fullmatch(r"==[\w.]+", str(wanted.specifier)), package
        assert wanted.specifier == (LOCKED | LOCKED_DEV)[package].specifier, f"{package}: make lock"
        assert wanted.url is None, package
        assert wanted.specifier.contains(distribution(package).version), f"{package}: make installs it"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert [entry for entry in packages if not HASH.search(entry)] == []
    assert [entry for entry in packages if "\n" in HASH.sub("", entry) or "://" in entry] == []


def test_both_commands_install_only_what_has_the_right_hash() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^PIP := .* --no-deps --require-hashes$", makefile, re.MULTILINE)
    installs = re.findall(r"^\t.*(?:install|\$\(PIP\)).* -r .*$", makefile, re.MULTILINE)
    assert len(installs) == 2
    assert all(line.startswith("\t@$(PIP) -r requirements.txt") for line in installs)


REGISTRIES = (
    "pypi org",
    "pythonhosted org",
    "npmjs org",
    "npmjs com",
    "crates io",
    "rubygems org",
    "golang org",
)
"""Their hosts, with spaces for the dots: this file must not name them either."""


def test_no_file_names_the_host_of_a_package_registry() -> None:
    """Each machine chooses the index that serves its packages."""
    named = re.compile("|".join(REGISTRIES).replace(" ", r"\.").encode())
    assert [file for file in tree() if named.search((ROOT / file).read_bytes())] == []


# --- checks of a change -------------------------------------------------------------------------------


def test_the_checks_before_a_commit_and_the_workflow_are_those_of_the_makefile() -> None:
    """Three files run checks, and none of them has a list of its own."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    checks = re.findall(r"\$\(PY\) -m (\w+.*)", makefile.partition("\ncheck: ")[2].partition("\n\n")[0])
    assert checks == ["ruff format --check .", "ruff check .", "mypy"]
    hooks = re.findall(
        r"^ +entry: (.+)$", (ROOT / ".pre-commit-config.yaml").read_text("utf-8"), re.MULTILINE
    )
    assert hooks == ["make check"]
    steps = re.findall(
        r"^ +- run: (.+)$", (ROOT / ".github/workflows/ci.yml").read_text("utf-8"), re.MULTILINE
    )
    assert steps == [".ci/run"]
    assert (ROOT / ".ci/run").read_text("utf-8").endswith("\nmake check\nmake test\n")


def test_a_hook_before_a_commit_comes_from_this_repository_only() -> None:
    repositories = re.findall(r"repo: (.+)", (ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert repositories == ["local"]
