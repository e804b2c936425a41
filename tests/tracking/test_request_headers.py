"""What the headers beside the user agent say: a page's image, a navigation, a prefetch, a script."""

import pytest

from tracking import Agent, Network, Reason, Request, machines
from tracking.agents import Signatures, identify, load
from tracking.request_headers import DRAWS_AN_IMAGE, image_weight, is_unlike_its_name, purpose

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}) Gecko/20100101 Firefox/{0}"
SAFARI = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/{} Safari/605.1.15"
)
IMAGE = {"sec-fetch-dest": "image", "sec-fetch-mode": "no-cors", "sec-fetch-site": "cross-site"}
HOME = "84.112.31.7"


@pytest.fixture(scope="module")
def signatures() -> Signatures:
    return load(machines.patterns())


@pytest.mark.parametrize(
    "user_agent",
    [
        CHROME.format("80.0.3987.87"),
        CHROME.format("150.0.0.0"),
        FIREFOX.format("90.0"),
        SAFARI.format("16.4"),
    ],
)
def test_a_modern_browser_over_https_that_sends_no_fetch_metadata_is_a_script(user_agent: str) -> None:
    assert is_unlike_its_name({"user-agent": user_agent, "accept": "*/*"}, True, draws=False)
    assert not is_unlike_its_name({"user-agent": user_agent, "accept": "*/*", **IMAGE}, True, draws=False)


@pytest.mark.parametrize(
    "user_agent",
    [
        CHROME.format("79.0.3945.88"),
        FIREFOX.format("89.0"),
        SAFARI.format("16.3"),
        CHROME.format("150.0.0.0") + " OneOutlook/1.2026.420.300",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/126.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Mobile/15E148",
    ],
)
def test_older_browsers_mail_programs_and_web_views_owe_nobody_fetch_metadata(user_agent: str) -> None:
    assert not is_unlike_its_name({"user-agent": user_agent, "accept": "*/*"}, True, draws=False)


def test_a_request_over_https_with_no_header_but_the_user_agent_is_a_script() -> None:
    assert is_unlike_its_name({"user-agent": CHROME.format("150.0.0.0")}, True, draws=False)


@pytest.mark.parametrize(
    ("version", "unlike"),
    [("142.0.7444.163", True), ("110.0.5481.77", True), ("109.0.5414.119", False), ("142.0.0.0", False)],
)
def test_a_plain_chrome_that_tells_its_build_is_run_by_a_program(version: str, unlike: bool) -> None:
    headers = {"user-agent": CHROME.format(version), "accept": "*/*"}
    assert is_unlike_its_name(headers, False, draws=False) is unlike
    assert not is_unlike_its_name(headers, False, draws=True)


@pytest.mark.parametrize("secure", [False, None])
@pytest.mark.parametrize(
    "headers", [{}, {"host": "mail.example.com"}, {"accept-language": "de"}, {"accept": "image/webp"}]
)
def test_where_no_https_is_known_a_build_says_nothing_beside_headers_that_are_absent(
    headers: dict[str, str], secure: bool | None
) -> None:
    headers = {"user-agent": CHROME.format("142.0.7444.163"), "connection": "keep-alive", **headers}
    assert not is_unlike_its_name(headers, secure, draws=False)


def test_another_browser_or_program_may_tell_chromes_build() -> None:
    for words in ("Edg/103.0.1264.62", "Vivaldi/7.6", "Electron/30.5.1"):
        headers = {"user-agent": f"{CHROME.format('103.0.5060.114')} {words}", "accept": "*/*"}
        assert not is_unlike_its_name(headers, False, draws=False)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"purpose": "prefetch"}, Reason.PREFETCH_HEADER),
        ({"purpose": "preview"}, Reason.PREFETCH_HEADER),
        ({"x-purpose": "preview"}, Reason.PREFETCH_HEADER),
        ({"x-moz": "prefetch"}, Reason.PREFETCH_HEADER),
        ({"sec-purpose": "prefetch;prerender"}, Reason.PREFETCH_HEADER),
        ({"signature-agent": '"https://chatgpt.com"'}, Reason.AI_AGENT),
        ({"accept": "text/html,application/xhtml+xml,image/webp,*/*;q=0.8"}, Reason.ADDRESS_BAR),
        ({"upgrade-insecure-requests": "1"}, Reason.ADDRESS_BAR),
        ({"sec-fetch-mode": "navigate"}, Reason.ADDRESS_BAR),
        ({"sec-fetch-dest": "document"}, Reason.ADDRESS_BAR),
        ({**IMAGE, "upgrade-insecure-requests": "1"}, None),
        ({"accept": "image/avif,image/webp,*/*;q=0.8"}, None),
        ({}, None),
    ],
)
def test_what_a_request_says_it_is_for(headers: dict[str, str], reason: Reason | None) -> None:
    assert purpose("GET", headers) is reason


@pytest.mark.parametrize(
    "referer",
    [
        "https://outlook.live.com/",
        "https://mobile-webview.gmail.com/",
        "https://3c.gmx.net/",
        "https://e.mail.ru/",
        "https://www.uni-example.de/roundcube/?_task=mail",
        "https://sogo.uni-example.de/",
    ],
)
def test_a_webmails_address_in_referer_speaks_for_a_reader(referer: str) -> None:
    assert image_weight({"referer": referer}) >= DRAWS_AN_IMAGE


@pytest.mark.parametrize(
    "referer", ["https://example.com/", "https://t.co/abc", "https://news.example.com/a/b"]
)
def test_another_pages_address_in_referer_says_nothing(referer: str) -> None:
    assert image_weight({"referer": referer}) == 0


def test_a_browsers_shape_with_an_images_headers_is_a_browser_whatever_other_words_it_holds(
    signatures: Signatures,
) -> None:
    strange = CHROME.format("120.0.0.0") + " UltraBlock/613.76.1.6.5 (https://ultrablock.example)"
    bare = identify(Request("GET", {"user-agent": strange}, HOME), signatures)
    drawn = identify(Request("GET", {"user-agent": strange, **IMAGE}, HOME), signatures)
    assert bare.sign is Reason.CRAWLER
    assert (drawn.agent, drawn.sign, drawn.rendered) == (Agent.BROWSER, None, True)


def test_a_machine_known_by_name_stays_one_with_an_images_headers(signatures: Signatures) -> None:
    headless = CHROME.format("126.0.0.0").replace("Chrome/", "HeadlessChrome/")
    seen = identify(Request("GET", {"user-agent": headless, **IMAGE}, HOME), signatures)
    assert seen.sign is not None


@pytest.mark.parametrize(("secure", "sign"), [(True, Reason.UNLIKE_A_BROWSER), (False, None), (None, None)])
def test_absent_headers_count_only_where_the_client_is_known_to_speak_https(
    signatures: Signatures, secure: bool | None, sign: Reason | None
) -> None:
    headers = {"user-agent": CHROME.format("150.0.0.0"), "accept": "*/*", "host": "mail.example.com"}
    assert identify(Request("GET", headers, HOME, secure=secure), signatures).sign is sign


def test_nextclouds_server_is_a_mail_proxy(signatures: Signatures) -> None:
    seen = identify(Request("GET", {"user-agent": "Nextcloud-Server-Crawler/34.0.4"}, HOME), signatures)
    assert (seen.agent, seen.network, seen.sign) == (Agent.MAIL_PROXY, Network.OTHER, None)
