"""One fetch as one line of a spool: `length crc32 [id, token, at, sighting, device, user agent]`.

The length is in bytes, the CRC has eight hexadecimal digits, and the rest is JSON. A line that a crash
tore does not match its length or CRC; nobody was told that it is kept.
"""

import json
import logging
import re
from zlib import crc32

from storage.ingest import Arrival
from tracking import Agent, Network, Reason, Sighting

log = logging.getLogger(__name__)

_LINE = re.compile(rb"(\d{1,9}) ([0-9a-f]{8}) (.*)\n", re.DOTALL)


def line_of(arrival: Arrival) -> bytes:
    """Return the fetch as a line, with its newline."""
    identifier, token, at, sighting, device, user_agent = arrival
    body = json.dumps([identifier, token, at, sighting, device, user_agent]).encode()
    return b"%d %08x %s\n" % (len(body), crc32(body), body)


def arrival_in(line: bytes) -> Arrival | None:
    """Return the fetch that a line holds; None when the line is empty, torn or damaged."""
    found = _LINE.fullmatch(line)
    if found is None or int(found[1]) != len(found[3]) or int(found[2], 16) != crc32(found[3]):
        if line.strip():
            log.warning("A line of the spool is torn or damaged. It is skipped.")
        return None
    try:
        identifier, token, at, (agent, network, sign, rendered), device, user_agent = json.loads(found[3])
        sighting = Sighting(Agent(agent), Network(network), Reason(sign) if sign else None, rendered)
    except (ValueError, TypeError) as error:
        log.error("A fetch in the spool was written by another version. It is skipped: %s", error)
        return None
    return Arrival(identifier, token, at, sighting, device, user_agent)
