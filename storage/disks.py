"""Tells whether a file survives a restart, as far as the mounts and the hosting platform show."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

MOUNTS = Path("/proc/mounts")
PLATFORMS = {
    "DYNO": "Heroku",
    "RENDER": "Render",
    "RAILWAY_ENVIRONMENT": "Railway",
    "FLY_APP_NAME": "Fly.io",
}
"""The environment variable that each platform sets. On these a disk lasts only where a volume is mounted."""


class Lost(StrEnum):
    """The thing that ends together with the file."""

    MEMORY = "memory"
    CONTAINER = "container"
    PLATFORM = "platform"


FILE_SYSTEMS = {
    "tmpfs": Lost.MEMORY,
    "ramfs": Lost.MEMORY,
    "overlay": Lost.CONTAINER,
    "aufs": Lost.CONTAINER,
}


def lost_with(path: Path, environ: Mapping[str, str], mounts: str) -> Lost | None:
    """Return what would end together with a file at this absolute path; None if its disk seems to last.

    `mounts` is the text of /proc/mounts, empty where there is none.
    """
    place, file_system = _mount_of(path, mounts)
    if lost := FILE_SYSTEMS.get(file_system):
        return lost
    on_a_volume = place != Path("/")
    return Lost.PLATFORM if platform(environ) and not on_a_volume else None


def platform(environ: Mapping[str, str]) -> str:
    """Return the hosting platform's name; empty on a machine of one's own."""
    return next((name for mark, name in PLATFORMS.items() if environ.get(mark)), "")


def mounts() -> str:
    """Return the text of /proc/mounts; empty where there is none."""
    return MOUNTS.read_text("utf-8", "replace") if MOUNTS.exists() else ""


def _mount_of(path: Path, mounts: str) -> tuple[Path, str]:
    """Return where the file system of this path is mounted, and its type.

    That is the mount with the longest path above it; the last one, where several cover each other.
    """
    found = (Path("/"), "")
    for line in mounts.splitlines():
        _device, place, file_system, *_ = [*line.split(" "), "", "", ""]
        mounted = Path(place.replace("\\040", " "))
        if path.is_relative_to(mounted) and len(mounted.parts) >= len(found[0].parts):
            found = (mounted, file_system)
    return found
