"""The public list of machines' user agents. It is read once, at the start, and passed to `agents.load`."""

import json
from importlib.util import find_spec
from pathlib import Path


def patterns() -> list[str]:
    """Return the regular expressions of the package `crawler-user-agents` (new every month, MIT).

    Its file is read without the package. That reads the file too, and keeps all of it, two megabytes.
    """
    package = find_spec("crawleruseragents")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("crawleruseragents")
    text = Path(package.origin).with_name("crawler-user-agents.json").read_text("utf-8")
    found: list[str] = json.loads(text, object_hook=lambda entry: entry["pattern"])
    return found
