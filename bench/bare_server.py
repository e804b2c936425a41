"""`python -m bench.bare_server PORT [FILE]`: uvicorn, only answering the pixel's bytes.

The pixel server is compared with it. With a FILE, it writes and flushes as much as one commit does before
each answer: no server that keeps what it acknowledges can wait for less.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

from pixel_server.pixel import BODY, OK

COMMIT = 3 * 4120
"""Bytes: three frames of SQLite's write-ahead log, for the fetch, its index, and its link."""
LOG = 1000 * 4120
"""Bytes of the file, which are written over and over again, as SQLite does."""


def flushing(path: str) -> Callable[[], None]:
    """Return a function that writes and flushes the bytes of one commit."""
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
        proxy_headers=False,  # the pixel server reads X-Forwarded-For itself, too
        lifespan="off",
        ws="none",
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]), *map(flushing, sys.argv[2:]))
