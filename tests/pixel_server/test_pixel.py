"""The pixel over real HTTP: always the same bytes, and a 200 only once the fetch is kept."""

import secrets
import sqlite3
from ipaddress import ip_address

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from sqlalchemy import Engine, MetaData, delete, select
from sqlmodel import col

from pixel_server.wire.image import GIF
from settings import Settings
from storage.engine import writing
from storage.ingest import record
from storage.keys import open_keys
from storage.tables import FetchRow, Link, OutboxMessage
from storage.times import now
from tests.fetches import THUNDERBIRD as READER
from tests.fetches import arrival
from tests.pixel_server.serving import (
    GMAIL,
    GOOGLE,
    GOOGLE_TOO,
    HOME,
    HOME_V6,
    THUNDERBIRD,
    Served,
    answer_on,
    kinds,
    path_of,
    request,
    sent,
    serving,
    stopped,
    stored,
    track,
)
from tracking.networks import home

OUR_PROXY = ("127.0.0.1",)
OUR_PROXIES = ("127.0.0.1", "10.0.0.0/8", "fd00::/8")


@pytest.fixture(params=[False, True], ids=["short cut", "plain"])
def plain(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def erase(engine: Engine, link: Link) -> None:
    with writing(engine) as session:
        for table in (OutboxMessage, FetchRow):
            session.connection().execute(delete(table).where(col(table.link_id) == link.id))
        session.connection().execute(delete(Link).where(col(Link.id) == link.id))


# --- the answer ------------------------------------------------------------------------------------


def test_the_answer_is_exactly_that_of_the_contract(served: Served, engine: Engine) -> None:
    answer = served.fetch(track(engine))
    assert answer.status == 200
    assert answer.body == GIF
    assert len(GIF) == 43
    headers = answer.headers
    assert headers.pop("date").endswith(" GMT")
    assert headers == {
        "content-type": "image/gif",
        "content-length": "43",
        "cache-control": "no-cache, no-store, max-age=0, must-revalidate, private",
        "pragma": "no-cache",
        "expires": "0",
        "connection": "close",
    }


def test_known_unknown_malformed_overlong_stopped_and_erased_tokens_get_equal_bytes(
    served: Served, engine: Engine
) -> None:
    known, quiet, gone = track(engine), track(engine), track(engine)
    stopped(engine, quiet)
    before = served.fetch(gone).undated
    erase(engine, gone)
    unknown = secrets.token_urlsafe(16)
    paths = [
        *(path_of(link) for link in (known, quiet, gone)),
        f"/i/{unknown}.gif",
        f"/i/{unknown}.png",
        f"/i/{unknown}",
        f"/i/{known.token}.gif/more",
        f"/i/{known.token}{known.token}.gif",
        f"/i/{known.token[:-1]}.gif",
        "/i/",
        "/i/" + "A" * 5000,
        "/i/../../etc/passwd",
    ]
    assert {served.get(path).undated for path in paths} == {before}
    assert kinds(engine, known) == ["activated"]
    assert stored(engine, quiet) == stored(engine, gone) == []


def test_known_and_unknown_tokens_get_equal_bytes_for_every_method(served: Served, engine: Engine) -> None:
    known, unknown = path_of(track(engine)), f"/i/{secrets.token_urlsafe(16)}.gif"
    for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
        assert served.get(known, method).undated == served.get(unknown, method).undated


def test_head_is_answered_without_a_body_and_is_never_an_open(served: Served, engine: Engine) -> None:
    link = track(engine)
    sent(engine, link)
    answer = served.get(path_of(link), "HEAD")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "43", b"")
    assert [(row.kind, row.reason) for row in stored(engine, link)] == [("noise", "method")]


def test_any_other_method_gets_the_image_and_is_noise(served: Served, engine: Engine) -> None:
    link = track(engine)
    sent(engine, link)
    methods = ("POST", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND")
    answers = [served.get(path_of(link), method, content_length="0") for method in methods]
    assert {(answer.status, answer.body) for answer in answers} == {(200, GIF)}
    assert kinds(engine, link) == ["noise"] * len(methods)


def test_no_request_header_changes_the_answer(served: Served, engine: Engine) -> None:
    link = track(engine)
    asked = {
        "range": "bytes=0-9",
        "if_none_match": "*",
        "if_modified_since": "Fri, 01 Jan 2100 00:00:00 GMT",
        "accept": "text/html",
        "accept_encoding": "gzip, br",
        "expect": "100-continue",
        "host": "evil.example",
        "cookie": "a=b",
        "origin": "https://evil.example",
    }
    plain = served.fetch(link).undated
    assert {name: served.fetch(link, **{name: value}).undated for name, value in asked.items()} == (
        dict.fromkeys(asked, plain)
    )
    told = dict(zip(asked, kinds(engine, link)[1:], strict=True))
    # Somebody who asks for a page has pasted the link into the address bar.
    assert told == {**dict.fromkeys(asked, "inserted"), "accept": "noise"}


def test_a_query_changes_nothing(served: Served, engine: Engine) -> None:
    link = track(engine)
    assert served.get(f"{path_of(link)}?u=anna&x=%00").undated == served.fetch(link).undated
    assert kinds(engine, link) == ["activated", "inserted"]


def test_a_percent_encoded_token_is_the_same_token(served: Served, engine: Engine) -> None:
    link = track(engine)
    encoded = "".join(f"%{ord(character):02x}" for character in link.token)
    assert served.get(f"/i/{encoded}.gif").status == 200
    assert kinds(engine, link) == ["activated"]


def test_several_requests_on_one_connection_are_all_kept(served: Served, engine: Engine) -> None:
    link = track(engine)
    going_on, last = request(path_of(link), connection="keep-alive"), request(path_of(link))
    answers = served.ask(going_on + going_on + last).raw
    assert answers.count(b"HTTP/1.1 200 OK") == answers.count(GIF) == 3
    assert kinds(engine, link) == ["activated", "inserted", "inserted"]


# --- junk ------------------------------------------------------------------------------------------


def test_a_path_that_is_no_token_gets_the_image(served: Served) -> None:
    for path in (
        b"/i/%ff",
        b"/i/%00",
        b"/i/%0d%0aSet-Cookie:%20a=b",
        b"/i/%",
        b"/i/%zz",
        b"/i/%2e%2e/%2e%2e",
        b"/i/..%2f..%2f.env",
        b"/i/" + b"%f0%9f%91%80" * 22 + b".gif",
        b"/i/" + b"A" * 15_000 + b".gif",
        b"http://127.0.0.1/i/x.gif",
    ):
        answer = served.get(path)
        assert (answer.status, answer.body) == (200, GIF), path[:40]
        assert "set-cookie" not in answer.headers


def test_a_request_that_is_not_http_is_refused_as_the_clients_fault(served: Served) -> None:
    for path in (b"/i/\xff.gif", b"/i/\x00.gif", b"/i/a b.gif", b"/i/\r\n.gif"):
        assert served.get(path).status == 400, path[:40]
    assert served.get("/i/x.gif").status == 200


def test_junk_in_the_user_agent_is_kept_and_answered(served: Served, engine: Engine) -> None:
    link = track(engine)
    agents = ("\xff\xfe\x80", "é" * 300, "(" * 5000, "a" * 15_000, "\t", "Mozilla/5.0 " * 1000, "")
    answers = [served.fetch(link, user_agent=user_agent) for user_agent in agents]
    assert {(answer.status, answer.body) for answer in answers} == {(200, GIF)}
    assert [row.user_agent for row in stored(engine, link)] == [
        user_agent.strip()[:200] for user_agent in agents
    ]


def test_whatever_bytes_a_header_holds_the_answer_is_the_image_or_a_refusal(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    names = st.sampled_from(
        [b"user-agent", b"x-forwarded-for", b"purpose", b"sec-fetch-dest", b"host", b"range", b"via"]
    )
    with serving(settings, trusted_proxies=OUR_PROXY) as served:

        @given(names, st.binary(max_size=60))
        @effort(max_examples=150, deadline=None)
        def ask(name: bytes, value: bytes) -> None:
            start = f"GET {path_of(link)} HTTP/1.1\r\nConnection: close\r\n".encode()
            answer = served.ask(start + name + b": " + value + b"\r\n\r\n")
            assert (answer.status, answer.body) == (200, GIF) or answer.status == 400

        ask()
        assert served.fetch(link).status == 200
    seqs = [row.seq for row in stored(engine, link)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_whatever_the_path_holds_the_answer_is_the_image_or_a_refusal(settings: Settings) -> None:
    with serving(settings) as served:

        @given(st.binary(max_size=60))
        @effort(max_examples=150, deadline=None)
        def ask(path: bytes) -> None:
            answer = served.get(b"/i/" + path)
            assert (answer.status, answer.body) == (200, GIF) or answer.status == 400

        ask()


# --- kept before answered --------------------------------------------------------------------------


def test_once_the_answer_has_come_every_other_connection_sees_the_row(
    settings: Settings, served: Served, engine: Engine
) -> None:
    link = track(engine)
    count = f'SELECT coalesce(sum(count), 0) FROM "fetch" WHERE link_id = {link.id}'  # noqa: S608  # a number of ours
    for fetches in range(1, 21):
        assert served.fetch(link).status == 200
        assert counted(settings, count) == fetches


def counted(settings: Settings, query: str) -> int:
    """Return what a fresh connection counts, without any of our code."""
    if path := settings.sqlite_path:
        with sqlite3.connect(path) as file:
            found = file.execute(query).fetchone()
        file.close()
    else:
        with psycopg.connect(settings.database_url.replace("+psycopg", "")) as server:
            found = server.execute(query.encode()).fetchone()
    assert found
    return int(found[0])


def test_two_hundred_fetches_at_once_are_all_kept_without_a_gap(served: Served, engine: Engine) -> None:
    link, other = track(engine), track(engine, "invoice", "client")
    wires = [served.connect() for _ in range(200)]
    for number, wire in enumerate(wires):
        wire.sendall(request(path_of(other if number % 4 == 0 else link)))
    answers = [answer_on(wire) for wire in wires]
    for wire in wires:
        wire.close()
    assert {(answer.status, answer.body) for answer in answers} == {(200, GIF)}
    assert kinds(engine, link) == ["activated", *["inserted"] * 149]
    assert kinds(engine, other) == ["activated", *["inserted"] * 49]


def test_the_fetch_of_a_client_that_leaves_before_the_answer_is_kept(served: Served, engine: Engine) -> None:
    link = track(engine)
    for _ in range(20):
        with served.connect() as wire:
            wire.sendall(request(path_of(link)))
    assert served.fetch(link).status == 200
    seqs = [row.seq for row in stored(engine, link)]
    assert seqs == list(range(1, len(seqs) + 1))


# --- addresses -------------------------------------------------------------------------------------


def test_the_address_is_the_first_from_the_right_that_is_no_trusted_proxys(
    settings: Settings, engine: Engine
) -> None:
    expected = {
        HOME: HOME,
        f"  {HOME} ": HOME,
        f"{HOME}:4711": HOME,
        f"[{HOME_V6}]:4711": HOME_V6,
        f"{HOME}, 10.0.0.9": HOME,
        f"{HOME}, 10.0.0.9, 10.0.0.8": HOME,
        f"{HOME}, ::ffff:10.0.0.9": HOME,
        f", {HOME}, ": HOME,
        f"{HOME_V6}, fd00::1": HOME_V6,
        f"{GOOGLE}, {HOME}": None,
        f"junk, {GOOGLE},,{HOME}": None,
        f"{HOME}, 192.168.0.1": None,
        f"{HOME}, unknown": None,
        f"{HOME} 10.0.0.1": None,
        "10.0.0.1, 10.0.0.2": None,
        "": None,
    }
    with serving(settings, trusted_proxies=OUR_PROXIES) as served:
        taken = {given: address_behind(served, engine, given) for given in expected}
    assert taken == expected


def address_behind(served: Served, engine: Engine, forwarded: str) -> str | None:
    """Return whose fetch it was taken for, found by the stored pseudonym."""
    link = track(engine)
    assert served.fetch(link, x_forwarded_for=forwarded).status == 200
    (row,) = stored(engine, link)
    keys = open_keys(served.settings.key_file)
    known = {keys.device(link.token, home(at), row.user_agent): at for at in (GOOGLE, HOME, HOME_V6)}
    return known[row.device] if row.device else None


def test_only_a_trusted_proxy_can_name_the_clients_address(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    with serving(settings, trusted_proxies=("10.0.0.0/8",)) as served:
        served.fetch(link, x_forwarded_for=HOME)
    assert [(row.network, row.device) for row in stored(engine, link)] == [("unknown", None)]


def test_a_forged_gmail_proxy_is_recognised_behind_a_trusted_proxy(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    sent(engine, link)
    with serving(settings, trusted_proxies=OUR_PROXY) as served:
        served.fetch(link, user_agent=GMAIL, x_forwarded_for=HOME)
        served.fetch(link, user_agent=GMAIL, x_forwarded_for=GOOGLE)
    assert [(row.kind, row.reason, row.confidence) for row in stored(engine, link)] == [
        ("noise", "forged_proxy", "strong"),
        ("opened", "gmail_proxy", "probable"),
    ]


def test_an_address_that_a_stranger_writes_before_his_own_makes_no_more_than_a_weak_open(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    sent(engine, link)
    with serving(settings, trusted_proxies=OUR_PROXY) as served:
        served.fetch(link, user_agent=GMAIL, x_forwarded_for=f"{GOOGLE}, {HOME}")
    assert [(row.kind, row.network, row.confidence) for row in stored(engine, link)] == [
        ("opened", "unknown", "weak")
    ]


def test_behind_an_unnamed_proxy_gmails_readers_still_count_and_the_log_says_once_what_to_set(
    served: Served, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = track(engine), track(engine, "invoice", "client")
    for link in (first, second):
        sent(engine, link)
        served.fetch(link, user_agent=GMAIL, x_forwarded_for=GOOGLE)
    for link in (first, second):
        assert [(row.kind, row.confidence) for row in stored(engine, link)] == [("opened", "weak")]
    said = [record.getMessage() for record in caplog.records if "TRUSTED_PROXIES" in record.getMessage()]
    assert len(said) == 1
    assert "Set TRUSTED_PROXIES=127.0.0.1." in said[0]
    assert GOOGLE not in caplog.text


def test_without_any_proxy_nothing_is_said_about_proxies(
    served: Served, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    served.fetch(track(engine))
    assert "TRUSTED_PROXIES" not in caplog.text


def test_no_address_is_stored_anywhere(settings: Settings, engine: Engine) -> None:
    contract, notice = track(engine), track(engine, "notice", "landlord")
    sent(engine, notice)
    with serving(settings, trusted_proxies=OUR_PROXY) as served:
        for address in (HOME, HOME_V6, GOOGLE, GOOGLE_TOO):
            for link in (contract, notice):
                agent = GMAIL if address.startswith("66.") else THUNDERBIRD
                assert served.fetch(link, user_agent=agent, x_forwarded_for=address).status == 200
        kept = everything(engine)
        assert GMAIL in kept
        assert THUNDERBIRD in kept
        for address in (HOME, HOME_V6, GOOGLE, GOOGLE_TOO, "127.0.0.1"):
            for shown in shapes_of(address):
                assert shown not in kept
        if path := settings.sqlite_path:
            files = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
            assert THUNDERBIRD.encode() in files
            for address in (HOME, HOME_V6, GOOGLE, GOOGLE_TOO):
                assert address.encode() not in files


def everything(engine: Engine) -> str:
    """Return all columns of all rows of all tables, as text."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        rows = [row for table in tables.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(str(value) for row in rows for value in row)


def shapes_of(address: str) -> set[str]:
    """Return the forms in which an address could be stored."""
    known = ip_address(address)
    return {address, known.exploded, known.packed.hex(), str(int(known))}


def test_one_device_has_one_pseudonym_in_a_link_and_another_in_the_next(
    settings: Settings, engine: Engine
) -> None:
    contract, invoice = track(engine), track(engine, "invoice", "client")
    with serving(settings, trusted_proxies=OUR_PROXY) as served:
        for link in (contract, invoice):
            served.fetch(link, x_forwarded_for=HOME)
            served.fetch(link, x_forwarded_for=HOME)
            served.fetch(link, x_forwarded_for=HOME_V6)
            served.fetch(link, x_forwarded_for=HOME, user_agent=THUNDERBIRD.replace("128", "129"))
    devices = [[row.device for row in stored(engine, link)] for link in (contract, invoice)]
    for again in devices:
        assert again[0] == again[1]
        assert len(set(again)) == 3
    assert None not in devices[0] + devices[1]
    assert not set(devices[0]) & set(devices[1])


def test_the_senders_own_device_is_recognised_after_sending(settings: Settings, engine: Engine) -> None:
    link, keys, yesterday = track(engine), open_keys(settings.key_file), now() - 86400
    device = keys.device(link.token, HOME, THUNDERBIRD)
    draft = arrival(link.token, yesterday, READER, device)
    with writing(engine) as session:
        record(session.connection(), [draft], settings.windows)
    sent(engine, link)
    with serving(settings, trusted_proxies=OUR_PROXY) as served:
        for address in (HOME_V6, HOME):
            served.fetch(link, x_forwarded_for=address)
    assert kinds(engine, link) == ["activated", "opened", "own"]


def test_two_lines_of_forwarded_addresses_are_one_list(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    sent(engine, link)
    asking = request(path_of(link), user_agent=GMAIL, x_forwarded_for=GOOGLE)
    asking = asking.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 10.0.0.9\r\n\r\n")
    with serving(settings, trusted_proxies=OUR_PROXIES) as served:
        assert served.ask(asking).status == 200
    assert [(row.network, row.confidence) for row in stored(engine, link)] == [("google_proxy", "probable")]
