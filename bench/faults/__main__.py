"""`python -m bench faults [PART …]`: inject faults into the product, and print which invariants held."""

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.faults import mutants, powercut, soak, trial
from bench.faults.invariants import INVARIANTS, repeated, untold
from bench.faults.mutants import Mutant
from bench.faults.processes import ROOT
from bench.faults.trial import Plan, Result

SHOWN = 5
"""Violations that are printed for each broken invariant."""
MOST_GROWTH = 20
"""MiB that the soak may add to the pixel server."""


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench faults", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="all parts if none is named")
    parser.add_argument("--seed", type=int, default=1, help="for the faults and the load")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--cuts", type=int, default=60, help="power cuts")
    parser.add_argument("--requests", type=int, default=5_000_000, help="for the soak")
    options = parser.parse_args(given)
    # Without this handler SIGTERM would leave the started processes running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    held = [PARTS[part](options) for part in options.part or PARTS]
    return 0 if all(held) else 1


def kills(options: argparse.Namespace) -> bool:
    print(f"\n{options.kills} kills, seed {options.seed}, with other faults in between")
    return _show(_try(Plan(seed=options.seed, kills=options.kills)))


def clock(options: argparse.Namespace) -> bool:
    print("\nThe bot's clock an hour ahead, an hour behind, and right again, with kills")
    return _show(_try(Plan(seed=options.seed, kills=20, people=8, letters=80, faults=("clock",))))


def mutated(options: argparse.Namespace) -> bool:
    print("\nMutants under kills and a locked database: the invariants must catch each one")
    plan = trial.SHORT._replace(seed=options.seed, patience=trial.SHORT_PATIENCE)
    results = [(mutant, _try(plan, mutant)) for mutant in mutants.UNDER_KILLS]
    for mutant, result in results:
        print(f"  {mutant.what}: caught by {', '.join(result.broken) or 'NOTHING'}")
    return all(result.broken for _, result in results)


def healthchecks(options: argparse.Namespace) -> bool:
    print("\nThe same kills, with alerts marked as processed before they are sent, as Healthchecks does")
    plan = Plan(seed=options.seed, kills=60, people=30, letters=400, faults=(), patience=trial.SHORT_PATIENCE)
    theirs, ours = (_try(plan, mutant) for mutant in (mutants.LIKE_HEALTHCHECKS, None))
    for name, result in (("marked first", theirs), ("Readback", ours)):
        opened = len({row.label for row in result.observed.rows if row.kind == "opened"})
        print(f"  {name:12}  of {opened} letters opened, {len(untold(result.observed))} were never told")
    return bool(untold(theirs.observed)) and not untold(ours.observed)


def cuts(options: argparse.Namespace) -> bool:
    print(f"\n{options.cuts} power cuts, replayed from the writes that strace recorded")
    full = _cuts(options, None)
    normal = _cuts(options, mutants.FLUSHES_RARELY)
    return full == 0 and normal > 0


def _cuts(options: argparse.Namespace, mutant: Mutant | None) -> int:
    """Return how many cuts lost an acknowledged open or damaged the file."""
    with _folder() as name:
        folder = Path(name)
        root = mutants.copy_with(mutant, folder) if mutant else ROOT
        recording = powercut.record(folder, opens=300, seed=options.seed, root=root)
        made = powercut.cuts(recording, folder, count=options.cuts, seed=options.seed)
    bad = [cut for cut in made if cut.lost or cut.integrity]
    most = max(cut.lost for cut in made)
    name, answered = mutant.what if mutant else "as it is", len(recording.answered)
    print(f"  {name:18} {len(bad)} of {len(made)} cuts lost something{_bound(len(bad), len(made))},", end=" ")
    print(f"at most {most} of {answered} acknowledged opens")
    return len(bad)


def soaking(options: argparse.Namespace) -> bool:
    print(f"\n{options.requests:,} requests, no two with the same token, address or user agent")
    print("    requests    memory  descriptors   database")
    samples = []
    with _folder() as name:
        for sample in soak.soak(Path(name), options.requests):
            _print(sample)
            samples.append(sample)
    grown = (samples[-1].memory - samples[1].memory) / 2**20
    print(f"  memory grew by {grown:.1f} MiB after the first {soak.SLICE_SECONDS} s")
    flat = samples[-1].descriptors <= samples[0].descriptors and samples[-1].database == samples[0].database
    return flat and grown < MOST_GROWTH


def _print(sample: soak.Sample) -> None:
    memory, database = sample.memory / 2**20, sample.database / 1024
    shown = f"  {sample.requests:10,} {memory:5.1f} MiB {sample.descriptors:12} {database:6.0f} KiB"
    print(shown, flush=True)


PARTS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "kills": kills,
    "clock": clock,
    "mutants": mutated,
    "healthchecks": healthchecks,
    "cuts": cuts,
    "soak": soaking,
}


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="readback-faults-", ignore_cleanup_errors=True)


def _try(plan: Plan, mutant: Mutant | None = None) -> Result:
    folder = Path(tempfile.mkdtemp(prefix="readback-faults-"))
    result = trial.run(folder, plan, root=mutants.copy_with(mutant, folder) if mutant else ROOT)
    if result.broken and not mutant:
        print(f"  the logs are in {folder}")
    else:
        shutil.rmtree(folder)
    return result


def _show(result: Result) -> bool:
    observed, times = result.observed, result.done["kill"]
    print("  faults:", ", ".join(f"{name} {count}" for name, count in result.done.items()))
    print(f"  processes killed: {sum(result.kills.values())}; ended by themselves: {result.exits}")
    print(
        f"  opens: {len(observed.asked):,} requests, {len(observed.answered):,} acknowledged,"
        f" {len(observed.rows):,} kept"
    )
    print(
        f"  {len(observed.sent):,} messages and edits; {len(observed.tracked):,} links;"
        f" {result.seconds:.0f} s"
    )
    in_flight, spoilt = (
        sum(map(len, observed.in_flight)),
        sum(message.new and bool(message.spoilt) for message in observed.sent),
    )
    print(
        f"  messages repeated: {repeated(observed)}; in flight at kills: {in_flight};"
        f" answers lost on purpose: {spoilt}"
    )
    for name, holds in INVARIANTS.items():
        broken = result.broken.get(name, [])
        print(f"  {name} {holds.__name__.replace('_', ' ')}: {'BROKEN' if broken else 'holds'}")
    for violations in result.broken.values():
        print(*(f"    {violation}" for violation in violations[:SHOWN]), sep="\n")
        print(f"    ({len(violations)} of these)")
    if not result.broken:
        print(f"  0 of {times} kills lost anything{_bound(0, times)}")
    return not result.broken


def _bound(bad: int, of: int) -> str:
    """Return the upper bound of the loss rate if none of so many tries lost anything (95 % confidence)."""
    return "" if bad else f" (below {100 * (1 - 0.05 ** (1 / of)):.1f} % with 95 % confidence)"


if __name__ == "__main__":
    sys.exit(main())
