"""The pixel server behind real proxies, with the lines that docs/operating.md gives for each.

On one machine everything comes from 127.0.0.x, and readers have no addresses of their own. So they are behind
a stand-in for a CDN, which connects from `CDN` and names the reader in the headers that such a CDN sends.
"""

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine

from bot.checkup import find_problems
from settings import Settings
from storage.health import PROBE
from storage.keys import open_keys
from storage.tables import Link
from storage.times import now
from tests.pixel_server.serving import (
    GMAIL,
    GOOGLE,
    HOME,
    PATIENCE,
    Answer,
    Served,
    answer_on,
    path_of,
    request,
    sent,
    serving,
    stored,
    track,
)
from tests.waiting import wait_until
from tracking.data_files import data_lines
from tracking.hops import Hops

CDN, OUR_PROXY = "127.0.0.9", "127.0.0.1"
"""Where the stand-in for a CDN connects from, and where a proxy connects to the pixel server from."""

PAGE = (Path(__file__).parent.parent / "docs" / "operating.md").read_text("utf-8")
CADDY, CADDY_THAT_KEEPS = re.findall(r"```caddyfile\n(.*?)```", PAGE, re.DOTALL)
(NGINX,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
(HAPROXY,) = re.findall(r"```haproxy\n(.*?)```", PAGE, re.DOTALL)


class Proxy(NamedTuple):
    """A program, its configuration with the documented lines in it, and how it is started."""

    program: str
    lines: str
    whole: Callable[[str, int, Path], str]
    """Makes a configuration of the lines, for a port to listen on; whatever it writes goes to a folder."""
    command: tuple[str, ...]
    """What follows the program's name; `{file}` is the configuration."""


def nginx_with(lines: str, port: int, folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    return f"""
        daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
        events {{}}
        http {{ access_log off; {folders} server {{ listen 127.0.0.1:{port}; {lines} }} }}
    """


def caddy_with(lines: str, port: int, _folder: Path) -> str:
    here = lines.replace("mail.example.com", f"http://:{port}")
    return f"{{\n    admin off\n    auto_https off\n    default_bind 127.0.0.1\n}}\n{here}"


def haproxy_with(lines: str, port: int, _folder: Path) -> str:
    here = re.sub(r"bind :443 .*", f"bind 127.0.0.1:{port}", lines)
    return f"defaults\n    timeout connect 10s\n    timeout client 30s\n    timeout server 30s\n\n{here}"


CADDY_COMMAND = ("run", "--adapter", "caddyfile", "--config", "{file}")
PROXIES = {
    "nginx": Proxy("nginx", NGINX, nginx_with, ("-c", "{file}", "-e", "stderr")),
    "caddy": Proxy("caddy", CADDY, caddy_with, CADDY_COMMAND),
    "haproxy": Proxy("haproxy", HAPROXY, haproxy_with, ("-db", "-q", "-f", "{file}")),
}
KEEPING = {**PROXIES, "caddy": Proxy("caddy", CADDY_THAT_KEEPS, caddy_with, CADDY_COMMAND)}
"""As they are set up behind a CDN that names its client in X-Forwarded-For alone."""
SILENT = {
    "nginx": PROXIES["nginx"]._replace(lines="location / { proxy_pass http://127.0.0.1:8000; }"),
    "haproxy": PROXIES["haproxy"]._replace(
        lines=re.sub(r" +(option forwardfor|http-request .*)\n", "", HAPROXY).replace("mode http", "mode tcp")
    ),
}
"""As people set them up who did not read the page."""


@contextmanager
def running(proxy: Proxy, served: Served, folder: Path) -> Iterator[int]:
    """Run a proxy before the pixel server, and give its port."""
    found = shutil.which(proxy.program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        assert not os.environ.get("REQUIRE_PROXIES"), f"{proxy.program} is not installed"
        pytest.skip(f"{proxy.program} is not installed")
    port, file = free_port(), folder / f"{proxy.program}.conf"
    lines = proxy.lines.replace("127.0.0.1:8000", f"127.0.0.1:{served.settings.port}")
    file.write_text(proxy.whole(lines, port, folder), "utf-8")
    command = [found, *(part.replace("{file}", str(file)) for part in proxy.command)]
    home = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / f"{proxy.program}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=home, stdout=log, stderr=log)
        try:
            wait_until(lambda: process.poll() is not None or listens(port), f"{proxy.program} listens")
            assert process.poll() is None, Path(log.name).read_text("utf-8")
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as wire:
        return wire.connect_ex(("127.0.0.1", port)) == 0


def ask(port: int, source: str, asking: bytes) -> Answer:
    """Ask from one of this machine's own addresses."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE, (source, 0)) as wire:
        wire.sendall(asking)
        return answer_on(wire)


class Cdn(NamedTuple):
    """A stand-in for a CDN."""

    name: str
    own_header: str
    """In which it names its client, beside X-Forwarded-For."""

    def before(self, served: Served) -> None:
        """Put the stand-in's address on its published list."""
        stand_in = f"{self.name}\t{CDN}/32\tthis test\t2026-11-28"
        served.services.clients.use(Hops([*data_lines("hops.tsv"), stand_in]))

    def passes(self, port: int, path: str, client: str, forwarded: str = "", **headers: str) -> Answer:
        """Pass on a client's request. `forwarded` is an X-Forwarded-For that the client sent."""
        seen = ", ".join(filter(None, (forwarded, client)))
        added = {"x_forwarded_for": seen, "cdn_loop": self.name, self.own_header: client}
        return ask(port, CDN, request(path, **added, **headers))


CLOUDFLARE, FASTLY = Cdn("cloudflare", "cf_connecting_ip"), Cdn("fastly", "fastly_client_ip")
OUR_BOT = "84.112.31.7"


def probe_of(served: Served) -> dict[str, str]:
    """Return the header that the bot's own request has."""
    return {PROBE: open_keys(served.settings.key_file).probe(now())}


def way_in(answer: Answer) -> dict[str, object]:
    told: dict[str, dict[str, object]] = json.loads(answer.body)
    return told["way"]


def warnings_of(served: Served) -> str:
    told = json.loads(served.get("/readyz").body)
    return "\n".join(warning for warning in told["warnings"] if "TRUSTED_PROXIES" in warning)


@pytest.fixture
def link(engine: Engine) -> Link:
    return sent_link(engine, "contract")


def sent_link(engine: Engine, label: str) -> Link:
    link = track(engine, label)
    sent(engine, link)
    return link


pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.mark.parametrize("trusted", [(), ("127.0.0.1",)], ids=["nothing named", "the proxy named"])
@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)
def test_behind_cloudflare_that_is_not_named_gmails_readers_count_and_what_to_set_is_told(
    settings: Settings, engine: Engine, link: Link, tmp_path: Path, proxy: Proxy, trusted: tuple[str, ...]
) -> None:
    with serving(settings, trusted_proxies=trusted) as served, running(proxy, served, tmp_path) as port:
        CLOUDFLARE.before(served)
        assert CLOUDFLARE.passes(port, path_of(link), GOOGLE, user_agent=GMAIL).status == 200
        way = way_in(CLOUDFLARE.passes(port, "/healthz", OUR_BOT, **probe_of(served)))
        told = warnings_of(served)
    assert told.startswith(
        "Requests come through Cloudflare (127.0.0.9). Set TRUSTED_PROXIES=127.0.0.1,cloudflare."
    )
    assert way["hop"] == ["named", "Cloudflare", CDN, "127.0.0.1,cloudflare"]
    assert [(row.kind, row.network, row.confidence) for row in stored(engine, link)] == [
        ("opened", "unknown", "weak")
    ]


NAMED = [
    *(pytest.param(CLOUDFLARE, proxy, id=f"{name} behind Cloudflare") for name, proxy in PROXIES.items()),
    *(pytest.param(FASTLY, proxy, id=f"{name} behind Fastly") for name, proxy in KEEPING.items()),
]


@pytest.mark.parametrize(("cdn", "proxy"), NAMED)
def test_with_the_proxy_and_the_cdn_named_each_fetch_comes_from_its_reader(
    settings: Settings, engine: Engine, link: Link, tmp_path: Path, cdn: Cdn, proxy: Proxy
) -> None:
    forged, spoofed = sent_link(engine, "invoice"), sent_link(engine, "notice")
    trusted = (OUR_PROXY, cdn.name)
    with serving(settings, trusted_proxies=trusted) as served, running(proxy, served, tmp_path) as port:
        cdn.before(served)
        cdn.passes(port, path_of(link), GOOGLE, user_agent=GMAIL)
        cdn.passes(port, path_of(forged), HOME, user_agent=GMAIL)
        cdn.passes(port, path_of(spoofed), HOME, forwarded=GOOGLE, user_agent=GMAIL)
        way = way_in(cdn.passes(port, "/healthz", OUR_BOT, **probe_of(served)))
        told = warnings_of(served)
    assert way == {"peer": OUR_PROXY, "client": OUR_BOT, "hop": None}
    assert told == ""
    reader, forger, spoofer = (stored(engine, one)[0] for one in (link, forged, spoofed))
    assert (reader.kind, reader.network, reader.confidence) == ("opened", "google_proxy", "probable")
    assert (forger.kind, forger.reason) == ("noise", "forged_proxy")
    # Caddy drops what a client forged; behind the others it is no evidence for anybody.
    assert (spoofer.kind, spoofer.confidence) in {("opened", "weak"), ("noise", "strong")}


@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)
async def test_the_bots_check_finds_a_proxy_that_is_not_named_and_is_content_once_it_is(
    settings: Settings, tmp_path: Path, proxy: Proxy
) -> None:
    for trusted, expected in (((), ["Requests come through a proxy at 127.0.0.1."]), ((OUR_PROXY,), [])):
        with serving(settings, trusted_proxies=trusted) as served, running(proxy, served, tmp_path) as port:
            through = served.settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
            found = await find_problems(through, open_keys(settings.key_file), {})
            said = [str(problem()).partition(" Set ")[0] for problem in found]
            assert [sentence for sentence in said if "Requests" in sentence] == expected
            assert bool(warnings_of(served)) is bool(expected)


@pytest.mark.parametrize("trusted", [(), (OUR_PROXY,)], ids=["nothing named", "the proxy named"])
@pytest.mark.parametrize("proxy", SILENT.values(), ids=SILENT)
def test_a_proxy_that_does_not_say_who_asks_is_told_so(
    settings: Settings, tmp_path: Path, proxy: Proxy, trusted: tuple[str, ...]
) -> None:
    """The pixel server itself speaks no https: where the address is https, something must stand in front."""
    with (
        serving(settings, trusted_proxies=trusted, public_url="https://mail.example") as served,
        running(proxy, served, tmp_path) as port,
    ):
        way = way_in(ask(port, OUR_PROXY, request("/healthz", **probe_of(served))))
        assert way["hop"] == ["silent", "", OUR_PROXY, "127.0.0.1"]
        assert "that does not say who asks. Let it send X-Forwarded-For" in warnings_of(served)


@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)
def test_a_reader_of_this_machine_behind_a_named_proxy_is_no_hop(
    settings: Settings, engine: Engine, link: Link, tmp_path: Path, proxy: Proxy
) -> None:
    with (
        serving(settings, trusted_proxies=(OUR_PROXY,)) as served,
        running(proxy, served, tmp_path) as port,
    ):
        assert ask(port, "127.0.0.7", request(path_of(link))).status == 200
        assert warnings_of(served) == ""
    assert [(row.kind, row.network, row.device) for row in stored(engine, link)] == [
        ("opened", "unknown", None)
    ]
