"""The recipient's page: true for every token, and an objection that counts for good."""

import html
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from settings import Settings
from storage.engine import reading
from storage.tables import OutboxMessage, StatementRow
from tests.pixel_server.serving import Answer, Served, kinds, sent, serving, stopped, stored, track
from words import plain, sentences

NOBODYS = "A" * 22


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings, operator="Anna Berg", contact="anna@example.org", retention_days=90) as served:
        yield served


def stop(served: Served, token: str) -> Answer:
    """Press Stop recording, as a browser without scripts does."""
    form = {"content_type": "application/x-www-form-urlencoded", "content_length": "0", "origin": "null"}
    return served.get(f"/n/{token}", "POST", **form)


def without(token: str, answer: Answer) -> bytes:
    return answer.undated.replace(token.encode(), b"TOKEN")


def test_a_landlord_reads_what_is_recorded_for_how_long_and_by_whom(served: Served, engine: Engine) -> None:
    link = track(engine, "eviction notice", "that landlord")
    answer = served.get(f"/n/{link.token}")
    text = html.unescape(answer.text)
    assert answer.status == 200
    for line in (*plain(sentences.pages.PAGE_KEPT).splitlines(), plain(sentences.pages.PAGE_NOT_KEPT)):
        assert line in text
    assert "deleted after 90 days" in text
    assert "<b>Anna Berg</b>" in text
    assert "anna@example.org" in text
    assert "eviction" not in text
    assert "that landlord" not in text


def test_a_landlord_who_objects_is_no_longer_recorded(served: Served, engine: Engine) -> None:
    link = track(engine)
    sent(engine, link)
    served.fetch(link)
    answer = stop(served, link.token)
    assert (answer.status, plain(sentences.pages.PAGE_STOPPED_TITLE) in answer.text) == (200, True)
    after = [served.fetch(link) for _ in range(3)]
    assert {one.status for one in after} == {200}
    assert kinds(engine, link) == ["opened"]


def test_objecting_again_changes_nothing_and_is_answered_alike(served: Served, engine: Engine) -> None:
    link = track(engine)
    answers = [stop(served, link.token), stop(served, link.token), served.get(f"/n/{link.token}")]
    assert len({answer.undated for answer in answers}) == 1
    with reading(engine) as session:
        assert len(session.exec(select(StatementRow)).all()) == 1
        owed = {message.kind: message.version for message in session.exec(select(OutboxMessage))}
    assert owed == {"card": 2, "objected": 1}


def test_following_links_changes_nothing(served: Served, engine: Engine) -> None:
    link = track(engine)
    sent(engine, link)
    before = served.get(f"/n/{link.token}").undated
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        for visitor in ({}, {"sec_purpose": "prefetch"}, {"user_agent": "TelegramBot (like TwitterBot)"}):
            served.get(f"/n/{link.token}", method, **visitor)
    assert served.get(f"/n/{link.token}").undated == before
    served.fetch(link)
    assert kinds(engine, link) == ["opened"]


def test_an_unknown_token_is_answered_like_a_real_one(served: Served, engine: Engine) -> None:
    drafted, watched, closed = track(engine), track(engine, "invoice"), track(engine, "notice")
    served.fetch(drafted)
    sent(engine, watched)
    stopped(engine, closed)
    tokens = [link.token for link in (drafted, watched, closed)] + [NOBODYS]
    assert len({without(token, served.get(f"/n/{token}")) for token in tokens}) == 1
    assert len({without(token, stop(served, token)) for token in tokens}) == 1
    with reading(engine) as session:
        said = [row.link_id for row in session.exec(select(StatementRow)) if row.kind == "objected"]
    assert said == [drafted.id, watched.id, closed.id]


def test_an_objection_is_about_one_mail(served: Served, engine: Engine) -> None:
    contract, invoice = track(engine), track(engine, "invoice")
    stop(served, contract.token)
    assert plain(sentences.pages.PAGE_NOTICE_TITLE) in served.get(f"/n/{invoice.token}").text
    served.fetch(invoice)
    assert kinds(engine, invoice) == ["activated"]
    assert stored(engine, contract) == []


@pytest.mark.parametrize(
    "odd", ["short", "A" * 23, "A" * 21 + "!", "A" * 21 + "%0a", "%00", "..%2f", "A" * 22 + ".gif", "é" * 22]
)
def test_text_that_cannot_be_a_token_is_answered_404(served: Served, odd: str) -> None:
    path = f"/n/{odd}".replace("é", "%C3%A9")
    assert (served.get(path).status, served.get(path, "POST", content_length="0").status) == (404, 404)


def test_an_objection_under_another_host_is_refused(served: Served, engine: Engine) -> None:
    link = track(engine)
    answer = served.get(f"/n/{link.token}", "POST", host="evil.example", content_length="0")
    assert answer.status == 400
    served.fetch(link)
    assert kinds(engine, link) == ["activated"]
