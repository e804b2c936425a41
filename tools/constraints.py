"""`python -m tools.constraints`: write constraints.txt, which pins every package that an installation brings.

It installs the requirements into an empty environment and notes what pip chose: first what the programs
need, then what only tests, checks and measurements need. Run it after a change to either requirements file.
The file holds names and versions, and neither addresses nor hashes, so it works with any package index.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
HEAD = "# `make constraints` writes this. Every package that an installation brings, exactly."
PROGRAMS = "# What the programs need."
ONLY_TESTS = "# What only tests, checks and measurements need."


def main() -> None:
    with TemporaryDirectory() as folder:
        programs = _installed(Path(folder) / "programs", "requirements.txt")
        everything = _installed(Path(folder) / "everything", "requirements.txt", "requirements-dev.txt")
    only_tests = sorted(set(everything) - set(programs), key=str.lower)
    CONSTRAINTS.write_text("\n".join([HEAD, PROGRAMS, *programs, ONLY_TESTS, *only_tests, ""]), "utf-8")


def _installed(environment: Path, *files: str) -> list[str]:
    """Return `name==version` of each package that a fresh environment gets from these requirements."""
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    # venv installs setuptools by itself: that does not show that the requirements need it.
    subprocess.run([*pip, "uninstall", "--quiet", "--yes", "setuptools"], check=True)
    wanted = [part for file in files for part in ("-r", str(ROOT / file))]
    subprocess.run([*pip, "install", "--quiet", *wanted], check=True)
    frozen = subprocess.run(
        [*pip, "freeze", "--all", "--exclude", "pip"], check=True, capture_output=True, text=True
    )
    return frozen.stdout.split()


if __name__ == "__main__":
    main()
