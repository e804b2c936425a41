"""Every part of the bench can be run alone."""

from pathlib import Path

import pytest

from bench.__main__ import PARTS, main
from bench.rows import Row, save
from bench.running import NotHere, Wrong
from tests.bench.test_rows import ROWS


def test_an_unknown_part_is_refused_with_the_known_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "pixels"])
    with pytest.raises(SystemExit):
        main()
    assert "there is no part pixels; there are latency, alert" in capsys.readouterr().err


def test_a_part_that_fails_or_cannot_be_measured_here_says_so_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong() -> list[Row]:
        raise Wrong("an answer is missing")

    def not_here() -> list[Row]:
        raise NotHere("wrk is missing")

    monkeypatch.setitem(PARTS, "pixel", wrong)
    monkeypatch.setitem(PARTS, "memory", not_here)
    monkeypatch.setitem(PARTS, "latency", lambda: ROWS[-1:])
    monkeypatch.setattr("sys.argv", ["bench", "pixel", "memory", "latency"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert "| not measured | failed: Wrong |" in told
    assert "| not measured | wrk is missing |" in told
    assert "| p99 at 300/s " in told


def test_the_table_of_an_earlier_run_is_shown_without_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "earlier.json"
    save(path, ROWS, {"Python": "3.11.7"})
    monkeypatch.setattr("sys.argv", ["bench", "table", "--json", str(path)])
    main()
    told = capsys.readouterr().out
    assert "| p99 at 300/s " in told
    assert told.endswith("\n\nPython 3.11.7\n")
