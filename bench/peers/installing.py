"""Install the two peers that are not ours: once, pinned, outside the tree, with npm and pip."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.programs import UnavailableError, needed

NPM = {"express": "5.3.0", "better-sqlite3": "12.11.1"}
PIP = ("flask==3.1.3", "gunicorn==27.0.1", "pytracking==0.2.2")
LONGEST = 600
"""Seconds. Where no built one exists, better-sqlite3 compiles SQLite, for two minutes on one core."""


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "readback-bench"


def npm_packages() -> Path:
    """Return the folder in which Express and better-sqlite3 are installed. Raises UnavailableError."""
    folder = cache() / ("npm-" + "-".join(f"{name}-{version}" for name, version in NPM.items()))
    if not (folder / "ready").exists():
        npm = needed("npm")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": NPM}))
        _run(npm, "install", "--no-fund", "--no-audit", "--prefix", str(folder))
        _run(
            needed("node"), "-e", f"require({str(folder / 'node_modules' / 'better-sqlite3')!r})(':memory:')"
        )
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


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=LONGEST)
    except (subprocess.SubprocessError, OSError) as error:
        raise UnavailableError(
            f"it could not be installed: {Path(command[0]).name} {command[1]} failed"
        ) from error
