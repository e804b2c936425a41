"""Install the peers that are not ours: once, pinned, outside the tree, with npm and pip."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.programs import UnavailableError, needed

NPM = {"express": "5.3.0", "better-sqlite3": "12.11.1"}
ISBOT = {"isbot": "5.2.3"}
PIP = ("flask==3.1.3", "gunicorn==27.0.1", "pytracking==0.2.2")
LONGEST = 600
"""Seconds. Where no built one exists, better-sqlite3 compiles SQLite, for two minutes on one core."""


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "readback-bench"


def npm_packages() -> Path:
    """Return the folder in which Express and better-sqlite3 are installed. Raises UnavailableError."""
    return _from_npm(NPM, "require('better-sqlite3')(':memory:')")


def isbot() -> Path:
    """Return the folder in which isbot is installed. Raises UnavailableError."""
    return _from_npm(ISBOT, "require('isbot').isbot('curl')")


def has_isbot() -> bool:
    """Return True if isbot is installed already."""
    return (_folder_of(ISBOT) / "ready").exists()


def _folder_of(packages: dict[str, str]) -> Path:
    return cache() / ("npm-" + "-".join(f"{name}-{version}" for name, version in packages.items()))


def _from_npm(packages: dict[str, str], try_it: str) -> Path:
    """Install npm's packages, once, and run a line of JavaScript that uses them."""
    folder = _folder_of(packages)
    if not (folder / "ready").exists():
        npm, node = needed("npm"), needed("node")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": packages}))
        _run(npm, "install", "--no-fund", "--no-audit", "--prefix", str(folder))
        _run(node, "-e", try_it, folder=folder)
        (folder / "ready").touch()
    return folder


def python_packages() -> Path:
    """Return the Python of an environment with Flask, gunicorn and pytracking. Raises UnavailableError."""
    folder = cache() / ("python-" + "-".join(PIP).replace("==", "-"))
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PIP)
        (folder / "ready").touch()
    return python


def _run(*command: str, folder: Path | None = None) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=LONGEST, cwd=folder)
    except (subprocess.SubprocessError, OSError) as error:
        raise UnavailableError(
            f"it could not be installed: {Path(command[0]).name} {command[1]} failed"
        ) from error
