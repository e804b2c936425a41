"""The published address ranges over real HTTP: what is new is shown, what is broken changes nothing."""

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tracking import Network, refresh
from tracking.__main__ import main
from tracking.networks import Networks, parse
from tracking.refresh import SOURCES, Published

BEFORE = """# Who owns which address.
unknown	10.0.0.0/8	RFC 1918	2026-01-01
google_prefetch	66.249.87.0/24	Google special-crawlers.json	2026-01-01
google_prefetch	66.249.89.0/24	Google special-crawlers.json	2026-01-01
microsoft	40.94.0.0/16	AS8075	2026-01-01
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...

    def do_GET(self) -> None:
        if self.path == "/cut":
            self.wfile.write(b'HTTP/1.0 200 OK\r\nContent-Length: 9999\r\n\r\n{"prefixes": [')
        else:
            super().do_GET()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[str]:
    """Google, Apple and Telegram, on this machine: what lies in `tmp_path` is what they publish."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    serving = Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "networks.tsv"
    file.write_text(BEFORE, "utf-8")
    return file


def published(owner: str, page: str, which: int = 1) -> list[Published]:
    return [SOURCES[which]._replace(url=f"{owner}/{page}")]


def ranges(*prefixes: str) -> str:
    return json.dumps(
        {"prefixes": [{"ipv6Prefix" if ":" in text else "ipv4Prefix": text} for text in prefixes]}
    )


def test_a_range_that_google_added_is_shown_and_written_in_its_place(owner: str, data: Path) -> None:
    (data.parent / "list").write_text(
        ranges("66.249.87.0/25", "66.249.87.128/25", "66.249.90.0/23", "2001:4860:4801:2000::/64")
    )
    assert refresh.refresh(published(owner, "list"), "2026-11-23", data) == [
        "Google special-crawlers.json: 3 ranges, 2 new, 1 gone",
        "  + 2001:4860:4801:2000::/64",
        "  + 66.249.90.0/23",
        "  - 66.249.89.0/24",
    ]
    lines = data.read_text("utf-8").splitlines()
    assert [line.split("\t")[1] for line in lines[1:]] == [
        "10.0.0.0/8", "66.249.87.0/24", "66.249.90.0/23", "2001:4860:4801:2000::/64", "40.94.0.0/16",
    ]  # fmt: skip
    assert lines[2].endswith("\t2026-11-23")
    assert Networks(map(parse, lines[1:])).of("66.249.91.7") is Network.GOOGLE_PREFETCH


def test_telegrams_and_apples_lists_are_read_in_their_own_shapes(owner: str, data: Path) -> None:
    (data.parent / "cidr.txt").write_text("91.108.4.0/22\n2001:67c:4e8::/48\n")
    (data.parent / "egress.csv").write_text("172.224.224.0/27,GB,GB-EN,London,\n2a02:26f7:c9c8::/64,DE,,,\n")
    both = [*published(owner, "cidr.txt", 2), *published(owner, "egress.csv", 3)]
    assert [line for line in refresh.refresh(both, "2026-11-23", data) if line.startswith("  ")] == [
        "  + 2001:67c:4e8::/48",
        "  + 91.108.4.0/22",
        "  + 2a02:26f7::/32",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "<html>Sorry</html>",
        '{"prefixes": [',
        '{"prefixes": []}',
        '{"prefixes": [{"ipv7Prefix": "66.249.87.0/24"}]}',
        '{"prefixes": "66.249.87.0/24"}',
        "[]",
        "null",
        ranges("66.249.87.1/24"),
        ranges("10.0.0.0/24"),
        ranges("0.0.0.0/0"),
        ranges("66.0.0.0/8"),
        ranges("2001::/16"),
    ],
)
def test_a_list_that_cannot_be_right_changes_nothing(
    broken: str, owner: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (data.parent / "good").write_text(ranges("66.249.90.0/23"))
    (data.parent / "list").write_text(broken)
    monkeypatch.setattr(refresh, "SOURCES", [*published(owner, "good"), *published(owner, "list")])
    monkeypatch.setattr(refresh, "DATA", data)
    assert main(["refresh"]) == 1
    assert data.read_text("utf-8") == BEFORE
    told = capsys.readouterr().err
    assert told.startswith(f"Nothing was changed: {owner}/list ")
    assert told.endswith("look at the list by hand.\n")


@pytest.mark.parametrize("page", ["nowhere", "cut"])
def test_a_list_that_does_not_come_changes_nothing(page: str, owner: str, data: Path) -> None:
    with pytest.raises(refresh.UnusableListError, match=page):
        refresh.refresh(published(owner, page), "2026-11-23", data)
    assert data.read_text("utf-8") == BEFORE


def test_a_list_that_lost_most_of_its_ranges_is_looked_at_by_a_person(owner: str, data: Path) -> None:
    many = [f"google_prefetch\t66.249.{n}.0/24\tGoogle special-crawlers.json\t2026-01-01" for n in (1, 3, 5)]
    data.write_text(BEFORE + "\n".join(many) + "\n", "utf-8")
    (data.parent / "list").write_text(ranges("66.249.87.0/24", "66.249.90.0/23"))
    with pytest.raises(refresh.UnusableListError, match="shrank from 5 ranges to 2"):
        refresh.refresh(published(owner, "list"), "2026-11-23", data)


def test_the_lists_that_are_shipped_are_those_that_can_be_refreshed(
    owner: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = refresh.DATA.read_text("utf-8")
    for source in SOURCES:
        assert source.url.startswith("https://")
        assert f"{source.network}\t" in shipped
        assert f"\t{source.name}\t" in shipped
    (data.parent / "list").write_text(ranges("66.249.90.0/23"))
    monkeypatch.setattr(refresh, "SOURCES", published(owner, "list"))
    monkeypatch.setattr(refresh, "DATA", data)
    assert main(["refresh"]) == 0
    assert "1 new" in capsys.readouterr().out
