"""Who fetched: measured both ways on real requests, and on those nobody thought of."""

import json
from collections import Counter
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracking import machines
from tracking.agents import LONGEST, Signatures, identify, load
from tracking.facts import NOISE_SIGNS, Agent, Network, Reason, Request, Sighting
from tracking.patterns import Line, Patterns, parse, parse_machine

GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"{WINDOWS} Chrome/136.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 7.0; {}) AppleWebKit/537.36 Chrome/80.0 Safari/537.36"
CORPUS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "corpus" / "requests.jsonl").read_text("utf-8").splitlines()
]
MEANT = {
    "gmail_proxy": {Agent.GMAIL_PROXY},
    "gmail_prefetch": {Agent.GMAIL_PREFETCH},
    "yahoo_proxy": {Agent.YAHOO_PROXY},
    "apple_mpp": {Agent.APPLE_MPP},
    "other_mail_proxy": {Agent.MAIL_PROXY},
    "apple_mail_direct": {Agent.APPLE_MAIL},
    "outlook_desktop": {Agent.OUTLOOK},
    "outlook_web_or_mobile": {Agent.OUTLOOK},
    "thunderbird": {Agent.THUNDERBIRD},
    "mail_app": {Agent.MAIL_APP},
    # an app on an iPhone sends what Apple Mail sends
    "webmail_browser": {Agent.BROWSER, Agent.APPLE_MAIL},
}
UNSEEN = {
    # a plain browser's user agent: only the address and the hour tell
    ("security_scanner", "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/57.0.2987.133 Safari/537.36"),
    ("security_scanner", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Chrome/101.0.4951.54 Safari/537.36"),
}  # fmt: skip


@cache
def signatures() -> Signatures:
    return load(machines.patterns())


def see(user_agent: str | None, address: str | None = None, method: str = "GET", **headers: str) -> Sighting:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if user_agent is not None:
        sent["user-agent"] = user_agent
    return identify(Request(method, sent, address), signatures())


def seen(request: dict[str, Any]) -> Sighting:
    headers = {**request.get("headers", {}), "user-agent": request["ua"]}
    return identify(Request(request["method"], headers, request.get("ip")), signatures())


# the corpus, both ways


@pytest.mark.parametrize("label", MEANT)
def test_who_reads_mail_is_known_by_name_and_gets_no_sign(label: str) -> None:
    wrong = [
        (request["ua"], sighting)
        for request in CORPUS
        if request["label"] == label
        for sighting in [seen(request)]
        if sighting.agent not in MEANT[label] or sighting.sign
    ]
    assert wrong == []


def test_no_machine_but_two_passes_for_a_reader() -> None:
    passed = {
        (request["label"], request["ua"])
        for request in CORPUS
        if not request["human_possible"] and request["label"] != "gmail_prefetch" and not seen(request).sign
    }
    assert passed == UNSEEN


@pytest.mark.parametrize("name", ["Thunderbird/1.0.6", "Outlook/16.0", "Mail/3.1"])
def test_a_crawler_with_a_mail_programs_name_tells_where_it_is_explained(name: str) -> None:
    firefox = f"Mozilla/5.0 (Windows; U; Windows NT 5.0; en-US; rv:1.7.10) Gecko/20050716 {name}"
    assert see(f"{firefox} - WebCrawler http://seo.example/bot.html").sign is Reason.CRAWLER


def test_an_address_alone_makes_no_crawler_of_a_mail_program() -> None:
    assert see("Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/140.0 https://a.example").sign is None


def test_link_previews_are_told_from_crawlers() -> None:
    signs = Counter(seen(request).sign for request in CORPUS if request["label"] == "link_preview_bot")
    assert signs == {Reason.LINK_PREVIEW: 86, Reason.CRAWLER: 27, Reason.TOOL: 1}


# Gmail's two fetchers


def test_gmails_proxy_from_googles_own_range_is_somebody_looking() -> None:
    assert see(GMAIL, "66.249.84.1") == Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY)


@pytest.mark.parametrize("address", ["2.216.80.1", "3.5.6.7", "40.94.89.21", "148.163.139.74", "2001:9e8::1"])
def test_gmails_user_agents_from_elsewhere_are_no_reader(address: str) -> None:
    assert see(GMAIL, address).sign is Reason.FORGED_PROXY
    assert see(PREFETCH, address).sign is Reason.PROVIDER_PREFETCH


@pytest.mark.parametrize(
    "address", [None, "", "127.0.0.1", "10.0.0.9", "192.168.1.2", "100.64.0.1", "::1", "junk"]
)
def test_an_unknown_address_never_makes_gmails_readers_vanish(address: str | None) -> None:
    assert see(GMAIL, address) == Sighting(Agent.GMAIL_PROXY, Network.UNKNOWN)
    assert see(PREFETCH, address) == Sighting(Agent.GMAIL_PREFETCH, Network.UNKNOWN)


@pytest.mark.parametrize("user_agent", [GMAIL, PREFETCH, CHROME, "Mozilla/5.0"])
def test_whatever_comes_from_the_prefetch_range_is_gmails_prefetch(user_agent: str) -> None:
    assert see(user_agent, "66.249.89.107") == Sighting(Agent.GMAIL_PREFETCH, Network.GOOGLE_PREFETCH)


def test_a_crawler_from_the_prefetch_range_stays_a_crawler() -> None:
    adsbot = "AdsBot-Google (+http://www.google.com/adsbot.html)"
    assert see(adsbot, "66.249.89.107").sign is Reason.CRAWLER


def test_the_edge_browser_of_2015_is_not_gmails_prefetch() -> None:
    assert see(PREFETCH.removesuffix(" Mozilla/5.0")).agent is Agent.BROWSER


@pytest.mark.parametrize("also", [f"  {PREFETCH} ", PREFETCH.replace(" ", "%20"), PREFETCH.replace(" ", "+")])
def test_the_prefetch_is_known_however_its_spaces_are_written(also: str) -> None:
    assert see(also).agent is Agent.GMAIL_PREFETCH


# what the request says by itself


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS", "get", ""])
def test_only_get_can_be_an_open_and_the_agent_is_told_all_the_same(method: str) -> None:
    assert see(CHROME, method=method) == Sighting(Agent.BROWSER, Network.UNKNOWN, Reason.METHOD)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("sec_purpose", "prefetch"),
        ("sec_purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x_moz", "prefetch"),
        ("sec_purpose", "Prefetch"),
    ],
)
def test_a_prefetch_is_no_open(header: str, value: str) -> None:
    assert see(CHROME, **{header: value}).sign is Reason.PREFETCH_HEADER


@pytest.mark.parametrize(
    ("header", "value"), [("sec_fetch_dest", "document"), ("sec_fetch_mode", "navigate")]
)
def test_a_link_pasted_into_the_address_bar_is_no_open(header: str, value: str) -> None:
    assert see(CHROME, **{header: value}).sign is Reason.ADDRESS_BAR


def test_a_page_that_drew_the_image_is_noticed() -> None:
    assert see(CHROME, sec_fetch_dest="image", sec_fetch_mode="no-cors") == Sighting(
        Agent.BROWSER, Network.UNKNOWN, None, rendered=True
    )


@pytest.mark.parametrize("user_agent", [None, "", " ", "-", "\t"])
def test_nobody_reads_mail_without_a_user_agent(user_agent: str | None) -> None:
    assert see(user_agent) == Sighting(Agent.UNKNOWN, Network.UNKNOWN, Reason.NO_USER_AGENT)


@pytest.mark.parametrize("user_agent", ["TelegramBot (like TwitterBot)", CHROME])
def test_telegrams_servers_make_previews_whatever_they_call_themselves(user_agent: str) -> None:
    assert see(user_agent, "91.108.4.1") == Sighting(
        Agent.LINK_PREVIEW, Network.TELEGRAM, Reason.LINK_PREVIEW
    )


# cases that went wrong once


@pytest.mark.parametrize(
    ("user_agent", "agent", "sign"),
    [
        (
            "Mozilla/5.0 (compatible; YandexImageResizer/2.0; +http://yandex.com/bots)",
            Agent.MAIL_PROXY,
            Reason.PROVIDER_PREFETCH,
        ),
        ("Barracuda Sentinel (EE)", Agent.SCANNER, Reason.SCANNER_AGENT),
        ("Mozilla/5.0 SeznamEmailProxy/2.0.174", Agent.MAIL_PROXY, None),
        ("Chrome/99 (via SuperhumanProxy; hello@superhuman.com)", Agent.MAIL_PROXY, None),
        ("Microsoft Office Existence Discovery", Agent.TOOL, Reason.TOOL),
        ("Yahoo%20Mail/49268 CFNetwork/1121.2.2 Darwin/19.3.0", Agent.MAIL_APP, None),
        ("NeverHeardOfMail/1.2 CFNetwork/1331.0.7 Darwin/21.4.0", Agent.MAIL_APP, None),
        ("PhxBot/0.1 (phxbot@protonmail.com)", Agent.CRAWLER, Reason.CRAWLER),
        ("Mozilla/5.0 (compatible; Mail.RU_Bot/2.0)", Agent.CRAWLER, Reason.CRAWLER),
        ("imagecoccoc/1.0 (http://help.coccoc.com/)", Agent.CRAWLER, Reason.CRAWLER),
        ("curl/8.5.0", Agent.TOOL, Reason.TOOL),
        ("gibberish", Agent.UNKNOWN, Reason.UNKNOWN_AGENT),
        (f"{CHROME} Hardenize", Agent.CRAWLER, Reason.CRAWLER),
        (f"{CHROME} Neverheardof", Agent.UNKNOWN, Reason.UNKNOWN_AGENT),
        (f"{CHROME} OPR/120.0.0.0", Agent.BROWSER, None),
        (f"{WINDOWS} Notion/2.0.8 Chrome/76.0 Electron/6.1.5 Safari/537.36", Agent.BROWSER, None),
        (PHONE.format("CUBOT DINOSAUR"), Agent.BROWSER, None),
        (PHONE.format("C Bot Tab 100"), Agent.BROWSER, None),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; en) Presto/2.8.119 Version/11.10", Agent.BROWSER, None),
        ("Nokia6300/2.0 (05.00) Profile/MIDP-2.0 Configuration/CLDC-1.1", Agent.BROWSER, None),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", Agent.BROWSER, None),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/538.1 TV Safari/538.1", Agent.BROWSER, None),
    ],
)  # fmt: skip
def test_a_user_agent_is_known_for_what_it_is(user_agent: str, agent: Agent, sign: Reason | None) -> None:
    assert see(user_agent) == Sighting(agent, Network.UNKNOWN, sign)


def test_the_build_of_a_common_phone_is_no_machine_though_the_public_list_says_so() -> None:
    phone = (
        "Mozilla/5.0 (Linux; Android 15; CPH2655 Build/AP3A.240617.008) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/119.0.6045.163 Mobile Safari/537.36"
    )
    assert see(phone).sign is None


@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("m0074.ppops.net", Network.MAIL_SECURITY),
        ("MX1.PPHosted.com.", Network.MAIL_SECURITY),
        ("mail-db8eur05.outbound.protection.outlook.com", Network.MICROSOFT),
        ("evilpphosted.com", Network.OTHER),
        ("pphosted.com.evil.example", Network.OTHER),
        ("google-proxy-66-249-84-1.google.com", Network.OTHER),
        ("." * 9999, Network.OTHER),
        ("\ud800", Network.OTHER),
        ("", Network.OTHER),
    ],
)
def test_a_name_that_is_known_already_makes_a_scanner_of_an_ordinary_address(
    name: str, network: Network
) -> None:
    request = Request("GET", {"user-agent": CHROME}, "84.112.1.1", name)
    assert identify(request, signatures()).network is network


def test_a_name_says_nothing_against_an_address_that_is_known() -> None:
    request = Request("GET", {"user-agent": GMAIL}, "66.249.84.1", "gateway.pphosted.com")
    assert identify(request, signatures()) == Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY)


def test_only_the_start_of_a_long_user_agent_is_judged() -> None:
    assert see(CHROME + " " * LONGEST + "bot").agent is Agent.BROWSER


def test_without_the_public_list_every_mail_program_is_still_known() -> None:
    alone = load([])
    for request in CORPUS:
        if request["label"] in MEANT and request["label"] != "webmail_browser":
            headers = {"user-agent": request["ua"]}
            assert identify(Request("GET", headers, None), alone).agent in MEANT[request["label"]]


@pytest.mark.parametrize(
    ("headers", "rendered"),
    [
        ({"sec_fetch_dest": "image"}, True),
        ({"accept": "image/avif,image/webp,*/*;q=0.8", "accept_language": "de"}, True),
        ({"accept": "image/avif,image/webp,*/*;q=0.8"}, False),
        ({"accept": "*/*", "accept_language": "de"}, False),
        ({"sec_fetch_dest": "empty", "accept": "*/*", "accept_language": "de"}, False),
        ({}, False),
    ],
)
def test_a_page_that_draws_an_image_says_more_than_its_name(headers: dict[str, str], rendered: bool) -> None:
    sighting = see(CHROME, "84.112.1.1", **headers)
    assert (sighting.agent, sighting.sign, sighting.rendered) == (Agent.BROWSER, None, rendered)
    assert sighting.is_bare_browser is not rendered


# the data


@pytest.mark.parametrize(("name", "columns"), [("agents.tsv", 7), ("products.tsv", 4), ("names.tsv", 5)])
def test_every_line_has_a_source_and_a_date(name: str, columns: int) -> None:
    rows = files("tracking").joinpath("data", name).read_text("utf-8").splitlines()
    for row in rows:
        if not row.startswith("#"):
            cells = row.split("\t")
            assert len(cells) == columns, row
            assert all(cells), row
            assert cells[-1].startswith("2026-"), row


def test_every_line_of_the_table_can_match_what_it_is_compared_with() -> None:
    rows = files("tracking").joinpath("data", "agents.tsv").read_text("utf-8").splitlines()
    for line in (parse(row) for row in rows if not row.startswith("#")):
        assert line.match in ("is", "regex") or line.pattern == line.pattern.lower(), line
        if line.match != "regex":
            assert Patterns([line], any_case=True).first(line.pattern) is line


def test_an_unknown_way_to_match_stops_the_start() -> None:
    with pytest.raises(ValueError, match="no way to match"):
        parse("browser\t-\tlike\tx\twhat\tsource\t2026-01-01")


@pytest.mark.parametrize(
    ("pattern", "match", "text"),
    [
        (r"Googlebot\/", "has", "Googlebot/"),
        (r"^curl", "starts", "curl"),
        (r"[wW]get", "regex", "[wW]get"),
        (r"AdsBot-Google([^-]|$)", "regex", "AdsBot-Google([^-]|$)"),
        (r"\d+x", "regex", r"\d+x"),
    ],
)
def test_a_pattern_of_a_public_list_is_a_plain_word_where_it_can_be(
    pattern: str, match: str, text: str
) -> None:
    assert parse_machine(pattern) == Line(Agent.CRAWLER, Reason.CRAWLER, match, text)


# whatever comes

HEADERS = st.dictionaries(
    st.sampled_from(["user-agent", "sec-purpose", "purpose", "x-moz", "sec-fetch-dest", "sec-fetch-mode"])
    | st.text(),
    st.text()
    | st.binary().map(lambda raw: raw.decode("latin-1"))
    | st.sampled_from([GMAIL, PREFETCH, CHROME]),
)
METHODS = st.sampled_from(["GET", "HEAD"]) | st.text()
ADDRESSES = st.none() | st.ip_addresses().map(str) | st.text()


@given(METHODS, HEADERS, ADDRESSES)
@example("GET", {"user-agent": "(" * 9999}, "1")
@example("GET", {"user-agent": "Mozilla/5.0 (Linux; Android 1; " + "x/" * 9999}, "::")
@example("GET", {"user-agent": "\ud800"}, "\ud800")
def test_no_request_makes_it_raise(method: str, headers: dict[str, str], address: str | None) -> None:
    sighting = identify(Request(method, headers, address), signatures())
    assert sighting.sign in {None, Reason.PROVIDER_PREFETCH, Reason.SCANNER_AGENT, *NOISE_SIGNS}
    if method != "GET":
        assert sighting.sign is Reason.METHOD


@given(
    st.sampled_from([request["ua"] for request in CORPUS]),
    st.sampled_from(["sec_purpose", "purpose", "x_moz"]),
)
def test_nobody_who_prefetches_or_asks_for_the_head_passes_for_a_reader(user_agent: str, header: str) -> None:
    assert see(user_agent, method="HEAD").sign is Reason.METHOD
    assert see(user_agent, **{header: "prefetch"}).sign is Reason.PREFETCH_HEADER
