"""`/healthz`, `/readyz`, and who may see the details."""

import json
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from settings import Settings
from storage import health, published_lists
from storage.engine import connect, writing
from storage.sqlite.sockets import socket_folder
from storage.tables import SCHEMA, PublishedListRow
from storage.times import moment, now
from tests.conftest import settings_of
from tests.lists import CRAWLERS, FETCHERS
from tests.pixel_server.serving import HOME, Answer, serving, track
from tracking.published_ranges import LISTS

SECRET = "a-long-metrics-token"


def said(answer: Answer) -> dict[str, object]:
    told = json.loads(answer.body)
    assert isinstance(told, dict)
    return told


def test_the_instance_is_the_same_after_a_restart_and_another_with_another_key_file(
    settings: Settings, tmp_path: Path
) -> None:
    told = []
    for key_file in (settings.key_file, settings.key_file, tmp_path / "another.key"):
        with serving(settings, key_file=key_file) as served:
            answer = served.get("/healthz")
        assert answer.status == 200
        told.append(said(answer))
    assert told[0] == told[1]
    assert told[0]["ok"] is True
    assert told[0]["instance"] != told[2]["instance"]


def test_healthz_answers_anybody_under_any_host(settings: Settings) -> None:
    with serving(settings) as served:
        answers = [served.get("/healthz", host=host) for host in ("127.0.0.1", "evil.example", "")]
    assert {answer.status for answer in answers} == {200}


def test_the_instance_does_not_give_the_key_away(settings: Settings) -> None:
    with serving(settings) as served:
        told = served.get("/healthz").text
    key = settings.key_file.read_text(encoding="ascii").strip()
    assert not any(key[start : start + 8] in told for start in range(len(key) - 8))


def test_ready_with_all_details_for_this_machine(settings: Settings, engine: Engine) -> None:
    track(engine)
    with serving(settings) as served:
        answer = served.get("/readyz")
    told = said(answer)
    assert answer.status == 200
    assert told["ready"] is True
    assert told["bot"] == "has not started yet"
    assert told["owed"] == {"pending": 1}
    assert told["set_aside"] == 0
    assert told["spool"] == {"waiting": 0, "oldest_seconds": 0}
    assert ("wal_bytes" in told) == bool(settings.sqlite_path)


def test_the_bots_trouble_is_told_and_does_not_stop_the_pixel(settings: Settings, engine: Engine) -> None:
    heard = []
    for age, trouble in ((0, ""), (0, "Telegram does not know this token"), (3600, "")):
        with writing(engine) as session:
            health.beat(session, health.BOT, trouble, now() - age)
        with serving(settings) as served:
            answer = served.get("/readyz")
        assert answer.status == 200
        heard.append(str(said(answer)["bot"]))
    assert heard[:2] == ["well", "Telegram does not know this token"]
    assert heard[2].startswith("was last seen 36")


def test_requests_through_a_proxy_or_a_tunnel_get_no_details(settings: Settings) -> None:
    with serving(settings) as served:
        told = [
            said(served.get("/readyz", x_forwarded_for=forwarded)) for forwarded in (HOME, "127.0.0.1", "")
        ]
    assert told == [{"ready": True}] * 3


@pytest.mark.parametrize(
    "asked",
    [
        {"host": "readback.example"},
        {"host": "readback.example:8000"},
        {"x_forwarded_host": "readback.example"},
        {"x_forwarded_proto": "https"},
        {"forwarded": "for=_hidden"},
        {"x_real_ip": HOME},
        {"cdn_loop": "cloudflare"},
        {"via": "1.1 proxy"},
    ],
)
def test_requests_through_a_proxy_that_names_no_client_get_no_details_either(
    asked: dict[str, str], settings: Settings
) -> None:
    """It comes from this machine, as a curl here does. But it asks by the name that the world knows."""
    with serving(settings, public_host="readback.example") as served:
        assert said(served.get("/readyz", **asked)) == {"ready": True}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000"])
def test_details_are_for_whoever_asks_this_machine_by_its_own_name(host: str, settings: Settings) -> None:
    with serving(settings, public_host="readback.example") as served:
        assert "owed" in said(served.get("/readyz", host=host))


def test_a_request_in_the_old_protocol_of_a_bare_nginx_gets_no_details(settings: Settings) -> None:
    with (
        serving(settings) as served,
        socket.create_connection(("127.0.0.1", served.settings.port), 10) as wire,
    ):
        wire.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        answer = b"".join(iter(lambda: wire.recv(4096), b""))
    assert answer.endswith(b'{"ready":true}')


def test_with_a_metrics_token_whoever_knows_it_gets_details_from_anywhere(settings: Settings) -> None:
    known = f"Bearer {SECRET}"
    with serving(settings, metrics_token=SecretStr(SECRET)) as served:
        assert "bot" in said(served.get("/readyz", authorization=known))
        assert "bot" in said(served.get("/readyz", authorization=known, x_forwarded_for=HOME))
        for wrong in ("", "Bearer ", f"Bearer {SECRET}x", f"Basic {SECRET}", "Bearer \xff"):
            assert said(served.get("/readyz", authorization=wrong)) == {"ready": True}, wrong
        assert said(served.get("/readyz")) == {"ready": True}
        assert SECRET not in served.get("/readyz", authorization=known).text


def test_an_unnamed_proxy_is_a_warning(settings: Settings, engine: Engine) -> None:
    link = track(engine)
    with serving(settings) as served:
        assert "TRUSTED_PROXIES" not in str(said(served.get("/readyz")))
        served.fetch(link, x_forwarded_for=HOME)
        assert "TRUSTED_PROXIES" in str(said(served.get("/readyz"))["warnings"])


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_notifications_that_are_off_are_told_and_do_not_stop_the_pixel(
    settings: Settings, engine: Engine
) -> None:
    assert settings.sqlite_path
    folder = socket_folder(settings.sqlite_path)
    folder.write_text("somebody's file, where the sockets should be")
    with serving(settings) as served:
        assert served.fetch(track(engine)).status == 200
        answer = served.get("/readyz")
    # With a long path the sockets lie in the temporary folder, which no test empties.
    folder.unlink()
    assert answer.status == 200
    assert "Notifications are off" in str(said(answer)["warnings"])
    assert str(folder) in answer.text


def test_not_ready_without_tables_and_the_next_step_is_told(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with serving(settings) as served:
        local, far = served.get("/readyz"), served.get("/readyz", x_forwarded_for=HOME)
        alive = served.get("/healthz")
    assert (local.status, far.status, alive.status) == (503, 503, 200)
    assert "python -m storage upgrade" in str(said(local)["database"])
    assert said(far) == {"ready": False}


def test_not_ready_on_older_tables_and_ready_with_a_warning_on_newer_ones(
    settings: Settings, engine: Engine
) -> None:
    """A deployment migrates first. Servers that still run must stay ready meanwhile."""
    with serving(settings) as served:
        answers = []
        for schema in ("0000", "9999", SCHEMA):
            with writing(engine) as session:
                session.connection().execute(text(f"UPDATE alembic_version SET version_num = '{schema}'"))  # noqa: S608
            answers.append(served.get("/readyz"))
    older, newer, equal = answers
    assert [answer.status for answer in answers] == [503, 200, 200]
    assert "python -m storage upgrade" in str(said(older)["database"])
    assert "Update the program" in str(said(newer)["warnings"])
    assert "Update the program" not in equal.text


def test_not_ready_while_the_database_cannot_be_reached_and_no_password_is_told(tmp_path: Path) -> None:
    nowhere = settings_of(tmp_path, DATABASE_URL="postgresql://anna:hunter2hunter2@127.0.0.1:1/readback")
    engine = connect(nowhere)
    with serving(nowhere, engine) as served:
        answer = served.get("/readyz")
    assert answer.status == 503
    assert said(answer)["ready"] is False
    assert "hunter2hunter2" not in answer.text


def test_the_age_and_the_last_error_of_each_list_are_told_and_an_old_one_is_a_warning(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_lists, "shipped_day", lambda _name: "2026-01-01")
    with writing(engine) as session:
        for published in LISTS:
            published_lists.keep(session, published.name, ["192.0.2.0/24"], now())
        published_lists.note_error(session, CRAWLERS.name, "answers 403", now())
    with serving(settings) as served:
        young = said(served.get("/readyz"))
        with writing(engine) as session:
            row = session.get_one(PublishedListRow, FETCHERS.name)
            row.fetched_at = moment(now() - 61.5 * 86400)
            session.add(row)
        old = said(served.get("/readyz"))
    assert young["lists"] == {published.name: {"days": 0, "error": ""} for published in LISTS} | {
        CRAWLERS.name: {"days": 0, "error": "answers 403"}
    }
    assert "published lists" not in str(young["warnings"])
    lists = old["lists"]
    assert isinstance(lists, dict)
    assert lists[FETCHERS.name] == {"days": 61, "error": ""}
    assert f"{FETCHERS.name} (61 days)" in str(old["warnings"])
