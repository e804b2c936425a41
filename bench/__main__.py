"""`python -m bench [judge|pixel|alert]`: measure, and print what was measured."""

import argparse

from bench import alert, judge, pixel

PARTS = {"judge": judge.report, "pixel": pixel.report, "alert": alert.report}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument(
        "part", nargs="*", choices=[[], *PARTS], help="which figures; all of them if none is named"
    )
    for part in parser.parse_args().part or PARTS:
        PARTS[part]()


if __name__ == "__main__":
    main()
