"""The owners of published lists, played on this machine, and lists as they write them."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Network, IPv6Network, ip_network
from threading import Event, Thread

from tracking.data_files import without_comments
from tracking.published_ranges import (
    APPLE_FEWEST,
    AWS_SERVICE,
    HOPS,
    LISTS,
    PublishedList,
    prefixes_of,
    shipped,
)

FETCHERS, CRAWLERS, TELEGRAM, APPLE, CLOUDFLARE, CLOUDFLARE_V6, AMAZON, FASTLY = LISTS
FETCHERS_NOW, CRAWLERS_NOW, CLOUDFLARE_NOW = (
    [str(prefix) for prefix in prefixes_of(shipped(), known)] for known in (FETCHERS, CRAWLERS, CLOUDFLARE)
)
"""The prefixes that these lists have today."""
HOP_NETWORKS = dict[str, list[IPv4Network | IPv6Network]]()
"""The addresses of hops today, by the name of the hop."""
for _row in without_comments(shipped()[HOPS]):
    HOP_NETWORKS.setdefault(_row.split("\t")[0], []).append(ip_network(_row.split("\t")[1]))
NEW = "74.125.176.0/24"
"""A prefix that Google could add."""

CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
"""Cloudflare's page for programs that it takes for robots: a mirror once published it as the list."""


def google(*prefixes: str) -> str:
    """Write these prefixes as Google does."""
    return json.dumps(
        {"prefixes": [{"ipv6Prefix" if ":" in text else "ipv4Prefix": text} for text in prefixes]}
    )


def text(*prefixes: str) -> str:
    """Write these prefixes as Cloudflare and Telegram do."""
    return "\n".join(prefixes)


def written(published: PublishedList, prefixes: Sequence[str]) -> str:
    """Write these prefixes as this list's owner does. Of Apple's, only its own blocks are read."""
    v6, v4 = ([one for one in prefixes if (":" in one) is is_v6] for is_v6 in (True, False))
    if published in (FETCHERS, CRAWLERS):
        return google(*v4, *v6)
    if published is AMAZON:
        service = {"service": AWS_SERVICE}
        return json.dumps(
            {
                "prefixes": [{"ip_prefix": one, **service} for one in v4],
                "ipv6_prefixes": [{"ipv6_prefix": one, **service} for one in v6],
            }
        )
    if published is FASTLY:
        return json.dumps({"addresses": v4, "ipv6_addresses": v6})
    if published is APPLE:
        return "\n".join(f"{one},DE,DE-BE,Berlin," for one in prefixes for _ in range(APPLE_FEWEST))
    return text(*v4, *v6)


Answer = Callable[[BaseHTTPRequestHandler], None]
"""Writes an HTTP answer, whatever comes of it."""


class Owner:
    """A web server. Each page has an answer of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked = list[str]()
        self.ended = Event()
        """Set when the test is over: answers that never end do so then."""
        self._pages: dict[str, Answer] = {}

    def publish(self, page: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            named = {"content-length": str(len(raw)), **headers}
            for name, value in named.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(raw)

        self._pages[page] = answer

    def publish_endlessly(self, page: str, piece: bytes = b"66.249.87.0/24\n") -> None:
        """Answer with this piece again and again."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
            while not self.ended.is_set():
                handler.wfile.write(piece * 1000)

        self._pages[page] = answer

    def publish_nothing(self, page: str) -> None:
        """Begin an answer, and never go on."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n{")
            self.ended.wait()

        self._pages[page] = answer

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        page = handler.path.removeprefix("/")
        self.asked.append(page)
        if page in self._pages:
            self._pages[page](handler)
        else:
            handler.send_error(404)

    def at(self, published: PublishedList, page: str) -> PublishedList:
        """Return the same list, published here."""
        return published._replace(url=f"{self.url}/{page}")


@contextmanager
def serving_lists() -> Iterator[Owner]:
    """Run such a server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

        def do_GET(self) -> None:
            try:
                owner.answer(self)
            except OSError:
                self.close_connection = True  # who asked has heard enough

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    owner = Owner(f"http://127.0.0.1:{server.server_port}")
    serving = Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield owner
    finally:
        owner.ended.set()
        server.shutdown()
        serving.join()
        server.server_close()
