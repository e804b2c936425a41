"""The yardstick: an application that only answers the pixel's bytes, under the same uvicorn."""

from typing import Any

import uvicorn

from pixel_server.pixel import BODY, OK


async def answer(scope: Any, _receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send(OK)
        await send(BODY)


def serve(port: int) -> None:
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
    import sys

    serve(int(sys.argv[1]))
