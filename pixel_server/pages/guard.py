"""Keeps pages to this host: the headers of every page, and the check of the host that was asked for."""

import re
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from pixel_server.wire.headers import Headers, header

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
"""Sent with every page. No image is allowed at all: a page must never load the pixel it is about."""


class HostCheck:
    """ASGI middleware: pages are served under the names of this host only.

    Another site can then not pass off a page or a form as its own. `/healthz` answers to any name.
    """

    def __init__(self, app: ASGIApp, public_url: str, host: str) -> None:
        self._app = app
        named = {"localhost", "127.0.0.1", "::1", host, urlsplit(public_url).hostname or ""}
        self._names = {name.lower() for name in named}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        checked = scope["type"] == "http" and scope["path"] != "/healthz"
        app = _WRONG_HOST if checked and not self.allows(scope["headers"]) else self._app
        await app(scope, receive, send)

    def allows(self, headers: Headers) -> bool:
        given = _HOST.fullmatch(header(headers, b"host") or "")
        return given is not None and (given["v6"] or given["name"]).lower() in self._names


_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]]+))(?::\d*)?")
_WRONG_HOST = PlainTextResponse("This host is not served here.\n", 400, PAGE_HEADERS)
