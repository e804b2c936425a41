"""Reads the headers beside the user agent: what a request is for, and whether a page drew an image."""

import re
from collections.abc import Mapping
from functools import lru_cache

from tracking.facts import Reason

CACHED_VALUES = 4096

LONGEST_VALUE = 256
"""Characters of a header's value that count, so that a stranger's long one does not fill a cache."""

SPECULATION_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
SPECULATION = re.compile(r"prefetch|preview|prerender", re.IGNORECASE)
_TELLING_HEADERS = frozenset(
    {*SPECULATION_HEADERS, "signature-agent", "upgrade-insecure-requests", "accept"}
    | {"sec-fetch-dest", "sec-fetch-mode"}
)
"""Headers without which a request says nothing of its purpose."""

DRAWS_AN_IMAGE = 2
"""The weight that is enough. `Sec-Fetch-Dest: image` has it (Chrome 80, Firefox 90, Safari 16.4, over https),
and so has a webmail's address in `Referer`. Older browsers and plain http need both others: types of images,
and a language."""
_WEBMAIL = re.compile(
    r"https?://[^/]*(?:mail|outlook|roundcube|rainloop|sogo|horde|zimbra|owa\.|gmx\.|web\.de|t-online"
    r"|proton|tuta|inbox|posteo|hey\.com)"
    r"|https?://[^/]+/.*(?:mail|roundcube|rainloop|sogo|horde|zimbra|owa)\b",
    re.IGNORECASE,
)

_FETCH_METADATA = ("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site")
_PLAIN = re.compile(
    r"Mozilla/5\.0 \((?:Windows NT|Macintosh|X11|Linux|iPhone|iPad)(?![^)]*(?:; wv|compatible))[^)]*\) "
    r"(?:AppleWebKit/[\d.]+ \(KHTML, like Gecko\)"
    r"(?: Chrome/(?P<chrome>\d+)(?:\.[\d.]*)?(?: Mobile)? Safari/[\d.]+(?: (?:Edg|OPR)/[\d.]+)?"
    r"| Version/(?P<safari>\d+\.\d+)(?:\.[\d.]*)?(?: Mobile/\w+)? Safari/[\d.]+)"
    r"|Gecko/[\d.]+ Firefox/(?P<firefox>\d+)(?:\.[\d.]*)?)"
)
"""The whole user agent of a plain Chrome, Edge, Opera, Safari or Firefox. One with another word in it, a mail
program's or a web view, may leave headers out."""
_UNREDUCED = re.compile(
    r"Mozilla/5\.0 \((?:Windows NT|Macintosh|X11)[^)]*\) AppleWebKit/537\.36 \(KHTML, like Gecko\) "
    r"Chrome/(\d+)\.\d+\.(?!0\.)[\d.]+ Safari/537\.36"
)
"""A plain Chrome for desktops that tells its build. Since 110 Chrome itself writes `110.0.0.0`
(chromestatus 5704553745874944). Microsoft's scanner writes a build: in a log of 2026, `Chrome/142.0.7444.175`
came 60 times, for 60 different mails."""
_REDUCED_SINCE = 110
_SINCE = {"chrome": 80.0, "safari": 16.4, "firefox": 90.0}
"""The version since which each sends Sec-Fetch-* with every request over https."""


def image_weight(headers: Mapping[str, str]) -> int:
    """Return how much in a request speaks for a page that draws an image; DRAWS_AN_IMAGE is enough."""
    worth, referer = own_image_weight(headers), headers.get("referer")
    return worth + DRAWS_AN_IMAGE if referer and _is_webmail(referer[:LONGEST_VALUE]) else worth


def own_image_weight(headers: Mapping[str, str]) -> int:
    """Return the same without the page that `Referer` names."""
    worth = DRAWS_AN_IMAGE if "image" in headers.get("sec-fetch-dest", "") else 0
    return worth + ("image/" in headers.get("accept", "")) + ("accept-language" in headers)


@lru_cache(CACHED_VALUES)
def _is_webmail(referer: str) -> bool:
    return _WEBMAIL.search(referer) is not None


def purpose(method: str, headers: Mapping[str, str]) -> Reason | None:
    """Return the reason why a request is no open by its own account; None if it does not say so."""
    if method != "GET":
        return Reason.METHOD
    if _TELLING_HEADERS.isdisjoint(headers):
        return None
    if any(name in headers and SPECULATION.search(headers[name]) for name in SPECULATION_HEADERS):
        return Reason.PREFETCH_HEADER
    if "signature-agent" in headers:
        return Reason.AI_AGENT
    return Reason.ADDRESS_BAR if _navigates(headers) else None


def _navigates(headers: Mapping[str, str]) -> bool:
    """Return True if a page was asked for: by somebody who put the address into a browser, or by a script."""
    destination = headers.get("sec-fetch-dest")
    if destination == "document" or headers.get("sec-fetch-mode") == "navigate":
        return True
    asks_for_a_page = "upgrade-insecure-requests" in headers or headers.get("accept", "").startswith(
        "text/html"
    )
    return destination is None and asks_for_a_page


def is_unlike_its_name(headers: Mapping[str, str], secure: bool | None, *, draws: bool) -> bool:
    """Return True if a request names a plain modern browser, and lacks what that always sends.

    Over https that is Sec-Fetch-*. Otherwise nothing follows from a header that is absent: nobody may have
    written it down. So a Chrome that tells its build, as a company can have it do, is unlike its name only if
    it says, too, that it asks for something else than an image: `Accept: */*`.
    """
    if any(name in headers for name in _FETCH_METADATA):
        return False
    user_agent = headers.get("user-agent", "")
    if secure is True and _always_sends_metadata(user_agent):
        return True
    asks_for_no_image = "accept" in headers and "image/" not in headers["accept"]
    return asks_for_no_image and not draws and _tells_its_build(user_agent)


@lru_cache(CACHED_VALUES)
def _tells_its_build(user_agent: str) -> bool:
    found = _UNREDUCED.fullmatch(user_agent)
    return found is not None and int(found[1]) >= _REDUCED_SINCE


@lru_cache(CACHED_VALUES)
def _always_sends_metadata(user_agent: str) -> bool:
    found = _PLAIN.fullmatch(user_agent)
    return found is not None and any(
        float(version) >= _SINCE[name] for name, version in found.groupdict().items() if version
    )
