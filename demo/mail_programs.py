"""Mail programs, prefetchers and scanners on buttons: each sends real requests to the real pixel server.

Their headers and addresses are those of the real ones. The pixel server trusts this machine as a proxy, so
each provider's address is sent in X-Forwarded-For.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

GOOGLE_IMAGE_PROXY = {
    "User-Agent": (
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
    ),
    "Accept-Encoding": "gzip,deflate,br",
}
GMAIL_PREFETCH = {
    "User-Agent": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
    ),
    "Referer": "http://mail.google.com/",
    "Accept": "image/webp,*/*;q=0.8",
}
APPLE_PRIVACY = {"User-Agent": "Mozilla/5.0"}
OUTLOOK = {
    "User-Agent": (
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; .NET4.0E; "
        "Microsoft Outlook 16.0.4266; ms-office; MSOffice 16)"
    )
}
DATA_CENTRE_BROWSER = {
    "User-Agent": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.0.0 Safari/537.36"
    )
}
SCRIPT = {**DATA_CENTRE_BROWSER, "Accept": "*/*", "X-Forwarded-Proto": "https"}
"""A modern browser's name over https, without the Sec-Fetch-* that every such browser sends."""
NEXTCLOUD = {"User-Agent": "Nextcloud-Server-Crawler/34.0.4"}
TELEGRAM_PREVIEW = {"User-Agent": "TelegramBot (like TwitterBot)"}

GOOGLE_PROXIES = ("66.249.84.57", "74.125.208.145", "66.102.6.144", "142.250.32.151")
GOOGLE_PREFETCHERS = ("72.14.199.244", "108.177.2.32")
APPLE_RELAYS = ("2a02:26f7:c9c8:4000:6::1", "2a02:26f7:c9c8:4000:9::1")
OFFICE = ("91.12.34.44",)
HOSTED = ("46.4.10.9",)
MICROSOFT = ("40.94.36.138", "40.94.36.181")
TELEGRAM = ("91.108.4.190",)

TIMEOUT = 10.0
"""Seconds for one request."""


@dataclass(frozen=True, eq=False)
class Fetcher:
    """A program that loads the image: with these headers, from these addresses in turn."""

    headers: Mapping[str, str]
    addresses: tuple[str, ...]
    methods: tuple[str, ...] = ("GET",)


@dataclass(frozen=True)
class Action:
    """A button beside the chat. Without a fetcher it requests nothing.

    In label and hint, the page puts the mail's recipient for `{who}`, and for `{Who}` at the beginning.
    """

    key: str
    group: str
    label: str
    hint: str
    fetcher: Fetcher | None = None


IN_GMAIL = Fetcher(GOOGLE_IMAGE_PROXY, GOOGLE_PROXIES)

ACTIONS = (
    Action(
        "paste",
        "you",
        "Paste into Gmail",
        "Gmail shows you the image in your draft, and loads it through its proxy to do so.",
        IN_GMAIL,
    ),
    Action("send", "you", "Send", "The mail leaves. Nothing is requested, so only you can tell the bot."),
    Action(
        "prefetch",
        "machines",
        "Gmail prefetches",
        "Seconds after the mail arrives, Gmail loads its images, before anybody reads it.",
        Fetcher(GMAIL_PREFETCH, GOOGLE_PREFETCHERS),
    ),
    Action(
        "apple",
        "machines",
        "Apple prefetches",
        "Mail Privacy Protection loads every image in the background, read or not.",
        Fetcher(APPLE_PRIVACY, APPLE_RELAYS),
    ),
    Action(
        "scanner",
        "machines",
        "A scanner opens it",
        "The company's mail gateway opens every mail in a data centre, and pretends to be Chrome.",
        Fetcher(DATA_CENTRE_BROWSER, MICROSOFT, ("HEAD", "GET", "GET")),
    ),
    Action(
        "script",
        "machines",
        "A script loads it",
        "It calls itself Chrome, but leaves out what Chrome sends over https. The card asks.",
        Fetcher(SCRIPT, OFFICE),
    ),
    Action(
        "gmail",
        "people",
        "{Who} opens it in Gmail",
        "Gmail's proxy again, but now because somebody opened the mail. Within 30 s it is the same open.",
        IN_GMAIL,
    ),
    Action(
        "outlook",
        "people",
        "{Who} opens it in Outlook",
        "Outlook loads the image directly, from the office's own network.",
        Fetcher(OUTLOOK, OFFICE),
    ),
    Action(
        "nextcloud",
        "people",
        "{Who} opens it in Nextcloud",
        "Nextcloud’s server loads the image when somebody reads the mail, from its data centre.",
        Fetcher(NEXTCLOUD, HOSTED),
    ),
    Action(
        "own",
        "people",
        "I open my own Sent mail",
        "It looks as if {who} had opened it in Gmail. Send /peek before, or tap “That was me” after.",
        IN_GMAIL,
    ),
)
PREVIEW = Action(
    "preview",
    "telegram",
    "Telegram draws a preview",
    "A message showed the link as plain text.",
    Fetcher(TELEGRAM_PREVIEW, TELEGRAM),
)
BY_KEY = {action.key: action for action in (*ACTIONS, PREVIEW)}


class MailPrograms:
    """Carries out the actions against one pixel server, and keeps a log of the requests."""

    def __init__(self, public_url: str, on_action: Callable[[dict[str, Any]], object]) -> None:
        self.pixels = f"{public_url}/i/"
        self.on_action = on_action
        self.log: list[dict[str, Any]] = []
        self._turns: Counter[Fetcher] = Counter()

    def owns(self, url: str) -> bool:
        return url.startswith(self.pixels)

    def play(self, key: str, url: str) -> dict[str, Any]:
        """Carry out one action with one pixel; return its requests and their answers.

        Raises ValueError if the URL is no pixel of this demo.
        """
        if not self.owns(url):
            raise ValueError(f"not a link of this demo: {url}")
        action = BY_KEY[key]
        done = {"action": key, "label": action.label, "url": url, "at": time.time()}
        done["requests"] = self._fetch(action.fetcher, url) if action.fetcher else []
        self.log.append(done)
        self.on_action(done)
        return done

    def preview(self, url: str) -> None:
        """Load a pixel as Telegram's servers do to draw a link preview. Other addresses are ignored."""
        if self.owns(url):
            self.play(PREVIEW.key, url)

    def _fetch(self, fetcher: Fetcher, url: str) -> list[dict[str, Any]]:
        # A proxy that the environment names cannot reach this machine's loopback.
        with httpx.Client(trust_env=False, timeout=TIMEOUT) as client:
            return [self._request(client, fetcher, method, url) for method in fetcher.methods]

    def _request(self, client: httpx.Client, fetcher: Fetcher, method: str, url: str) -> dict[str, Any]:
        turn = self._turns[fetcher]
        self._turns[fetcher] += 1
        address = fetcher.addresses[turn % len(fetcher.addresses)]
        request = httpx.Request(method, url, headers={**fetcher.headers, "X-Forwarded-For": address})
        seen = {"method": method, "address": address, "user_agent": fetcher.headers["User-Agent"]}
        try:
            response = client.send(request)
        except httpx.HTTPError as error:
            return seen | {"status": 0, "error": type(error).__name__}
        return seen | {"status": response.status_code, "bytes": len(response.content)}
