"""The public list of machines' user agents. It is read once, at the start, and passed to `agents.load`."""

import json
from importlib.resources import files


def patterns() -> list[str]:
    """Return the regular expressions of the package `crawler-user-agents` (new every month, MIT)."""
    listed = files("crawleruseragents").joinpath("crawler-user-agents.json")
    return [entry["pattern"] for entry in json.loads(listed.read_text("utf-8"))]
