"""`python -m tools.refresh_ranges`: bring `tracking/data/networks.tsv` up to date with the published lists.

It downloads every list and checks all of them before it writes. If one is broken, it changes nothing.
Nothing runs this by itself.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from tracking.published_ranges import DATA, LISTS, PublishedList, UnusableListError, updated

TIMEOUT = 30.0
"""Seconds."""
MOST_BYTES = 64 * 1024 * 1024
"""Apple's list, the longest, has about 15 million."""


def main(lists: Sequence[PublishedList] = LISTS, data: Path = DATA) -> int:
    try:
        differences = refresh(lists, f"{datetime.now(UTC):%Y-%m-%d}", data)
    except UnusableListError as error:
        sys.stderr.write(f"Nothing was changed: {error}. Try again later, or check the list by hand.\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in differences)
    return 0


def refresh(lists: Sequence[PublishedList], today: str, data: Path) -> list[str]:
    """Replace these lists' lines in the data file; return what changed. Raises UnusableListError."""
    texts = {published: download(published.url) for published in lists}
    rows, differences = updated(data.read_text("utf-8").splitlines(), texts, today)
    # A reader of the file must see the old one or the new one, never half of it.
    beside = data.with_suffix(".new")
    beside.write_text("\n".join(rows) + "\n", "utf-8")
    beside.replace(data)
    return differences


def download(url: str) -> str:
    """Return the whole text behind a URL. Raises UnusableListError if it does not come completely."""
    try:
        with urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310  # the URLs are constants in LISTS
            if urlsplit(answer.url).scheme != urlsplit(url).scheme:
                raise UnusableListError(f"{url} redirects to {answer.url}")
            raw: bytes = answer.read(MOST_BYTES + 1)
    except (URLError, OSError) as error:
        raise UnusableListError(f"{url} cannot be read: {error}") from error
    if len(raw) > MOST_BYTES or len(raw) != int(answer.headers.get("content-length") or len(raw)):
        raise UnusableListError(f"{url} is incomplete or too long ({len(raw)} bytes)")
    return raw.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())
