"""What a page of another site sends is refused, where a browser says that it did."""

from collections.abc import Iterator

import pytest

from settings import Settings
from tests.pixel_server.serving import Served, serving

PATH = "/n/" + "A" * 22
FORM = {"content_type": "application/x-www-form-urlencoded", "content_length": "0"}


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings, public_host="readback.localhost") as served:
        yield served


@pytest.mark.parametrize(
    "said",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://readback.localhost"},
        {"sec_fetch_site": "cross-site", "origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "https://readback.localhost.evil.example"},
        {"origin": "https://readback.localhost@evil.example"},
        {"origin": "https://["},
        {"origin": ""},
    ],
)
def test_a_form_of_another_site_is_refused(said: dict[str, str], served: Served) -> None:
    assert served.get(PATH, "POST", **FORM, **said).status == 403


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"sec_fetch_site": "same-origin", "origin": "null"},
        {"sec_fetch_site": "none"},
        {"origin": "null"},
        {"origin": "http://readback.localhost:8000"},
        {"origin": "http://[::1]:8000"},
    ],
)
def test_a_form_of_our_own_is_taken(said: dict[str, str], served: Served) -> None:
    """Our pages send no referrer. From them, a browser without Sec-Fetch-Site says `Origin: null`."""
    assert served.get(PATH, "POST", **FORM, **said).status == 200


def test_a_link_on_another_site_may_lead_here(served: Served) -> None:
    assert served.get(PATH, sec_fetch_site="cross-site", origin="https://evil.example").status == 200
