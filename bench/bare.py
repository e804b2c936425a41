"""The yardstick: an application that only answers the pixel's bytes, under the same uvicorn.

`python -m bench.bare PORT [FILE]`: with a file, what one commit writes is written and flushed before each
answer, and nothing more. No server that keeps what it acknowledges can wait for less.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from pixel_server.pixel import BODY, OK

COMMIT = 3 * 4120
"""Bytes: three frames of SQLite's log, for the fetch, its index, and its link."""
LOG = 1000 * 4120


def flushing(path: str) -> Callable[[], None]:
    """Writes and flushes one commit after another, over and over the same bytes, as SQLite does."""
    log, commit, at = os.open(path, os.O_RDWR | os.O_CREAT), os.urandom(COMMIT), 0
    os.pwrite(log, bytes(LOG), 0)
    os.fsync(log)

    def flush() -> None:
        nonlocal at
        os.pwrite(log, commit, at)
        os.fdatasync(log)
        at = (at + COMMIT) % (LOG - COMMIT)

    return flush


def serve(port: int, before: Callable[[], None] = lambda: None) -> None:
    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            before()
            await send(OK)
            await send(BODY)

    uvicorn.run(
        answer,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # like the pixel server, which has its own
        lifespan="off",
        ws="none",
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]), *map(flushing, sys.argv[2:]))
