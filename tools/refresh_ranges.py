"""`python -m tools.refresh_ranges`: bring the address ranges in `tracking/data` up to date.

For maintainers, before a release. It downloads and checks every list as the bot does, and writes the files
only if all of them are good.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.published_lists import download
from tracking import range_checks
from tracking.published_ranges import (
    HOPS,
    LISTS,
    NETWORKS,
    DataFiles,
    PublishedList,
    UnusableListError,
    differences,
    prefixes_of,
    replaced,
)

FOLDER = Path(__file__).parent.parent / "tracking" / "data"


def main(lists: Sequence[PublishedList] = LISTS, folder: Path = FOLDER) -> int:
    try:
        changes = refresh(lists, f"{datetime.now(UTC):%Y-%m-%d}", folder)
    except UnusableListError as error:
        sys.stderr.write(f"Nothing was changed: {error}. Try again later, or check the list by hand.\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in changes)
    return 0


def refresh(lists: Sequence[PublishedList], today: str, folder: Path) -> list[str]:
    """Replace these lists' lines in the data files; return what changed. Raises UnusableListError."""
    data: DataFiles = {name: (folder / name).read_text("utf-8").splitlines() for name in (NETWORKS, HOPS)}
    changes = list[str]()
    for published in lists:
        new = range_checks.checked(published, asyncio.run(download(published)), data)
        changes += differences(published, prefixes_of(data, published), new)
        data = replaced(data, published, new, today)
    for name, rows in data.items():
        # A reader of the file must see the old one or the new one, never half of it.
        beside = (folder / name).with_suffix(".new")
        beside.write_text("\n".join(rows) + "\n", "utf-8")
        beside.replace(folder / name)
    return changes


if __name__ == "__main__":
    sys.exit(main())
