"""The pixel server tells networks by the lists that the bot fetched last, and goes on without them."""

import logging

import pytest
from sqlalchemy import Engine, text

from pixel_server.database.published_lists import lists_at_start
from settings import Settings
from storage import published_lists
from storage.engine import writing
from storage.tables import Link
from storage.times import now
from tests.lists import CLOUDFLARE, FETCHERS
from tests.pixel_server.serving import GMAIL, GOOGLE, Served, sent, serving, stored
from tracking import Network
from tracking.published_ranges import prefixes_of, shipped

UNLISTED = "66.249.85.224"
"""One of Gmail's machines that was on no list (its name was google-proxy-66-249-85-224.google.com)."""
FETCHERS_NOW = [str(prefix) for prefix in prefixes_of(shipped(), FETCHERS)]


@pytest.fixture
def behind_a_proxy(settings: Settings) -> Settings:
    """Give settings that trust this machine, so that a test can say who fetches."""
    return settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})


def fetch_from(served: Served, link: Link, address: str) -> str:
    """Fetch as Gmail's proxy; return the network that is stored with the fetch."""
    served.fetch(link, user_agent=GMAIL, x_forwarded_for=address)
    return stored(served.services.engine, link)[-1].network


def bot_fetches(engine: Engine, *prefixes: str) -> None:
    with writing(engine) as session:
        published_lists.keep(session, FETCHERS.name, prefixes, now())


def test_the_lists_that_the_bot_fetched_are_in_use_from_the_start(
    behind_a_proxy: Settings, engine: Engine, link: Link
) -> None:
    bot_fetches(engine, *FETCHERS_NOW, "66.249.85.224/29")
    sent(engine, link)
    with serving(behind_a_proxy) as served:
        assert fetch_from(served, link, UNLISTED) == Network.GOOGLE_PROXY
        assert fetch_from(served, link, GOOGLE) == Network.GOOGLE_PROXY


def test_a_list_that_the_bot_fetches_meanwhile_is_swapped_in_and_known_headers_are_judged_anew(
    behind_a_proxy: Settings, engine: Engine, link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    sent(engine, link)
    with serving(behind_a_proxy) as served, caplog.at_level(logging.INFO):
        assert fetch_from(served, link, UNLISTED) != Network.GOOGLE_PROXY
        served.run(served.services.lists.refresh())
        bot_fetches(engine, *FETCHERS_NOW)
        served.run(served.services.lists.refresh())
        assert "are in use" not in caplog.text
        assert fetch_from(served, link, UNLISTED) != Network.GOOGLE_PROXY
        bot_fetches(engine, *FETCHERS_NOW, "66.249.85.224/29")
        served.run(served.services.lists.refresh())
        assert fetch_from(served, link, UNLISTED) == Network.GOOGLE_PROXY
    assert caplog.text.count("are in use") == 1


def test_a_list_that_cannot_be_read_leaves_the_one_in_use(
    behind_a_proxy: Settings, engine: Engine, link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    sent(engine, link)
    with serving(behind_a_proxy) as served:
        bot_fetches(engine, *FETCHERS_NOW, "no prefix")
        served.run(served.services.lists.refresh())
        assert fetch_from(served, link, GOOGLE) == Network.GOOGLE_PROXY
        with writing(engine) as session:
            session.connection().execute(text("DROP TABLE published_list"))
        for _ in range(2):
            served.run(served.services.lists.refresh())
        assert fetch_from(served, link, GOOGLE) == Network.GOOGLE_PROXY
        assert caplog.text.count("are read again later") == 1
    assert lists_at_start(engine) == ({}, ())
    assert "stay as they were shipped" in caplog.text


def test_a_cdn_that_trusted_proxies_names_is_trusted_at_its_new_addresses_too(
    settings: Settings, engine: Engine, link: Link
) -> None:
    sent(engine, link)
    now_listed = [str(prefix) for prefix in prefixes_of(shipped(), CLOUDFLARE)]
    new_edge = "198.41.0.1"
    with serving(settings, trusted_proxies=("127.0.0.1", "cloudflare")) as served:
        assert fetch_from(served, link, f"{GOOGLE}, {new_edge}") != Network.GOOGLE_PROXY
        with writing(engine) as session:
            published_lists.keep(session, CLOUDFLARE.name, [*now_listed, "198.41.0.0/24"], now())
        served.run(served.services.lists.refresh())
        assert fetch_from(served, link, f"{GOOGLE}, {new_edge}") == Network.GOOGLE_PROXY
