"""The public list of machines' user agents, as plain data: read once at the start, then passed in."""

import json
from importlib.resources import files


def patterns() -> list[str]:
    """The regular expressions of `crawler-user-agents` (monthly, MIT)."""
    listed = files("crawleruseragents").joinpath("crawler-user-agents.json")
    return [entry["pattern"] for entry in json.loads(listed.read_text("utf-8"))]
