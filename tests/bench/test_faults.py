"""A short proof: nothing is lost under a few kills, and mutants that lose things are caught."""

import ast
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.faults import mutants, powercut, trial
from bench.faults.mutants import Mutant, StaleMutantError
from bench.faults.processes import ROOT
from bench.faults.trial import Result

PRODUCT = {"bot", "demo", "logs", "pixel_server", "settings", "storage", "tests", "tracking", "words"}
CAUGHT_BY = {mutants.ANSWERS_FIRST: "I1", mutants.MARKS_FIRST: "I3", mutants.NEVER_RECLAIMS: "I3"}

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("REQUIRE_STRACE"), reason="there is no strace"
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Mutant | None, Future[Result]]]:
    """The product and its mutants, all at the same time, because they mostly wait."""

    def attempt(mutant: Mutant | None, folder: Path) -> Result:
        if mutant is None:
            return trial.run(folder, trial.SHORT)
        plan = trial.SHORT._replace(patience=trial.SHORT_PATIENCE)
        return trial.run(folder, plan, root=mutants.copy_with(mutant, folder))

    with ThreadPoolExecutor() as pool:
        yield {
            subject: pool.submit(attempt, subject, tmp_path_factory.mktemp("faults"))
            for subject in (None, *CAUGHT_BY)
        }


def test_the_proof_knows_the_product_only_from_outside() -> None:
    for source in (ROOT / "bench" / "faults").glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                named = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                named = {node.module or "."}
            else:
                continue
            assert not {name.partition(".")[0] for name in named} & PRODUCT, source
            assert not {
                name for name in named if name.startswith("bench") and not name.startswith("bench.faults")
            }, source


def test_nothing_is_lost_under_kills_a_lock_and_a_moody_bot_api(
    results: dict[Mutant | None, Future[Result]],
) -> None:
    result = results[None].result()
    assert result.broken == {}
    assert result.done == {"kill": 6, "short lock": 1, "in flight": 1, "Bot API": 1}
    assert result.observed.answered
    assert any(result.observed.in_flight)
    assert any(message.kind == "opened" for message in result.observed.sent)


@pytest.mark.parametrize("mutant", CAUGHT_BY, ids=lambda mutant: mutant.what)
def test_a_product_that_loses_things_is_caught(
    results: dict[Mutant | None, Future[Result]], mutant: Mutant
) -> None:
    assert CAUGHT_BY[mutant] in results[mutant].result().broken


def test_a_mutant_whose_edit_no_longer_applies_is_an_error(tmp_path: Path) -> None:
    stale = mutants.ANSWERS_FIRST._replace(old="a line that was there once\n")
    with pytest.raises(StaleMutantError, match=r"writer\.py does not hold exactly once"):
        mutants.copy_with(stale, tmp_path)


@pytest.mark.parametrize(
    "mutant", [mutants.FLUSHES_RARELY, mutants.LIKE_HEALTHCHECKS], ids=lambda one: one.what
)
def test_the_other_mutants_can_still_be_made(tmp_path: Path, mutant: Mutant) -> None:
    assert mutant.new in (mutants.copy_with(mutant, tmp_path) / mutant.file).read_text("utf-8")


@needs_strace
def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    recording = powercut.record(tmp_path, opens=40, seed=1)
    found = powercut.cuts(recording, tmp_path, count=10, seed=1)
    assert len(recording.answered) == 40
    assert [(cut.lost, cut.integrity) for cut in found] == [(0, [])] * 10


@needs_strace
def test_a_power_cut_catches_a_product_that_flushes_rarely(tmp_path: Path) -> None:
    recording = powercut.record(
        tmp_path, opens=40, seed=1, root=mutants.copy_with(mutants.FLUSHES_RARELY, tmp_path)
    )
    assert all(cut.lost for cut in powercut.cuts(recording, tmp_path, count=10, seed=1))
