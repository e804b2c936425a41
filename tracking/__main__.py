"""`python -m tracking replay [FILE]`: what the judge says of recorded link histories.
`python -m tracking refresh`: the published address ranges, brought up to date.
"""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from tracking import machines, refresh
from tracking.agents import load
from tracking.replay import UnreadableLineError, replay


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tracking")
    commands = parser.add_subparsers(dest="command", required=True)
    replaying = commands.add_parser("replay", help="judge recorded link histories (JSON lines)")
    replaying.add_argument("file", nargs="?", type=argparse.FileType("rb"), default=sys.stdin.buffer)
    commands.add_parser("refresh", help="fetch the published address ranges and show what changed")
    asked = parser.parse_args(arguments)
    return _replay(asked.file) if asked.command == "replay" else _refresh()


def _replay(file: BinaryIO) -> int:
    try:
        for answer in replay(file, load(machines.patterns())):
            sys.stdout.write(json.dumps(answer) + "\n")
    except UnreadableLineError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _refresh() -> int:
    try:
        for line in refresh.refresh(refresh.SOURCES, f"{datetime.now(UTC):%Y-%m-%d}", refresh.DATA):
            sys.stdout.write(f"{line}\n")
    except refresh.UnusableListError as error:
        sys.stderr.write(f"Nothing was changed: {error}. Try again later, or look at the list by hand.\n")
        return 1
    return 0


if __name__ == "__main__":
    # `| head` is no error of ours.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
