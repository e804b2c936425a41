"""The pages: correct, escaped, and silent about other people's links."""

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine

from pixel_server.pages.templates import static
from settings import Settings
from storage.keys import open_keys
from storage.tables import Link
from tests.conftest import settings_of
from tests.pixel_server.serving import (
    BORIS,
    Answer,
    Served,
    kinds,
    path_of,
    serving,
    stopped,
    stored,
    track,
)
from words import plain, sentences


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings, operator="Anna & Söhne", contact="anna@example.org") as served:
        yield served


def copy_path(served: Served, link: Link) -> str:
    return f"/copy/{open_keys(served.settings.key_file).owner_key(link.id, link.token)}"


class References(HTMLParser):
    """All that a page makes a browser load, and all of its elements."""

    LOADS = ("src", "href", "srcset", "poster", "data", "action", "background", "style", "content")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.elements: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in self.LOADS]


def references(answer: Answer) -> References:
    return References(answer.text)


def test_the_front_page_says_who_runs_this_to_a_stranger(served: Served) -> None:
    answer = served.get("/")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Anna &amp; Söhne" in answer.text
    assert "anna@example.org" in answer.text
    assert plain(sentences.pages.PAGE_FRONT_LEAD) in html.unescape(answer.text)


def test_the_front_page_says_nothing_of_an_operator_who_gave_no_name(settings: Settings) -> None:
    with serving(settings) as served:
        answer = served.get("/")
    assert answer.status == 200
    assert plain(sentences.pages.PAGE_WHO_UNKNOWN) in html.unescape(answer.text)
    assert "Contact" not in answer.text


def test_the_copy_page_gives_the_owner_the_lines_to_copy(served: Served, engine: Engine) -> None:
    link = track(engine)
    answer = served.get(copy_path(served, link))
    url = f"{served.url}{path_of(link)}"
    image = f'<img src="{url}" width="1" height="1" alt="">'
    assert answer.status == 200
    boxes = re.findall(r"<textarea[^>]*>(.*?)</textarea>", answer.text)
    assert [html.unescape(box) for box in boxes] == [url, image]
    assert "contract" in answer.text
    assert "landlord" in answer.text


def test_the_copy_page_of_a_link_without_a_recipient_names_the_label_alone(
    served: Served, engine: Engine
) -> None:
    answer = served.get(copy_path(served, track(engine, "invoice", "")))
    assert "for <b>invoice</b></p>" in answer.text


def test_the_copy_page_never_makes_a_browser_load_the_pixel(served: Served, engine: Engine) -> None:
    link = track(engine)
    path = copy_path(served, link)
    answer = served.get(path)
    found = references(answer)
    mail = f"mailto:?subject={quote(plain(sentences.copy_page.PAGE_COPY_TITLE))}&body={quoted(served, path)}"
    assert set(found.loaded) == {static("page.css"), static("copy.js"), "/", f"{path}/sent", mail, *METAS}
    assert not {"img", "iframe", "object", "embed", "picture", "video", "style"} & set(found.elements)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "img-src" not in answer.headers["content-security-policy"]
    assert stored(engine, link) == []


def quoted(served: Served, path: str) -> str:
    return quote(f"{served.settings.public_url}{path}", safe="")


METAS = {"width=device-width, initial-scale=1", "light dark"}


@pytest.mark.parametrize(
    "label",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</textarea><iframe src=//evil.example>",
        "{{ 7 * 7 }} {label} {name}",
        "&lt;b&gt;",
        "العقد",
        "contract\u202egnp.exe",
        "👩‍💻" * 200,
        "a\r\nb",
    ],
)
def test_a_label_is_text_and_nothing_else(served: Served, engine: Engine, label: str) -> None:
    path, odd_path = (copy_path(served, link) for link in (track(engine), track(engine, label, label)))
    plain, answer = references(served.get(path)), served.get(odd_path)
    assert answer.status == 200
    assert references(answer).elements == plain.elements
    own = [
        one.replace(odd_path, path).replace(quoted(served, odd_path), quoted(served, path))
        for one in references(answer).loaded
    ]
    assert own == plain.loaded
    assert "\u202e" not in answer.text
    assert "49" not in re.sub(
        r"<textarea.*|data-image.*|data-page.*|mailto:.*|/copy/.*|<svg[\s\S]*?</svg>|/static/.*",
        "",
        answer.text,
    )


def test_every_wrong_key_is_answered_alike(served: Served, engine: Engine, settings: Settings) -> None:
    link, foreign = track(engine), track(engine, "secret plan", "lawyer", chat=BORIS)
    right, other = (copy_path(served, one).removeprefix("/copy/") for one in (link, foreign))
    keys = open_keys(settings.key_file)
    wrong = [
        f"{link.id}-{other.partition('-')[2]}",
        f"{foreign.id}-{right.partition('-')[2]}",
        f"{link.id}-{'0' * 32}",
        f"999-{'0' * 32}",
        f"-1-{'0' * 32}",
        f"{2**31 - 1}-{'0' * 32}",
        f"99999999999999999999-{'0' * 32}",
        keys.owner_key(link.id, foreign.token),
        keys.owner_key(link.id + 100, link.token),
        right[:-1],
        right + "0",
        right.upper() if right.upper() != right else f"x{right}",
        f"0{right}",
        link.token,
        f"{link.token}.gif",
        "%00",
        "%ff",
        "%27%20OR%201=1",
        "A" * 5000,
    ]
    answers = [served.get(f"/copy/{key}") for key in wrong]
    assert {answer.undated for answer in answers} == {answers[0].undated}
    assert answers[0].status == 404
    assert plain(sentences.pages.PAGE_NOT_FOUND) in answers[0].text
    assert "secret plan" not in answers[0].text
    assert served.get(f"/copy/{right}").status == 200


def test_the_owner_key_opens_nothing_that_the_recipient_can_see(served: Served, engine: Engine) -> None:
    link = track(engine)
    key = copy_path(served, link).removeprefix("/copy/")
    assert served.get(f"/i/{key}.gif").status == 200
    assert stored(engine, link) == []
    assert link.token not in key
    assert key.partition("-")[2] not in served.fetch(link).raw.decode("latin-1")


_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
ANDROID = f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Mobile Safari/537.36"
TABLET = f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Safari/537.36"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK} Safari/537.36"


def test_the_copy_page_knows_a_phone_by_what_its_browser_says(served: Served, engine: Engine) -> None:
    path = copy_path(served, track(engine))
    for agent in (IPHONE, ANDROID, TABLET):
        assert 'data-device="phone"' in served.get(path, user_agent=agent).text, agent
    assert 'data-device="computer"' in served.get(path, user_agent=WINDOWS).text
    assert 'data-device="computer"' in served.get(path, user_agent=WINDOWS, sec_ch_ua_mobile="?0").text
    assert 'data-device="phone"' in served.get(path, user_agent=WINDOWS, sec_ch_ua_mobile="?1").text


def test_on_a_phone_the_steps_for_phones_come_first_and_are_open(served: Served, engine: Engine) -> None:
    path = copy_path(served, track(engine))
    page = html.unescape(served.get(path, user_agent=IPHONE).text)
    titles = re.findall(r'<details name="app"( open)?>\n<summary>(.*?)</summary>', page)
    assert titles[0] == (" open", plain(sentences.copy_page.PAGE_APPS["phone"]))
    assert len(titles) == len(sentences.copy_page.PAGE_APPS)
    assert '<details name="app" open>' not in served.get(path, user_agent=WINDOWS).text


def test_the_copy_page_mails_its_own_public_address(served: Served, engine: Engine) -> None:
    path = copy_path(served, track(engine))
    page = served.get(path, host="localhost:9", user_agent=IPHONE).text
    assert f"&amp;body={quoted(served, path)}" in page
    assert plain(sentences.copy_page.PAGE_HANDOVER_SECRET) in html.unescape(page)


def test_a_stopped_link_still_has_its_copy_page(served: Served, engine: Engine) -> None:
    link = track(engine)
    stopped(engine, link)
    assert served.get(copy_path(served, link)).status == 200


def test_a_wrong_host_is_refused_everywhere_but_on_the_pixel_and_healthz(
    served: Served, engine: Engine
) -> None:
    link = track(engine)
    paths = ("/", copy_path(served, link), "/static/page.css", "/readyz", "/nothing", "/verify")
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "evil<script>", ""):
        for path in paths:
            answer = served.get(path, host=host)
            assert answer.status == 400, (host, path)
            assert "evil" not in answer.text
        assert served.get("/healthz", host=host).status == 200
        assert served.get(path_of(link), host=host).status == 200
    assert kinds(engine, link) == ["activated", *["inserted"] * 4]


def test_a_right_host_is_answered_whatever_its_port_and_case(served: Served) -> None:
    for host in ("127.0.0.1", "127.0.0.1:1", "localhost:8000", "LOCALHOST", "[::1]:8000"):
        assert served.get("/", host=host).status == 200, host


def test_no_address_of_a_page_comes_from_what_the_asker_says(served: Served, engine: Engine) -> None:
    path = copy_path(served, track(engine))
    plain = served.get(path)
    odd = served.get(path, host="localhost:9", x_forwarded_host="evil.example", x_forwarded_proto="ftp")
    assert odd.undated == plain.undated


def test_every_page_comes_with_the_headers_that_keep_it_to_itself(served: Served, engine: Engine) -> None:
    answers = [
        served.get("/"),
        served.get(copy_path(served, track(engine))),
        served.get("/copy/wrong"),
        served.get("/", host="evil.example"),
        served.get(f"/n/{'A' * 22}"),
        served.get(f"/n/{'A' * 22}", "POST", content_length="0"),
        served.get("/n?image=nothing"),
        served.get(f"/n?image=/i/{'A' * 22}.gif"),
    ]
    assert [answer.status for answer in answers] == [200, 200, 404, 400, 200, 200, 400, 303]
    for answer in answers:
        headers = answer.headers
        policy = {part.strip() for part in headers["content-security-policy"].split(";")}
        assert {
            "default-src 'none'",
            "script-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        } <= policy
        assert not [part for part in policy if "unsafe" in part or "*" in part or "http" in part]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["cache-control"] == "no-store"
        assert not {"set-cookie", "server", "etag"} & set(headers)


def test_there_is_no_list_of_what_this_server_does(served: Served) -> None:
    for path in (
        "/docs",
        "/redoc",
        "/openapi.json",
        "/static/",
        "/copy/",
        "/n/",
        "/try/",
        "/.env",
        "/favicon.ico",
    ):
        assert served.get(path).status == 404, path


def test_nothing_but_the_pages_own_files_is_served(served: Served) -> None:
    assert served.get("/static/copy.js").status == 200
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/copy.js%00",
        "/static/" + "A" * 5000,
    ):
        assert served.get(path).status in (400, 404), path


def test_a_page_without_a_form_answers_405_to_everything_but_get(served: Served, engine: Engine) -> None:
    path = copy_path(served, track(engine))
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert served.get(path, method, content_length="0").status == 405, method


def test_an_owner_key_with_a_number_too_large_opens_nothing(served: Served) -> None:
    for number in (2**31, 9_999_999_999):
        assert served.get(f"/copy/{number}-{'0' * 32}").status == 404


def test_the_front_page_leads_from_an_images_address_to_its_page(served: Served) -> None:
    token = "A-_b" * 5 + "zz"
    for given in (
        f"https://mail.example/i/{token}.gif",
        f"http://localhost:8000/n/{token}",
        f"https://ci3.googleusercontent.com/proxy/abc=s0-d-e1-ft#https://mail.example/i/{token}.gif",
        f'<p>Dear Anna</p><img src="https://mail.example/i/{token}.gif" width="1">',
    ):
        answer = served.get(f"/n?image={quote(given, safe='')}")
        assert (answer.status, answer.headers["location"]) == (303, f"/n/{token}"), given


@pytest.mark.parametrize(
    "given", ["", "hello", "/i/short.gif", f"/i/{'A' * 23}.gif", "<script>", "/n/%0d%0aX: y"]
)
def test_the_front_page_says_when_there_is_no_image_in_what_was_pasted(served: Served, given: str) -> None:
    answer = served.get(f"/n?image={quote(given, safe='')}")
    assert answer.status == 400
    assert "I found no address of an image" in answer.text
    assert "<script>" not in answer.text


def test_the_front_page_says_where_the_source_code_is(settings: Settings) -> None:
    with serving(settings, source_url="https://code.example/readback?a&b") as served:
        assert '<a href="https://code.example/readback?a&amp;b" rel="noreferrer">' in served.get("/").text
    with serving(settings) as served:
        assert plain(sentences.pages.PAGE_FRONT_SOURCE_ASK) in html.unescape(served.get("/").text)


def test_in_a_folder_of_a_host_every_address_begins_with_the_folder(
    settings: Settings, engine: Engine
) -> None:
    link = track(engine)
    with serving(settings, public_url="http://127.0.0.1/mail") as served:
        path = copy_path(served, link)
        found = [
            references(served.get(where)).loaded for where in ("/", path, f"/n/{link.token}", "/nowhere")
        ]
        moved = served.get(f"{path}/sent", "POST", content_length="0").headers["location"]
    own = {one for loaded in found for one in loaded if not one.startswith("mailto:")} - METAS
    assert {one.startswith("/mail/") for one in own} == {True}
    assert moved == f"/mail{path}"


def test_a_page_is_small(served: Served, engine: Engine) -> None:
    """HTML, style and script of each page together. It is opened on a phone, in a hurry."""
    link = track(engine, "contract " * 100, "landlord " * 100)
    for path in ("/", copy_path(served, link), f"/n/{link.token}"):
        answer = served.get(path)
        files = [one for one in references(answer).loaded if one.startswith("/static/")]
        sizes = [len(answer.body), *(len(served.get(file).body) for file in files)]
        assert sum(sizes) < 30_000, (path, sizes)


def test_while_the_database_fails_every_page_says_so_in_a_sentence(tmp_path: Path) -> None:
    """A database without tables stands for any failure."""
    with serving(settings_of(tmp_path)) as served:
        for path in (
            f"/n/{'A' * 22}",
            f"/copy/7-{'0' * 32}",
            f"/copy/7-{'0' * 32}/live",
            f"/try/7-{'0' * 32}",
        ):
            answer = served.get(path)
            assert answer.status == 503, path
            assert plain(sentences.pages.PAGE_TROUBLE) in html.unescape(answer.text)
