"""`python -m tracking replay [FILE]`: judge recorded histories of links, given as JSON lines."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from typing import BinaryIO

from tracking import machines
from tracking.agents import load
from tracking.replay import UnreadableLineError, replay


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tracking")
    commands = parser.add_subparsers(dest="command", required=True)
    replaying = commands.add_parser("replay", help="judge recorded histories of links (JSON lines)")
    replaying.add_argument("file", nargs="?", type=argparse.FileType("rb"), default=sys.stdin.buffer)
    return _replay(parser.parse_args(arguments).file)


def _replay(file: BinaryIO) -> int:
    try:
        for answer in replay(file, load(machines.patterns())):
            sys.stdout.write(json.dumps(answer) + "\n")
    except UnreadableLineError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    # `python -m tracking replay | head` must end without a traceback.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
