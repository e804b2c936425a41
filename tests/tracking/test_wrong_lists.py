"""A published list may be wrong: whatever of it is accepted, no reader becomes a machine."""

from ipaddress import ip_network

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.corpora import CORPORA, HOUR, SENT_AT, an_hour_after_sending, requests_of, signatures
from tests.lists import CRAWLERS, FASTLY, FETCHERS, TELEGRAM, written
from tracking import Agent, Fetch, Kind, Network, Reason, Request, Sighting, Windows
from tracking.agents import Signatures, identify
from tracking.data_files import without_comments
from tracking.hops import Hops, client_of
from tracking.networks import Networks, parse
from tracking.published_ranges import (
    HOPS,
    LISTS,
    NETWORKS,
    Fetched,
    PublishedList,
    UnusableListError,
    in_force,
    prefixes_of,
    shipped,
)
from tracking.range_checks import checked
from tracking.verdicts import fold

HOME = "84.150.3.7"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17126; Pro)"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
IMAGE = {"sec-fetch-dest": "image", "sec-fetch-mode": "no-cors", "sec-fetch-site": "cross-site"}
OLD_IMAGE = {"accept": "image/webp,*/*;q=0.8", "accept-language": "de"}
PREFETCHS = {"accept": "image/webp,*/*;q=0.8", "referer": "http://mail.google.com/"}
TELEGRAMS, PREFETCHERS = "149.154.161.9", "66.249.92.125"


def verdict_on(request: Request, known: Signatures) -> Kind:
    """What a request is, an hour after the mail was sent; its address may be a hop's."""
    client = client_of(request.address, request.headers, known.hops)
    sighting = identify(request._replace(address=client.address), known)
    return fold(Fetch("f", SENT_AT + HOUR, sighting), an_hour_after_sending(), Windows()).verdict.kind


READERS = [
    request._replace(address=request.address or HOME)
    for request in (row.request for corpus in CORPORA for row in requests_of(corpus) if row.reader)
]
OPENED = [request for request in READERS if verdict_on(request, signatures()) is Kind.OPENED]


def with_range(published: PublishedList, added: str) -> Signatures:
    """What is known once this list has this range as well. Raises UnusableListError if it is refused."""
    now = [str(prefix) for prefix in prefixes_of(shipped(), published)]
    new = checked(published, written(published, [*now, added]), shipped())
    data = in_force([Fetched(published.name, "2999-01-01", list(map(str, new)))])
    lines = {name: without_comments(rows) for name, rows in data.items()}
    return signatures().with_networks(Networks(map(parse, lines[NETWORKS])), Hops(lines[HOPS]))


def around(request: Request, length: int) -> str:
    """The range of this length that the request's address is in."""
    address = request.address or HOME
    return str(ip_network(f"{address}/{4 * length if ':' in address else length}", strict=False))


@settings(max_examples=60)
@given(request=st.sampled_from(OPENED), published=st.sampled_from(LISTS), length=st.integers(12, 32))
@example(Request("GET", {"user-agent": CHROME}, HOME), TELEGRAM, 18)
@example(Request("GET", {"user-agent": CHROME, **IMAGE}, HOME), CRAWLERS, 19)
@example(Request("GET", {"user-agent": GMAIL}, "66.249.85.224"), FASTLY, 28)
@example(Request("GET", {"user-agent": GMAIL}, "66.249.85.224"), TELEGRAM, 28)
@example(Request("GET", {"user-agent": GMAIL}, "66.249.85.224"), CRAWLERS, 28)
def test_no_range_that_is_accepted_makes_a_machine_of_a_reader(
    request: Request, published: PublishedList, length: int
) -> None:
    """Google itself may say that one of its own addresses prefetches, which is no verdict on a machine."""
    allowed = {Kind.OPENED}
    if published is CRAWLERS and request.headers["user-agent"] == GMAIL:
        allowed.add(Kind.PROXIED)
    try:
        known = with_range(published, around(request, length))
    except UnusableListError:
        return
    assert verdict_on(request, known) in allowed


def test_the_readers_of_the_property_are_those_of_the_corpora() -> None:
    assert len(OPENED) > 500
    with_range(FETCHERS, around(Request("GET", {}, HOME), 19))


@pytest.mark.parametrize(("published", "block"), [(TELEGRAM, "84.150.0.0/18"), (CRAWLERS, "84.150.0.0/19")])
def test_a_list_of_machines_with_somebodys_home_is_refused(published: PublishedList, block: str) -> None:
    with pytest.raises(UnusableListError, match=f"holds {block}, which is not known"):
        with_range(published, block)


@pytest.mark.parametrize(("published", "block"), [(TELEGRAM, "84.150.0.0/18"), (CRAWLERS, "84.150.0.0/19")])
def test_such_a_list_that_was_kept_before_it_was_checked_so_is_not_used(
    published: PublishedList, block: str
) -> None:
    now = [str(prefix) for prefix in prefixes_of(shipped(), published)]
    assert in_force([Fetched(published.name, "2999-01-01", [*now, block])]) == shipped()


@pytest.mark.parametrize("address", [TELEGRAMS, PREFETCHERS])
@pytest.mark.parametrize(
    ("headers", "sighting"),
    [
        ({"user-agent": OUTLOOK}, (Agent.OUTLOOK, False)),
        ({"user-agent": "YahooMailProxy; https://help.yahoo.com/kb/"}, (Agent.YAHOO_PROXY, False)),
        ({"user-agent": CHROME, **IMAGE}, (Agent.BROWSER, True)),
        ({"user-agent": CHROME, **OLD_IMAGE}, (Agent.BROWSER, True)),
    ],
)
def test_a_mail_program_and_a_drawn_page_are_readers_wherever_they_come_from(
    address: str, headers: dict[str, str], sighting: tuple[Agent, bool]
) -> None:
    seen = identify(Request("GET", headers, address), signatures())
    assert (seen.agent, seen.sign, seen.rendered) == (sighting[0], None, sighting[1])


@pytest.mark.parametrize("headers", [{}, {"accept": "*/*"}, PREFETCHS])
def test_a_browser_by_name_alone_from_googles_prefetchers_is_one(headers: dict[str, str]) -> None:
    """Its user agent may change. It names its webmail as the page, as readers do."""
    seen = identify(Request("GET", {"user-agent": CHROME, **headers}, PREFETCHERS), signatures())
    assert seen == Sighting(Agent.GMAIL_PREFETCH, Network.GOOGLE_PREFETCH)


def test_a_browser_by_name_alone_from_telegram_previews_the_link() -> None:
    seen = identify(Request("GET", {"user-agent": CHROME}, TELEGRAMS), signatures())
    assert (seen.agent, seen.sign) == (Agent.LINK_PREVIEW, Reason.LINK_PREVIEW)
