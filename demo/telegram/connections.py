"""Connections that can be closed without an answer. HTTP frameworks offer no way to do that."""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.h11_impl import H11Protocol


class Cuttable(H11Protocol):
    open: ClassVar[dict[tuple[Any, Any], asyncio.Transport]] = {}
    """The open connections, by the addresses of both ends."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._ends = (self.client, self.server)
        self.open[self._ends] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.pop(self._ends, None)
        super().connection_lost(exc)


def cut(scope: Mapping[str, Any]) -> None:
    """Close the connection of this ASGI request."""
    ends = tuple(tuple(scope[end]) for end in ("client", "server"))
    transport = Cuttable.open.get(cast(tuple[Any, Any], ends))
    if transport:
        transport.close()
