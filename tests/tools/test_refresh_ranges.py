"""The download of the published lists, over real HTTP: a broken one changes nothing."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.tracking.test_published_ranges import BEFORE, CRAWLERS, ranges
from tools.refresh_ranges import main, refresh
from tracking.published_ranges import PublishedList, UnusableListError


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...

    def do_GET(self) -> None:
        if self.path == "/cut":
            self.wfile.write(b'HTTP/1.0 200 OK\r\nContent-Length: 9999\r\n\r\n{"prefixes": [')
        else:
            super().do_GET()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[str]:
    """Google on this machine: it publishes the files in `tmp_path`."""
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
    file.write_text("\n".join(BEFORE) + "\n", "utf-8")
    return file


def crawlers_at(owner: str, page: str) -> PublishedList:
    return CRAWLERS._replace(url=f"{owner}/{page}")


def test_a_new_range_is_written_and_shown(owner: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data.parent / "list").write_text(ranges("66.249.87.0/24", "66.249.90.0/23"))
    assert main([crawlers_at(owner, "list")], data) == 0
    assert "2 ranges, 1 new, 1 gone\n  + 66.249.90.0/23\n" in capsys.readouterr().out
    assert "google_prefetch\t66.249.90.0/23\t" in data.read_text("utf-8")
    assert not data.with_suffix(".new").exists()


def test_one_broken_list_keeps_the_whole_file_as_it_was(
    owner: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = data.read_text("utf-8")
    (data.parent / "good").write_text(ranges("66.249.87.0/24", "66.249.90.0/23"))
    (data.parent / "broken").write_text("<html>Sorry</html>")
    assert main([crawlers_at(owner, "good"), crawlers_at(owner, "broken")], data) == 1
    assert data.read_text("utf-8") == before
    told = capsys.readouterr().err
    assert told.startswith(f"Nothing was changed: {owner}/broken ")
    assert told.endswith("check the list by hand.\n")


@pytest.mark.parametrize("page", ["nowhere", "cut"])
def test_a_list_that_does_not_arrive_completely_changes_nothing(page: str, owner: str, data: Path) -> None:
    before = data.read_text("utf-8")
    with pytest.raises(UnusableListError, match=page):
        refresh([crawlers_at(owner, page)], "2026-11-23", data)
    assert data.read_text("utf-8") == before
