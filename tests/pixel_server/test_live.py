"""The events that an open copy page gets, and their limits."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

import pytest
from sqlalchemy import Engine, delete
from sqlalchemy.exc import OperationalError

from pixel_server.pages import live
from pixel_server.pages.live import Live, Stage, Stream, stage_of
from settings import Settings
from storage.engine import writing
from storage.objections import object_to
from storage.tables import Link, OutboxMessage, StatementRow
from storage.times import now
from tests.fetches import NOON
from tests.pixel_server.serving import HOME, HOME_V6, PATIENCE, Answer, Served, request, sent, serving, track
from tests.pixel_server.test_pages import copy_path
from tests.tracking.stories import GMAIL, PREFETCH, Story
from tracking import History, Sighting, StatementKind, Windows


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll often, so that no test waits two seconds for a change by another process."""
    monkeypatch.setattr(live, "POLL_SECONDS", 0.02)


class Listening:
    """A page's stream, read line by line."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self.status = int(self._lines.readline().split()[1])
        self.headers = {}
        while line := self._lines.readline().strip():
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value

    def hears(self) -> str:
        """The next stage; empty when the stream ended in good order."""
        for line in self._lines:
            if line.startswith(b"data: "):
                return line.removeprefix(b"data: ").decode().strip()
            if line == b"0\r\n":
                return ""
        raise ConnectionError("the stream was cut off")


@contextmanager
def listening(served: Served, link: Link, **headers: str) -> Iterator[Listening]:
    with served.connect() as wire:
        wire.settimeout(PATIENCE)
        wire.sendall(request(f"{copy_path(served, link)}/live", **headers))
        with wire.makefile("rb") as lines:
            yield Listening(lines)


# --- events ---------------------------------------------------------------------------------------


def test_a_page_is_told_of_the_draft_and_of_sent_on_another_page(served: Served, engine: Engine) -> None:
    link = track(engine)
    with listening(served, link) as page:
        assert page.hears() == "waiting"
        served.fetch(link)
        assert page.hears() == "draft"
        served.get(f"{copy_path(served, link)}/sent", "POST", content_length="0")
        assert page.hears() == "sent"


def test_a_page_is_told_of_changes_by_another_process(served: Served, engine: Engine) -> None:
    link = track(engine)
    with listening(served, link) as page:
        assert page.hears() == "waiting"
        sent(engine, link)
        assert page.hears() == "sent"
        with writing(engine) as session:
            object_to(session, link.token, now(), Windows())
        assert page.hears() == "closed"
        with writing(engine) as session:
            for table in (OutboxMessage, StatementRow, Link):
                session.connection().execute(delete(table))
        assert page.hears() == "gone"


def test_a_page_is_told_of_its_own_link_alone(served: Served, engine: Engine) -> None:
    contract, invoice = track(engine), track(engine, "invoice")
    with listening(served, contract) as first, listening(served, invoice) as second:
        assert (first.hears(), second.hears()) == ("waiting", "waiting")
        served.fetch(contract)
        assert first.hears() == "draft"
        sent(engine, invoice)
        assert second.hears() == "sent"


def test_a_page_that_reconnects_is_told_the_current_stage(served: Served, engine: Engine) -> None:
    link = track(engine)
    served.fetch(link)
    with listening(served, link) as page:
        assert page.hears() == "draft"


def test_a_stream_has_the_headers_of_pages_and_tells_proxies_not_to_buffer(
    served: Served, engine: Engine
) -> None:
    with listening(served, track(engine)) as page:
        assert page.status == 200
        assert page.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-accel-buffering"] == "no"
        assert page.headers["referrer-policy"] == "no-referrer"


def test_a_wrong_key_gets_no_stream(served: Served, engine: Engine) -> None:
    link = track(engine)
    answers = [served.get(f"/copy/{key}/live") for key in (link.token, f"{link.id}-{'0' * 32}")]
    assert [answer.status for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    ("told", "stage"),
    [
        ([], Stage.WAITING),
        ([GMAIL], Stage.DRAFT),
        ([PREFETCH], Stage.SENT),
        ([StatementKind.SENT], Stage.SENT),
        ([GMAIL, StatementKind.SENT, StatementKind.DRAFT], Stage.DRAFT),
        ([GMAIL, StatementKind.SENT, StatementKind.STOPPED], Stage.CLOSED),
        ([StatementKind.STOPPED, StatementKind.RESUMED], Stage.WAITING),
        ([StatementKind.OBJECTED], Stage.CLOSED),
    ],
)
def test_how_far_a_mail_is(told: list[StatementKind | Sighting], stage: Stage) -> None:
    story = Story()
    for second, happened in enumerate(told):
        if isinstance(happened, StatementKind):
            story.said(happened, NOON + second)
        else:
            story.fetched(NOON + second, happened)
    assert stage_of(story.history) is stage
    assert stage_of(History()) is Stage.WAITING


def turns(served: Served) -> Iterator[Answer]:
    """Give the server time, a request at a time."""
    for _ in range(5000):
        yield served.get("/healthz")


async def test_a_stage_that_changes_while_another_is_being_sent_is_sent_too(link: Link) -> None:
    stream = Stream(link, None)
    events = stream.events()
    assert await anext(events) == "data: waiting\n\n"
    stream.show(Stage.DRAFT)
    assert await anext(events) == "data: draft\n\n"
    # The generator has yielded this event; it has not been sent yet.
    stream.show(Stage.SENT)
    assert await anext(events) == "data: sent\n\n"
    stream.end()
    assert [event async for event in events] == []


async def test_a_silent_stream_sends_a_comment_now_and_then(
    link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "KEEP_ALIVE_SECONDS", 0.0)
    events = Stream(link, None).events()
    assert [await anext(events) for _ in range(3)] == ["data: waiting\n\n", ":\n\n", ":\n\n"]


# --- its cost ---------------------------------------------------------------------------------------


def test_streams_are_limited_per_link_per_address_and_per_server(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_STREAMS_PER_LINK", 2)
    monkeypatch.setattr(live, "MAX_STREAMS_PER_ADDRESS", 3)
    monkeypatch.setattr(live, "MAX_STREAMS", 4)
    contract, invoice, notice = (track(engine, label) for label in ("contract", "invoice", "notice"))
    trusted = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    with serving(trusted) as served, ExitStack() as open_pages:

        def opens(link: Link, address: str) -> int:
            page = open_pages.enter_context(listening(served, link, x_forwarded_for=address))
            return page.status

        assert [opens(contract, HOME) for _ in range(3)] == [200, 200, 429]
        assert [opens(invoice, HOME) for _ in range(2)] == [200, 429]
        assert [opens(notice, address) for address in ("84.0.0.1", "84.0.0.2")] == [200, 429]


def test_the_addresses_of_one_64_share_their_streams(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_STREAMS_PER_ADDRESS", 2)
    trusted = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    with serving(trusted) as served, ExitStack() as open_pages:
        statuses = [
            open_pages.enter_context(listening(served, track(engine), x_forwarded_for=address)).status
            for address in ("2003:e1:4711::1", "2003:e1:4711::2", "2003:e1:4711::3", "2003:e1:4712::1")
        ]
    assert statuses == [200, 200, 429, 200]


def test_behind_a_hop_nobody_named_all_clients_together_may_have_half_of_the_streams(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_STREAMS_PER_ADDRESS", 1)
    monkeypatch.setattr(live, "MAX_STREAMS_UNKNOWN", 3)
    with serving(settings) as served, ExitStack() as open_pages:
        statuses = [
            open_pages.enter_context(listening(served, track(engine), x_forwarded_for=address)).status
            for address in (HOME, HOME, HOME_V6, HOME)
        ]
    assert statuses == [200, 200, 200, 429]


def test_a_page_that_is_closed_gives_its_place_back(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_STREAMS_PER_LINK", 1)
    link = track(engine)
    with serving(settings) as served:
        for _ in range(3):
            with listening(served, link) as page:
                assert page.status == 200
            # The server notices in its own time.
            assert any(not served.services.live.open_pages for _ in turns(served))


def test_a_fetch_causes_no_query_while_no_page_shows_its_link(served: Served, engine: Engine) -> None:
    link = track(engine)
    told: list[bool] = []
    assert served.services.live.after(link.token, told.append) == told.append
    with listening(served, link) as page:
        page.hears()
        assert served.services.live.after(link.token, told.append) != told.append
        assert served.services.live.after("A" * 22, told.append) == told.append


def test_streams_end_in_good_order_with_the_server(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    with serving(settings) as served, listening(served, link) as page:
        assert page.hears() == "waiting"
        served.services.prepare_to_stop()
        assert page.hears() == ""
        assert served.get(f"{copy_path(served, link)}/live").status == 429


def test_streams_outlive_a_database_that_fails_for_a_while(
    served: Served, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = track(engine)
    looks, failed = Live._histories, list[set[int]]()

    def away(self: Live, link_ids: set[int]) -> dict[int, History]:
        if len(failed) < 3:
            failed.append(link_ids)
            raise OperationalError("SELECT", {}, Exception("gone"))
        return looks(self, link_ids)

    monkeypatch.setattr(Live, "_histories", away)
    with listening(served, link) as page:
        assert page.hears() == "waiting"
        served.fetch(link)
        assert page.hears() == "draft"
    assert failed == [{link.id}] * 3
