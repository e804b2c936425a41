"""The hop in front that nobody named: who notices it, and what the operator is told to set."""

import json
import logging
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from pixel_server.database.hops import HopWatch, in_words
from pixel_server.wire.headers import ClientAddress
from pixel_server.wire.unnamed import UnnamedHops
from settings import Settings
from storage import health
from storage.engine import reading, writing
from storage.health import PROBE, Hop, HopKind
from storage.keys import open_keys
from storage.times import now
from tests.pixel_server.serving import GMAIL, GOOGLE, HOME, Served, kinds, sent, serving, stored, track
from tests.waiting import wait_until
from tracking.data_files import data_lines
from tracking.hops import CLIENT_HEADERS, Hops
from tracking.networks import Networks, parse

CLOUDFLARE, BALANCER, BOT = "172.71.1.2", "34.117.1.1", "84.112.31.7"
NAMED, UNNAMED, SILENT = HopKind

HOPS = Hops(data_lines("hops.tsv"))


@dataclass
class Looking:
    """The pixel server's eyes, with these trusted proxies."""

    trusted: tuple[str, ...]

    def __post_init__(self) -> None:
        self.clients = ClientAddress(self.trusted, HOPS)
        self.unnamed = UnnamedHops(self.trusted, self.clients, HOPS)

    def fetch(self, peer: str | None, **headers: str) -> Hop | None:
        given = named(headers)
        return self.unnamed.of_fetch(peer, given, self.clients.client(peer, given))

    def probe(self, peer: str | None, **headers: str) -> Hop | None:
        return self.unnamed.of_probe(peer, named(headers), https=True)


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def test_a_fetch_through_cloudflare_names_cloudflare_and_what_to_set() -> None:
    hop = Looking(()).fetch(CLOUDFLARE, x_forwarded_for=HOME, cf_connecting_ip=HOME)
    assert hop == Hop(NAMED, "Cloudflare", CLOUDFLARE, "cloudflare")


def test_a_proxy_on_this_machine_behind_cloudflare_is_named_together_with_it() -> None:
    looking = Looking(("127.0.0.1",))
    kept = looking.fetch("127.0.0.1", x_forwarded_for=f"{HOME}, {CLOUDFLARE}")
    replaced = looking.fetch("127.0.0.1", x_forwarded_for=CLOUDFLARE, cf_connecting_ip=HOME)
    assert kept == replaced == Hop(NAMED, "Cloudflare", CLOUDFLARE, "127.0.0.1,cloudflare")


@pytest.mark.parametrize(
    ("peer", "value"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("192.168.0.7", "192.168.0.7"),
        ("10.0.0.2", "10.0.0.0/8"),
        ("172.18.0.3", "172.16.0.0/12"),
        ("100.64.0.3", "100.64.0.0/10"),
        ("fd12::3", "fc00::/7"),
    ],
)
def test_a_container_or_a_platform_is_named_by_its_block_because_its_address_changes(
    peer: str, value: str
) -> None:
    assert Looking(()).fetch(peer, x_forwarded_for=HOME) == Hop(UNNAMED, "", peer, value)


def test_what_is_named_already_stays_in_the_value() -> None:
    hop = Looking(("10.0.0.0/8", "fastly")).fetch("10.0.0.2", x_forwarded_for=f"{HOME}, 100.64.0.3")
    assert hop == Hop(UNNAMED, "", "100.64.0.3", "10.0.0.0/8,fastly,100.64.0.0/10")


@given(
    st.dictionaries(
        st.sampled_from(sorted(CLIENT_HEADERS)), st.sampled_from([HOME, GOOGLE, "10.0.0.1", CLOUDFLARE])
    )
)
def test_no_stranger_chooses_whom_the_operator_is_told_to_trust(headers: dict[str, str]) -> None:
    """Behind the operator's own proxy, which appends the stranger's address to what was written."""
    looking = Looking(("127.0.0.1",))
    forwarded = ", ".join(filter(None, (headers.get("x-forwarded-for"), BOT)))
    request = {**headers, "x-forwarded-for": forwarded}
    assert (
        looking.unnamed.of_fetch("127.0.0.1", request, looking.clients.client("127.0.0.1", request)) is None
    )
    assert looking.unnamed.of_fetch(BOT, headers, looking.clients.client(BOT, headers)) is None


def test_a_reader_in_the_servers_own_network_is_no_hop() -> None:
    assert Looking(("127.0.0.1",)).fetch("127.0.0.1", x_forwarded_for="192.168.0.7") is None
    assert Looking(()).fetch("192.168.0.7") is None


# --- the bot's own request -------------------------------------------------------------------------


def test_the_other_end_is_a_hop_where_the_address_is_https_because_the_server_speaks_none() -> None:
    assert Looking(()).probe("203.0.113.7", x_forwarded_for=BOT) == Hop(
        UNNAMED, "", "203.0.113.7", "203.0.113.7"
    )
    assert Looking(()).unnamed.of_probe("203.0.113.7", {}, https=False) is None
    assert Looking(()).unnamed.of_probe("127.0.0.1", {}, https=False) is None


def test_a_proxy_that_does_not_say_who_asks_is_told_so() -> None:
    assert Looking(()).probe("127.0.0.1") == Hop(SILENT, "", "127.0.0.1", "127.0.0.1")
    assert Looking(("127.0.0.1",)).probe("127.0.0.1") == Hop(SILENT, "", "127.0.0.1", "127.0.0.1")


def test_a_load_balancer_that_names_its_own_address_is_found() -> None:
    """Google's appends the client's address and then its own, which is on no list."""
    hop = Looking(("google",)).probe("35.191.8.9", x_forwarded_for=f"{BOT},{BALANCER}")
    assert hop == Hop(UNNAMED, "", BALANCER, f"google,{BALANCER}")
    assert Looking(("google", BALANCER)).probe("35.191.8.9", x_forwarded_for=f"{BOT},{BALANCER}") is None


@pytest.mark.parametrize(
    ("trusted", "peer", "headers"),
    [
        (("127.0.0.1",), "127.0.0.1", {"x_forwarded_for": BOT}),
        (("cloudflare",), CLOUDFLARE, {"x_forwarded_for": BOT, "cf_connecting_ip": BOT}),
        (("127.0.0.1", "cloudflare"), "127.0.0.1", {"x_forwarded_for": f"{BOT}, {CLOUDFLARE}"}),
        (("127.0.0.1", "cloudflare"), "127.0.0.1", {"x_forwarded_for": CLOUDFLARE, "cf_connecting_ip": BOT}),
        (("127.0.0.1",), "127.0.0.1", {"x_forwarded_for": "192.168.0.7"}),
    ],
)
def test_once_all_hops_are_named_nothing_is_said(
    trusted: tuple[str, ...], peer: str, headers: dict[str, str]
) -> None:
    assert Looking(trusted).probe(peer, **headers) is None
    assert Looking(trusted).fetch(peer, **headers) is None


@given(
    peer=st.none() | st.ip_addresses().map(str) | st.text(max_size=20),
    headers=st.dictionaries(st.sampled_from(sorted(CLIENT_HEADERS)), st.text(max_size=80)),
    trusted=st.sampled_from([(), ("127.0.0.1", "cloudflare"), ("0.0.0.0/0", "::/0")]),
    https=st.booleans(),
)
def test_whatever_arrives_is_read_without_an_error(
    peer: str | None, headers: dict[str, str], trusted: tuple[str, ...], https: bool
) -> None:
    looking = Looking(trusted)
    for hop in (
        looking.unnamed.of_probe(peer, headers, https=https),
        looking.unnamed.of_fetch(peer, headers, looking.clients.client(peer, headers)),
    ):
        assert health.hop_in(json.loads(json.dumps(hop))) == hop


def test_a_proxy_that_nobody_named_vouches_for_no_entry() -> None:
    """The published port of a container passes on whatever a stranger wrote."""
    for lie in ("192.168.66.66", CLOUDFLARE, f"192.168.66.66, {CLOUDFLARE}, 10.0.0.9"):
        hop = Looking(()).fetch("172.17.0.1", x_forwarded_for=f"1.1.1.1, {lie}")
        assert hop == Hop(UNNAMED, "", "172.17.0.1", "172.16.0.0/12")


def test_a_private_entry_that_a_strangers_own_cdn_wrote_is_not_advised() -> None:
    hop = Looking(()).fetch("151.101.1.9", x_forwarded_for="1.1.1.1, 192.168.66.66")
    assert hop == Hop(NAMED, "Fastly", "151.101.1.9", "fastly")


def test_no_advice_adds_more_than_four_hops() -> None:
    addresses = [f"203.0.113.{number}" for number in range(9)]
    hop = Looking(()).probe("127.0.0.1", x_forwarded_for=", ".join([BOT, "x" * 12_000, *addresses]))
    assert hop
    assert len(hop.value.split(",")) == 4
    assert len(in_words(hop)) < 300


def test_what_it_says_to_set_is_enough() -> None:
    """Set to what the warnings say, the same request comes from the reader, and nothing is said any more."""
    for peer, headers in (
        ("127.0.0.1", {"x_forwarded_for": f"{HOME}, {CLOUDFLARE}"}),
        ("100.64.0.9", {"x_forwarded_for": f"{HOME}:4711, [fd00::1]:80, 10.0.0.7"}),
        (CLOUDFLARE, {"x_forwarded_for": HOME, "cf_connecting_ip": HOME}),
    ):
        settled, steps = Looking(()), 0
        while hop := settled.fetch(peer, **headers):
            settled, steps = Looking(tuple(hop.value.split(","))), steps + 1
        assert 0 < steps < 4
        assert settled.fetch(peer, **headers) is None
        assert settled.clients.client(peer, named(headers)).address == HOME


# --- warnings ---------------------------------------------------------------------------------------


def way_of_probe(served: Served, **headers: str) -> dict[str, object] | None:
    probe = open_keys(served.settings.key_file).probe(now())
    told: dict[str, dict[str, object]] = json.loads(served.get("/healthz", **{PROBE: probe}, **headers).body)
    return told.get("way")


def left_for_the_bot(engine: Engine) -> Hop | None:
    with reading(engine) as session:
        return health.hop_of(session)


def test_a_probe_is_told_how_it_arrived_and_nobody_else_is(settings: Settings) -> None:
    keys = open_keys(settings.key_file)
    with serving(settings) as served:
        assert way_of_probe(served, x_forwarded_for=HOME) == {
            "peer": "127.0.0.1",
            "client": None,
            "hop": ["unnamed", "", "127.0.0.1", "127.0.0.1"],
        }
        for wrong in ("", "1-", "x", keys.probe(now() - 3600), keys.probe(now())[:-1], "é", "9" * 99):
            assert "way" not in served.get("/healthz", **{PROBE: wrong}, x_forwarded_for=HOME).text, wrong


def test_a_probe_through_a_named_proxy_is_told_its_own_address(settings: Settings) -> None:
    with serving(settings, trusted_proxies=("127.0.0.1",)) as served:
        assert way_of_probe(served, x_forwarded_for=HOME) == {
            "peer": "127.0.0.1",
            "client": HOME,
            "hop": None,
        }
        assert "TRUSTED_PROXIES" not in served.get("/readyz").text


def test_a_hop_is_told_once_in_the_log_and_always_in_readyz_and_left_for_the_bot(
    settings: Settings, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    link = track(engine)
    sent(engine, link)
    with serving(settings, trusted_proxies=("127.0.0.1",)) as served, caplog.at_level(logging.WARNING):
        for _ in range(3):
            served.fetch(link, user_agent=GMAIL, x_forwarded_for=CLOUDFLARE, cf_connecting_ip=GOOGLE)
        way_of_probe(served, x_forwarded_for=CLOUDFLARE, cf_connecting_ip=HOME)
        warning = (
            "Requests come through Cloudflare (172.71.1.2). Set TRUSTED_PROXIES=127.0.0.1,cloudflare. "
            "Until then the pixel server cannot see where a request comes from, and opens count as weak."
        )
        assert warning in json.loads(served.get("/readyz").body)["warnings"]
        wait_until(lambda: left_for_the_bot(engine) is not None, "the hop is written down")
    assert [record.getMessage() for record in caplog.records].count(warning) == 1
    assert left_for_the_bot(engine) == Hop(NAMED, "Cloudflare", CLOUDFLARE, "127.0.0.1,cloudflare")
    assert kinds(engine, link) == ["opened", "repeat", "repeat"]
    assert stored(engine, link)[0].confidence == "weak"
    with serving(settings, trusted_proxies=("127.0.0.1", "cloudflare")) as served:
        served.fetch(link, user_agent=GMAIL, x_forwarded_for=CLOUDFLARE, cf_connecting_ip=GOOGLE)
        wait_until(lambda: left_for_the_bot(engine) is None, "the hop that is named now is forgotten")
        assert "TRUSTED_PROXIES" not in served.get("/readyz").text
    assert stored(engine, link)[-1].network == "google_proxy"


def test_strangers_behind_a_proxy_that_says_what_they_write_cannot_fill_the_log(
    settings: Settings, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    link = track(engine)
    with serving(settings) as served, caplog.at_level(logging.WARNING):
        for number in range(30):
            served.fetch(link, x_forwarded_for=f"{HOME}, 192.168.0.{number}")
        served.fetch(link, x_forwarded_for=", ".join(f"192.168.1.{number}" for number in range(250)))
    told = [text for record in caplog.records if "TRUSTED_PROXIES" in (text := record.getMessage())]
    assert len(told) == 1
    assert len(told[0]) < 300


def suggested(number: int) -> Hop:
    return Hop(UNNAMED, "", f"10.0.0.{number}", f"10.0.0.{number}")


def test_one_run_remembers_and_tells_eight_hops(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    watch = HopWatch(engine)
    for number in [*range(250), *range(250)]:
        watch.suggest(suggested(number))
    assert len(caplog.records) == 8
    assert "10.0.0.7" in watch.warning
    for number in range(250):
        watch.prove(suggested(number))
    assert len(caplog.records) == 8
    assert "10.0.0.249" in watch.warning


def test_what_the_bots_own_request_showed_overrules_what_fetches_suggest(engine: Engine) -> None:
    watch = HopWatch(engine)
    watch.suggest(suggested(1))
    watch.prove(suggested(2))
    watch.suggest(suggested(3))
    watch.suggest(suggested(1))
    assert "10.0.0.2" in watch.warning
    watch.prove(None)
    watch.suggest(suggested(4))
    assert watch.warning == ""


def test_after_a_probe_a_fetch_through_anybodys_cdn_changes_no_advice(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    with serving(settings, trusted_proxies=("127.0.0.1",)) as served:
        way_of_probe(served, x_forwarded_for=HOME)
        served.fetch(link, x_forwarded_for=CLOUDFLARE, cf_connecting_ip=HOME)
        assert "TRUSTED_PROXIES" not in served.get("/readyz").text
    with serving(settings) as served:
        way_of_probe(served)
        served.fetch(link, x_forwarded_for=CLOUDFLARE)
        assert "cloudflare" not in served.get("/readyz").text


def test_a_newer_list_of_hops_counts_at_once(settings: Settings, engine: Engine) -> None:
    """The bot fetches the published lists weekly."""
    link = track(engine)
    newer = Hops([*data_lines("hops.tsv"), "fastly\t127.0.0.1/32\tthis test\t2026-11-28"])
    networks = Networks(map(parse, data_lines("networks.tsv")))
    with serving(settings, trusted_proxies=("fastly",)) as served:
        for lists in (None, newer):
            if lists:
                served.loop.call_soon_threadsafe(served.services.pixel.use, networks, lists)
            served.fetch(link, user_agent=GMAIL, x_forwarded_for=GOOGLE)
    assert [row.network for row in stored(engine, link)] == ["unknown", "google_proxy"]


def test_a_hop_is_written_down_once_the_database_takes_it(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def leave(*given: object) -> None:
        attempts.append(given)
        if len(attempts) < 3:
            raise OSError

    monkeypatch.setattr(health, "leave_hop", leave)
    monkeypatch.setattr("pixel_server.database.hops.RETRY_SECONDS", 0.01)
    with serving(settings) as served:
        served.fetch(track(engine), x_forwarded_for=HOME)
        wait_until(lambda: len(attempts) == 3, "the third attempt")


def test_what_another_version_left_is_no_hop(engine: Engine) -> None:
    for left in ("", "null", "[]", '["loud", "", "", ""]', '{"hop": 1}'):
        with writing(engine) as session:
            health.beat(session, health.HOP, left, now())
        assert left_for_the_bot(engine) is None
