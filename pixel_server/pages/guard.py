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


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names by which only this machine asks for this machine."""


def name_in(host: str) -> str:
    """Return the name or address in a Host header, in lower case and without its port; else an empty text."""
    given = _HOST.fullmatch(host)
    return (given["v6"] or given["name"]).lower() if given else ""


class HostCheck:
    """ASGI middleware: pages are served under the names of this host only.

    Another site can then not pass off a page or a form as its own. `/healthz` answers to any name. What a
    page of another site sends is refused.
    """

    def __init__(self, app: ASGIApp, public_url: str, host: str) -> None:
        self._app = app
        named = {*LOOPBACK, host, urlsplit(public_url).hostname or ""}
        self._names = {name.lower() for name in named if name}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        checked = scope["type"] == "http" and scope["path"] != "/healthz"
        refusal = self._refusal(scope["method"], scope["headers"]) if checked else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> ASGIApp | None:
        if not self.allows(headers):
            return _WRONG_HOST
        return _FOREIGN if method == "POST" and not self._is_from_here(headers) else None

    def allows(self, headers: Headers) -> bool:
        return name_in(header(headers, b"host") or "") in self._names

    def _is_from_here(self, headers: Headers) -> bool:
        """Return False if a browser says that a page of another site sent the request.

        Over https, and on this machine, browsers say in `Sec-Fetch-Site` where it comes from (Chrome 76,
        Firefox 90, Safari 16.4). Others send `Origin`: but our pages send no referrer, and from such a page
        it is `null` (Fetch standard, "append a request Origin header"). A program sends neither.
        """
        if site := header(headers, b"sec-fetch-site"):
            return site in ("same-origin", "none")
        origin = header(headers, b"origin")
        return origin in (None, "null") or name_in(origin.partition("://")[2]) in self._names


_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]]+))(?::\d*)?")
_WRONG_HOST = PlainTextResponse("This host is not served here.\n", 400, PAGE_HEADERS)
_FOREIGN = PlainTextResponse(
    "A page of another site sent this. Open the page here, and press there.\n", 403, PAGE_HEADERS
)
