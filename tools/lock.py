"""`python -m tools.lock`: write requirements.txt and requirements-dev.txt, which pip installs.

They pin every package that an installation brings, and the hash of each of its files, for every Python and
platform. uv works that out from requirements.in and requirements-dev.in, in an environment of its own. It
keeps the versions that are written already; with `--upgrade` it takes the newest that fit. A hash needs no
address, so the files work with any package index that serves what was published.
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
UV = "uv==0.13.9"
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate")
HEAD = """\
# `make lock` writes this from {source}.
# Every package that an installation brings, with the hash of each of its files: pip installs nothing else.
"""


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        everything = _resolved(folder / "everything.txt", "requirements.in", "requirements-dev.in")
        programs = _resolved(folder / "programs.txt", "requirements.in", "-c", str(folder / "everything.txt"))
    _write("requirements", programs)
    _write("requirements-dev", (entry for entry in everything if entry not in programs))


def _resolved(target: Path, *sources: str) -> list[str]:
    """Return an entry for each package that these sources bring: its version, and its hashes below."""
    target.write_text("".join(file.read_text("utf-8") for file in ROOT.glob("requirements*.txt")), "utf-8")
    command = [_uv(target.parent), "pip", "compile", "--quiet", *OPTIONS, *sys.argv[1:], "-o", str(target)]
    subprocess.run([*command, *sources], cwd=ROOT, check=True)
    entries = target.read_text("utf-8").replace("\n    ", "\0").splitlines()
    return [entry.replace("\0", "\n    ") for entry in entries if not _for_windows_only(entry)]


def _for_windows_only(entry: str) -> bool:
    """uvloop does not exist for Windows, so nothing else needs to."""
    marker = Requirement(entry.partition("\\")[0]).marker
    return marker is not None and not marker.evaluate({"sys_platform": "linux"})


def _uv(folder: Path) -> str:
    """Return the path of uv, which the first call installs into this folder."""
    programs = folder / "uv" / "bin"
    if not programs.exists():
        subprocess.run([sys.executable, "-m", "venv", str(programs.parent)], check=True)
        subprocess.run([str(programs / "python"), "-m", "pip", "install", "--quiet", UV], check=True)
    return str(programs / "uv")


def _write(name: str, entries: Iterable[str]) -> None:
    text = HEAD.format(source=f"{name}.in") + "".join(f"{entry}\n" for entry in entries)
    (ROOT / f"{name}.txt").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
