"""Files that would be gone after a restart are recognised."""

from pathlib import Path

import pytest

from storage.disks import Lost, lost_with, platform

ON_A_SERVER = "/dev/sda1 / ext4 rw 0 0\ntmpfs /fast tmpfs rw 0 0\n/dev/sdb1 /srv/my\\040data ext4 rw 0 0\n"
IN_A_CONTAINER = "overlay / overlay rw 0 0\ntmpfs /run/secrets tmpfs ro 0 0\n/dev/vda1 /data ext4 rw 0 0\n"
COVERED = "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /data ext4 rw 0 0\ntmpfs /data tmpfs rw 0 0\n"


@pytest.mark.parametrize(
    ("mounts", "path", "lost"),
    [
        (ON_A_SERVER, "/home/anna/readback/data/readback.db", None),
        (ON_A_SERVER, "/fast/readback.db", Lost.MEMORY),
        (ON_A_SERVER, "/fastest/readback.db", None),
        (ON_A_SERVER, "/srv/my data/readback.db", None),
        (IN_A_CONTAINER, "/app/data/readback.db", Lost.CONTAINER),
        (IN_A_CONTAINER, "/data/readback.db", None),
        (IN_A_CONTAINER, "/database/readback.db", Lost.CONTAINER),
        (IN_A_CONTAINER, "/run/secrets/key", Lost.MEMORY),
        (COVERED, "/data/readback.db", Lost.MEMORY),
        ("", "/Users/anna/readback.db", None),
        ("\nnonsense\n", "/data/readback.db", None),
    ],
)
def test_a_file_is_lost_with_its_file_system(mounts: str, path: str, lost: Lost | None) -> None:
    assert lost_with(Path(path), {}, mounts) == lost


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        ("DYNO", "Heroku"),
        ("RENDER", "Render"),
        ("RAILWAY_ENVIRONMENT", "Railway"),
        ("FLY_APP_NAME", "Fly.io"),
    ],
)
def test_on_a_platform_a_disk_lasts_only_where_a_volume_is_mounted(mark: str, name: str) -> None:
    environ = {mark: "web.1"}
    assert platform(environ) == name
    assert lost_with(Path("/app/data/readback.db"), environ, ON_A_SERVER) is Lost.PLATFORM
    assert lost_with(Path("/srv/my data/readback.db"), environ, ON_A_SERVER) is None
    assert lost_with(Path("/app/data/readback.db"), environ, "") is Lost.PLATFORM
    assert platform({mark: ""}) == ""
