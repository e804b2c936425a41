"""The contents of the checkout: its programs, and its files."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAINTAINERS = {"bench", "tests", "tools"}
"""Packages that no wheel holds."""
PACKAGES = {path.parent.name for path in ROOT.glob("*/__init__.py")}
PROGRAMS = sorted(PACKAGES - MAINTAINERS)
MODULES = sorted(path.name for path in ROOT.glob("*.py"))

_IGNORED = {
    ".git",
    ".venv",
    ".env",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    "__pycache__",
    "build",
}


def tree(folder: Path = ROOT) -> Iterator[str]:
    """Yield the path of each file, from the root, without what git ignores."""
    for path in folder.iterdir():
        if path.name in _IGNORED or path.suffix == ".egg-info" or path == ROOT / "data":
            continue
        if path.is_dir():
            yield from tree(path)
        else:
            yield str(path.relative_to(ROOT))
