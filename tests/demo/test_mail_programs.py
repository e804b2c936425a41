"""The mail programs send the requests that the real ones send."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.mail_programs import ACTIONS, MailPrograms
from demo.telegram.serving import listening, serving

GIF = bytes(43)


class Pixels:
    """A pixel server that only keeps the requests."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.app = Starlette(routes=[Route("/i/{token}", self.pixel, methods=["GET", "HEAD"])])

    async def pixel(self, request: Request) -> Response:
        self.seen.append((request.method, request.url.path, dict(request.headers)))
        return Response(GIF, media_type="image/gif")


@pytest.fixture
def pixels() -> Pixels:
    return Pixels()


@pytest.fixture
def mail(pixels: Pixels) -> Iterator[MailPrograms]:
    told: list[dict[str, Any]] = []
    with serving(pixels.app, listening(), lambda: None) as url:
        yield MailPrograms(url, told.append)


def test_gmail_loads_the_image_as_its_proxy_and_from_its_addresses(
    pixels: Pixels, mail: MailPrograms
) -> None:
    done = mail.play("gmail", f"{mail.pixels}x.gif")
    ((method, path, headers),) = pixels.seen
    assert (method, path) == ("GET", "/i/x.gif")
    assert headers["user-agent"].endswith("(via ggpht.com GoogleImageProxy)")
    assert headers["x-forwarded-for"] == "66.249.84.57"
    assert done["requests"][0] | {"user_agent": ""} == {
        "method": "GET",
        "address": "66.249.84.57",
        "user_agent": "",
        "status": 200,
        "bytes": 43,
    }


@pytest.mark.parametrize(
    "action", [action for action in ACTIONS if action.fetcher], ids=lambda action: action.key
)
def test_only_the_real_headers_are_sent(pixels: Pixels, mail: MailPrograms, action: Any) -> None:
    mail.play(action.key, f"{mail.pixels}x.gif")
    expected = {name.lower(): value for name, value in action.fetcher.headers.items()}
    for _, _, headers in pixels.seen:
        headers.pop("x-forwarded-for")
        headers.pop("host")
        assert headers == expected


def test_sending_the_mail_requests_nothing(pixels: Pixels, mail: MailPrograms) -> None:
    assert mail.play("send", f"{mail.pixels}x.gif")["requests"] == []
    assert pixels.seen == []


def test_a_scanner_sends_a_head_and_then_two_gets_from_two_addresses(
    pixels: Pixels, mail: MailPrograms
) -> None:
    mail.play("scanner", f"{mail.pixels}x.gif")
    assert [method for method, _, _ in pixels.seen] == ["HEAD", "GET", "GET"]
    assert len({headers["x-forwarded-for"] for _, _, headers in pixels.seen}) == 2


def test_only_links_of_this_demo_are_requested(pixels: Pixels, mail: MailPrograms) -> None:
    with pytest.raises(ValueError, match="not a link of this demo"):
        mail.play("gmail", "http://169.254.169.254/i/x.gif")
    mail.preview("https://example.org/i/x.gif")
    assert mail.log == []


def test_telegram_loads_a_preview_under_its_own_name(pixels: Pixels, mail: MailPrograms) -> None:
    mail.preview(f"{mail.pixels}x.gif")
    assert [headers["user-agent"] for _, _, headers in pixels.seen] == ["TelegramBot (like TwitterBot)"]


def test_a_pixel_server_that_is_down_is_reported() -> None:
    with listening() as closed:
        port = closed.getsockname()[1]
    mail = MailPrograms(f"http://127.0.0.1:{port}", lambda _: None)
    (request,) = mail.play("outlook", f"{mail.pixels}x.gif")["requests"]
    assert (request["status"], request["error"]) == (0, "ConnectError")
