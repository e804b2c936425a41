"""The check in the first minute: it reports what is wrong once, in words, and holds nothing up."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import respx
from sqlalchemy import Engine
from sqlmodel import select

from bot import checkup
from bot.checkup import find_problems
from bot.context import BotContext
from bot.message import unpack
from bot.reach import is_local
from settings import Settings
from storage import chats, claims, disks, published_lists
from storage.engine import reading, writing
from storage.keys import Keys, open_keys
from storage.tables import Chat, OutboxMessage
from storage.times import moment, now
from tests.conftest import settings_of
from tests.fetches import NOON
from tests.pixel_server.serving import serving
from tracking.list_ages import ListAge

ADMIN = 4711
WORLD = "https://mail.example"
KEYS = Keys(bytes(32))
OURS = {"ok": True, "instance": KEYS.installation_id()}
SERVER = "/dev/sda1 / ext4 rw 0 0\n"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "PAUSES", (0.0, 0.0, 0.0))


@pytest.fixture(autouse=True)
def mount(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], object]:
    """Write this machine's mounts: one disk that lasts, unless a test writes others."""
    path = tmp_path / "mounts"
    path.write_text(SERVER)
    monkeypatch.setattr(disks, "MOUNTS", path)
    return path.write_text


@pytest.fixture
def world() -> Iterator[respx.Router]:
    """Everything outside this machine: it answers what a test says."""
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def public(tmp_path: Path) -> Settings:
    return settings_of(tmp_path, PUBLIC_URL=WORLD, ADMIN_CHAT_ID=str(ADMIN))


@pytest.fixture
def make_context(engine: Engine) -> Iterator[Callable[[Settings], BotContext]]:
    """Make contexts, and close them at the end."""
    contexts: list[BotContext] = []

    def make(settings: Settings) -> BotContext:
        contexts.append(BotContext(settings, engine, open_keys(settings.key_file)))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


async def problems_of(settings: Settings, **environ: str) -> list[str]:
    return [problem().unescape() for problem in await find_problems(settings, KEYS, environ)]


async def test_an_address_of_this_installation_is_no_problem(settings: Settings) -> None:
    with serving(settings, telegram_api_url="http://127.0.0.1:1") as served:
        assert await find_problems(served.settings, open_keys(settings.key_file), {}) == []
        assert "Another installation" in (await problems_of(served.settings))[0]


async def test_an_address_where_nobody_answers_is_reported_with_what_to_do(settings: Settings) -> None:
    here = {"public_url": "http://127.0.0.1:1", "telegram_api_url": "http://127.0.0.1:1"}
    problem = (await problems_of(settings.model_copy(update=here)))[0]
    assert problem.startswith("PUBLIC_URL http://127.0.0.1:1 cannot be reached from this machine (")
    assert "Check that the pixel server runs" in problem


async def test_the_check_waits_for_a_pixel_server_that_starts_a_little_later(
    world: respx.Router, public: Settings
) -> None:
    answers: list[Exception | httpx.Response] = [
        httpx.ConnectError("refused"),
        httpx.Response(502),
        httpx.Response(200, json=OURS),
    ]
    asked = world.get(f"{WORLD}/healthz").mock(side_effect=answers)
    assert await problems_of(public) == []
    assert asked.call_count == 3


async def test_a_proxy_that_is_not_named_is_reported_with_what_to_set(
    world: respx.Router, public: Settings
) -> None:
    hop = ["named", "Cloudflare", "172.71.1.2", "127.0.0.1,cloudflare"]
    asked = world.get(f"{WORLD}/healthz").respond(json={**OURS, "way": {"client": None, "hop": hop}})
    (problem,) = await problems_of(public)
    assert problem.startswith(
        "Requests come through Cloudflare (172.71.1.2). Set TRUSTED_PROXIES=127.0.0.1,cloudflare."
    )
    assert KEYS.is_probe(asked.calls.last.request.headers["x-readback-probe"], now())


@pytest.mark.parametrize("hop", [None, [], "Cloudflare", ["loud", "", "", ""], ["named", 1, 2, 3], {}])
async def test_a_way_that_another_version_tells_is_no_problem(
    world: respx.Router, public: Settings, hop: object
) -> None:
    world.get(f"{WORLD}/healthz").respond(json={**OURS, "way": {"hop": hop}})
    assert await problems_of(public) == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(200, text="<html>Welcome to nginx"),
        httpx.Response(200, json=["instance"]),
        httpx.Response(200, json={"ok": True}),
        httpx.Response(200, json={"instance": None}),
        httpx.Response(200, content=b"\xff"),
    ],
    ids=lambda answer: str(answer.content),
)
async def test_another_program_at_the_address_is_reported(
    world: respx.Router, public: Settings, answer: httpx.Response
) -> None:
    world.get(f"{WORLD}/healthz").mock(return_value=answer)
    assert (await problems_of(public))[0].startswith(
        f"Something other than the pixel server answers at PUBLIC_URL {WORLD}"
    )


async def test_a_redirect_is_reported_with_its_target(world: respx.Router, public: Settings) -> None:
    moved = httpx.Response(301, headers={"location": "https://www.mail.example/healthz"})
    world.get(f"{WORLD}/healthz").mock(return_value=moved)
    assert "redirects to https://www.mail.example. Set PUBLIC_URL" in (await problems_of(public))[0]


async def test_an_address_without_https_is_reported_unless_it_is_local(
    world: respx.Router, tmp_path: Path
) -> None:
    world.get("http://mail.example/healthz").respond(json=OURS)
    world.get("http://127.0.0.1:8000/healthz").respond(json=OURS)
    far = settings_of(tmp_path, PUBLIC_URL="http://mail.example")
    near = settings_of(tmp_path, TELEGRAM_API_URL="http://127.0.0.1:8081")
    assert [one.partition(".")[0] for one in await problems_of(far)] == ["PUBLIC_URL http://mail"]
    assert "is not https" in (await problems_of(far))[0]
    assert await problems_of(near) == []


async def test_a_real_bot_with_a_local_address_is_reported(world: respx.Router, tmp_path: Path) -> None:
    world.get("http://127.0.0.1:8000/healthz").respond(json=OURS)
    assert "leads no further than your own network" in (await problems_of(settings_of(tmp_path)))[0]


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:8000", True),
        ("http://192.168.1.7:8000", True),
        ("http://readback.local", True),
        ("http://8.8.8.8", False),
        ("https://localhost.example", False),
        ("http://mail.example", False),
    ],
)
def test_an_address_is_local_on_this_machine_or_in_its_own_network(url: str, local: bool) -> None:
    assert is_local(url) is local


@pytest.mark.parametrize(
    ("mounts", "environ", "why"),
    [
        ("overlay / overlay rw 0 0\n", {}, "That place is inside a container, and is lost with it."),
        ("tmpfs / tmpfs rw 0 0\n", {}, "That place is memory, and a restart empties it."),
        (SERVER, {"DYNO": "bot.1"}, "That place is on a disk that Heroku empties at every restart."),
    ],
)
async def test_a_database_on_a_disk_that_does_not_last_is_reported(
    world: respx.Router,
    public: Settings,
    mount: Callable[[str], object],
    mounts: str,
    environ: dict[str, str],
    why: str,
) -> None:
    world.get(f"{WORLD}/healthz").respond(json=OURS)
    mount(mounts)
    assert await problems_of(public, **environ) == [
        f"The database is {public.sqlite_path}. {why} All links would be lost then. "
        "Put it on a volume that lasts, or set DATABASE_URL to a PostgreSQL server."
    ]


async def test_a_key_file_on_another_disk_is_checked_too(
    world: respx.Router, tmp_path: Path, mount: Callable[[str], object]
) -> None:
    world.get(f"{WORLD}/healthz").respond(json=OURS)
    settings = settings_of(
        tmp_path, PUBLIC_URL=WORLD, DATABASE_URL="postgres://db/readback", KEY_FILE="/app/readback.key"
    )
    assert (await problems_of(settings, RENDER="true"))[0].startswith(
        "The key file is /app/readback.key. That place is on a disk"
    )
    mount("tmpfs / tmpfs rw 0 0\n")  # a secret that is handed over at every start
    assert await problems_of(settings, RENDER="true") == []


async def test_all_problems_are_one_message_to_the_administrator_and_a_line_each_in_the_log(
    world: respx.Router,
    settings: Settings,
    engine: Engine,
    make_context: Callable[[Settings], BotContext],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.get("http://mail.example/healthz").respond(404)
    wrong = {"public_url": "http://mail.example", "admin_chat_id": ADMIN}
    context = make_context(settings.model_copy(update=wrong))
    with caplog.at_level(logging.WARNING):
        await checkup.check(context, {})
    with reading(engine) as session:
        owed = session.exec(select(OutboxMessage)).one()
    text = unpack(owed.payload).text
    assert (owed.chat_id, owed.loud) == (ADMIN, False)
    assert text.startswith("⚠️ <b>Readback has started, but:</b>\n• Something other than the pixel server")
    assert text.count("\n• ") == 2
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert context.due.is_set()


async def test_a_notice_does_not_make_an_administrator_who_blocked_the_bot_reachable_again(
    world: respx.Router, settings: Settings, engine: Engine, make_context: Callable[[Settings], BotContext]
) -> None:
    world.get(f"{WORLD}/healthz").respond(404)
    with writing(engine) as session:
        chats.mark_unreachable(chats.get_or_create(session, ADMIN, NOON), NOON)
    await checkup.check(
        make_context(settings.model_copy(update={"public_url": WORLD, "admin_chat_id": ADMIN})), {}
    )
    with writing(engine) as session:
        assert session.exec(select(OutboxMessage.chat_id)).all() == [ADMIN]
        assert session.get_one(Chat, ADMIN).unreachable_since == moment(NOON)
        assert claims.claim(session, NOON + 60, 8) == []


async def test_without_an_administrator_only_the_log_has_the_problems(
    world: respx.Router,
    settings: Settings,
    engine: Engine,
    make_context: Callable[[Settings], BotContext],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.get(f"{WORLD}/healthz").respond(404)
    context = make_context(settings.model_copy(update={"public_url": WORLD}))
    await checkup.check(context, {})
    assert "answers at PUBLIC_URL https://mail.example (status 404)" in caplog.text
    with reading(engine) as session:
        assert session.exec(select(OutboxMessage)).all() == []


async def test_a_check_that_fails_ends_nothing_else(
    world: respx.Router,
    settings: Settings,
    make_context: Callable[[Settings], BotContext],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.get(f"{WORLD}/healthz").mock(side_effect=ZeroDivisionError)
    context = make_context(settings.model_copy(update={"public_url": WORLD}))
    await checkup.check(context, {})
    assert "could not be finished" in caplog.text


@pytest.mark.parametrize(
    ("days", "error", "reported"),
    [
        (0, "", "ranges Fastly public-ip-list is 100 days old, and REFRESH_DAYS is 0."),
        (7, "answers 403", "Cloudflare ips-v4 is 99 days old, because it could not be fetched: answers 403."),
        (7, "", ""),
    ],
)
async def test_an_old_list_that_is_not_refreshed_by_itself_is_reported(
    days: int,
    error: str,
    reported: str,
    world: respx.Router,
    settings: Settings,
    engine: Engine,
    make_context: Callable[[Settings], BotContext],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world.get(f"{WORLD}/healthz").respond(json={"instance": open_keys(settings.key_file).installation_id()})
    ages = {"Cloudflare ips-v4": ListAge(99, error), "Fastly public-ip-list": ListAge(100, "")}
    monkeypatch.setattr(published_lists, "ages", lambda _session, _now: ages)
    await checkup.check(
        make_context(settings.model_copy(update={"public_url": WORLD, "refresh_days": days})), {}
    )
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert [reported in warning for warning in warnings if "ranges" in warning] == [True] * bool(reported)


async def test_old_lists_are_no_problem_of_a_demo_which_nobody_elsewhere_can_reach(
    settings: Settings, make_context: Callable[[Settings], BotContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_lists, "ages", lambda _session, _now: {"Cloudflare": ListAge(400, "")})
    demo = {"public_url": "http://127.0.0.1:8000", "telegram_api_url": "http://127.0.0.1:8001"}
    context = make_context(settings.model_copy(update={**demo, "refresh_days": 0}))
    assert not any("ranges" in problem for problem in await checkup.check(context, {}))


async def test_a_later_check_reports_only_what_is_new_and_status_has_all_of_it(
    world: respx.Router, settings: Settings, engine: Engine, make_context: Callable[[Settings], BotContext]
) -> None:
    asked = world.get("http://mail.example/healthz")
    context = make_context(
        settings.model_copy(update={"public_url": "http://mail.example", "admin_chat_id": ADMIN})
    )
    asked.mock(return_value=httpx.Response(404))
    first = await checkup.check(context, {})
    asked.mock(return_value=httpx.Response(503))
    assert await checkup.check(context, {}, first) == first
    asked.mock(side_effect=httpx.ConnectError("refused"))
    second = await checkup.check(context, {}, first)
    ours = {"instance": open_keys(settings.key_file).installation_id()}
    asked.mock(return_value=httpx.Response(200, json=ours))
    third = await checkup.check(context, {}, second)
    assert len(third) < len(second) == len(first)
    assert context.checked
    assert len(context.checked.problems) == len(third)
    with reading(engine) as session:
        texts = [unpack(owed.payload).text for owed in session.exec(select(OutboxMessage))]
    assert len(texts) == 2
    assert sum("Something has gone wrong" in text for text in texts) == 1
