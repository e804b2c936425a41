"""The owner's pages: the Sent button works without scripts, and the self-test loads its own pixel."""

import html

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from storage.engine import reading
from storage.keys import open_keys
from storage.tables import OutboxMessage, StatementRow
from tests.pixel_server.serving import Served, path_of, sent, stopped, stored, track
from tests.pixel_server.test_pages import copy_path, served
from words import plain, sentences

__all__ = ["served"]


def test_the_sent_button_on_the_page_works_like_the_one_in_the_chat(served: Served, engine: Engine) -> None:
    link = track(engine)
    served.fetch(link)
    path = copy_path(served, link)
    answers = [served.get(f"{path}/sent", "POST", content_length="0") for _ in range(3)]
    assert {(answer.status, answer.headers["location"]) for answer in answers} == {(303, path)}
    with reading(engine) as session:
        said = [(row.kind, row.said_by) for row in session.exec(select(StatementRow))]
        card = session.exec(select(OutboxMessage)).one()
    assert said == [("sent", None)]
    assert (card.key, card.state, card.version) == (f"card:{link.id}", "pending", 3)
    assert plain(sentences.copy_page.PAGE_STAGES["sent"]) in html.unescape(served.get(path).text)


def test_a_wrong_key_or_a_followed_link_cannot_mark_a_mail_as_sent(served: Served, engine: Engine) -> None:
    link, other = track(engine), track(engine, "invoice")
    right, wrong = copy_path(served, link), copy_path(served, other).replace(f"{other.id}-", f"{link.id}-")
    assert served.get(f"{wrong}/sent", "POST", content_length="0").status == 404
    assert served.get(f"/copy/{link.token}/sent", "POST", content_length="0").status == 404
    for method in ("GET", "HEAD", "PUT"):
        assert served.get(f"{right}/sent", method, content_length="0").status == 405
    with reading(engine) as session:
        assert session.exec(select(StatementRow)).all() == []


@pytest.mark.parametrize("stage", ["waiting", "draft", "sent", "closed"])
def test_the_copy_page_says_how_far_the_mail_is_without_any_script(
    served: Served, engine: Engine, stage: str
) -> None:
    link = track(engine)
    if stage == "draft":
        served.fetch(link)
    elif stage == "sent":
        sent(engine, link)
    elif stage == "closed":
        stopped(engine, link)
    answer = served.get(copy_path(served, link))
    assert f'data-stage="{stage}"' in answer.text
    assert html.unescape(answer.text).count(f">{plain(sentences.copy_page.PAGE_STAGES[stage])}</p>") == 1


# --- the self-test ---------------------------------------------------------------------------------


def test_the_self_tests_page_loads_the_image_and_no_other_page_does(served: Served, engine: Engine) -> None:
    link = track(engine, "self-test", "me")
    key = open_keys(served.settings.key_file).test_key(link.id, link.token)
    answer = served.get(f"/try/{key}")
    assert answer.status == 200
    assert f'<img src="{served.url}{path_of(link)}" width="1" height="1" alt="">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.endswith(f"; img-src {served.url}{path_of(link)}")
    assert policy.count("img-src") == 1
    assert stored(engine, link) == []
    wrong = [
        copy_path(served, link).replace("/copy/", "/try/"),
        f"/try/{link.token}",
        "/try/1",
        f"/try/2-{'0' * 32}",
    ]
    assert {served.get(path).status for path in wrong} == {404}
    assert served.get(f"/copy/{key}").status == 404
