"""Every part of the bench can be run alone."""

from pathlib import Path

import pytest

from bench.__main__ import PARTS, main
from bench.figures import Figure, save
from bench.programs import UnavailableError, WrongResultError
from tests.bench.test_figures import FIGURES


def test_an_unknown_part_is_refused_with_the_known_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "pixels"])
    with pytest.raises(SystemExit):
        main()
    assert "there is no part pixels; choose from latency, alert" in capsys.readouterr().err


def test_a_part_that_fails_or_cannot_be_measured_here_says_so_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong() -> list[Figure]:
        raise WrongResultError("an answer is missing")

    def unavailable() -> list[Figure]:
        raise UnavailableError("wrk is missing")

    monkeypatch.setitem(PARTS, "throughput", wrong)
    monkeypatch.setitem(PARTS, "memory", unavailable)
    monkeypatch.setitem(PARTS, "latency", lambda: FIGURES[-1:])
    monkeypatch.setattr("sys.argv", ["bench", "throughput", "memory", "latency"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert "| not measured | failed: WrongResultError |" in told
    assert "| not measured | wrk is missing |" in told
    assert "| p99 at 300/s " in told


def test_the_table_of_an_earlier_run_is_shown_without_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "earlier.json"
    save(path, FIGURES, {"Python": "3.11.7"})
    monkeypatch.setattr("sys.argv", ["bench", "table", "--json", str(path)])
    main()
    told = capsys.readouterr().out
    assert "| p99 at 300/s " in told
    assert told.endswith("\n\nPython 3.11.7\n")
