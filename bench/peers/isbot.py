"""isbot, a list of machines from npm. It runs in Node, outside the tree."""

import json
import subprocess
from collections.abc import Iterable

from bench.peers import installing
from bench.programs import UnavailableError, needed

ASK = (
    "const {isbot} = require(process.argv[1]);"
    "const agents = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
    "console.log(JSON.stringify(agents.filter(agent => isbot(agent))));"
)
LONGEST = 60
"""Seconds for all user agents: it takes less than one."""


def bots_among(user_agents: Iterable[str]) -> frozenset[str]:
    """Return those user agents that isbot calls bots. Raises UnavailableError."""
    package = installing.isbot() / "node_modules" / "isbot"
    try:
        asked = subprocess.run(
            (needed("node"), "-e", ASK, str(package)),
            input=json.dumps(sorted(user_agents)).encode(),
            check=True,
            capture_output=True,
            timeout=LONGEST,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise UnavailableError("isbot could not be asked") from error
    return frozenset(json.loads(asked.stdout))
