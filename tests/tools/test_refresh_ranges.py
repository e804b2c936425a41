"""The maintainers' refresh of the data files, over real HTTP: a broken list changes nothing."""

import shutil
from pathlib import Path

import pytest

from tests.lists import (
    CHALLENGE,
    CLOUDFLARE,
    CLOUDFLARE_NOW,
    CRAWLERS,
    CRAWLERS_NOW,
    NEW,
    Owner,
    google,
    text,
)
from tools.refresh_ranges import FOLDER, main
from tracking.published_ranges import HOPS, NETWORKS


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in (NETWORKS, HOPS):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def files(data: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in data.iterdir()}


def test_a_new_range_is_written_and_shown(
    owner: Owner, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(data)
    owner.publish("crawlers", google(*CRAWLERS_NOW, NEW))
    owner.publish("cloudflare", text(*CLOUDFLARE_NOW[1:]))
    assert main([owner.at(CRAWLERS, "crawlers"), owner.at(CLOUDFLARE, "cloudflare")], data) == 0
    told = capsys.readouterr().out
    assert f"{CRAWLERS.name}: {len(CRAWLERS_NOW) + 1} ranges, 1 new, 0 gone\n  + {NEW}\n" in told
    assert f"  - {CLOUDFLARE_NOW[0]}\n" in told
    after = files(data)
    assert after.keys() == before.keys()
    assert f"\ngoogle_prefetch\t{NEW}\t" in after[NETWORKS]
    assert after[NETWORKS].count("\n") == before[NETWORKS].count("\n") + 1
    assert f"\t{CLOUDFLARE_NOW[0]}\t" not in after[HOPS]


def test_one_broken_list_keeps_both_files_as_they_were(
    owner: Owner, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(data)
    owner.publish("good", google(*CRAWLERS_NOW, NEW))
    owner.publish("broken", CHALLENGE)
    assert main([owner.at(CRAWLERS, "good"), owner.at(CLOUDFLARE, "broken")], data) == 1
    assert files(data) == before
    told = capsys.readouterr().err
    assert told.startswith(f"Nothing was changed: {owner.url}/broken ")
    assert told.endswith("check the list by hand.\n")
