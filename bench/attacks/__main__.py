"""`python -m bench attacks [NAME …]`: attack the product, and print what came of it.

Each attack starts a product of its own on this machine, with a fresh database. While it goes on, another
client opens a mail ten times a second. Without a name all attacks are made, one after the other.
"""

import argparse
import signal
import sys
import traceback
from collections.abc import Sequence

from bench.attacks import crowd, flooded, nonsense, one_token, outage, prying, unread
from bench.attacks.attack import Attack, carry_out
from bench.figures import Figure, standing, table

ATTACKS: dict[str, Attack] = {
    attack.name: attack
    for module in (unread, crowd, outage, nonsense, one_token, flooded, prying)
    for attack in module.ATTACKS
}


def main(given: Sequence[str] | None = None) -> int:
    """Return 0 if all that must hold held, else 1."""
    listed = "\n".join(f"  {attack.name:22} {attack.what}" for attack in ATTACKS.values())
    parser = argparse.ArgumentParser(
        prog="python -m bench attacks",
        description=__doc__,
        epilog=f"attacks:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="*", metavar="NAME", help="all attacks if none is named")
    names = parser.parse_args(given).name
    if unknown := set(names) - set(ATTACKS):
        parser.error(f"there is no attack {', '.join(sorted(unknown))}; choose from {', '.join(ATTACKS)}")
    # Without this handler SIGTERM would leave the started processes running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    held = [_holds(ATTACKS[name]) for name in names or ATTACKS]
    return 0 if all(held) else 1


def _holds(attack: Attack) -> bool:
    """Make one attack, and print what came of it. Return True if all that must hold held."""
    print(f"\n{attack.name}: {attack.what}", flush=True)
    try:
        told, figures = carry_out(attack)
    except Exception as error:
        traceback.print_exc()
        print(f"  failed: {error}", flush=True)
        return False
    print(f"  {told}\n{_indented(figures)}", flush=True)
    return not any(standing(found) == "missed" for found in figures)


def _indented(figures: Sequence[Figure]) -> str:
    return "\n".join(f"  {line}" for line in table(figures).splitlines())


if __name__ == "__main__":
    sys.exit(main())
