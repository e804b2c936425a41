"""`python -m tracking replay [FILE]`: what the judge says of recorded link histories."""

import argparse
import json
import sys

from tracking import machines
from tracking.agents import load
from tracking.replay import UnreadableLineError, replay


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tracking")
    commands = parser.add_subparsers(dest="command", required=True)
    replaying = commands.add_parser("replay", help="judge recorded link histories (JSON lines)")
    replaying.add_argument("file", nargs="?", type=argparse.FileType(encoding="utf-8"), default=sys.stdin)
    asked = parser.parse_args()
    try:
        for answer in replay(asked.file, load(machines.patterns())):
            sys.stdout.write(json.dumps(answer) + "\n")
    except (UnreadableLineError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
