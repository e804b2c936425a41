"""Updates are received: one that fails costs itself and no other."""

from pathlib import Path

import pytest

from settings import Settings
from tests.conftest import settings_of
from tests.in_process import in_process
from tests.people import Chat

NOT_A_MESSAGE = {"message_id": 1, "date": "yesterday", "chat": "Anna's"}


@pytest.fixture
def settings(migrated_file: Path, tmp_path: Path) -> Settings:
    (tmp_path / "readback.db").write_bytes(migrated_file.read_bytes())
    return settings_of(tmp_path, ADMIN_CHAT_ID="1001")


def test_an_update_that_cannot_be_parsed_costs_itself_and_no_other(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Anna wrote just after it. She is the administrator too, and hears that one update was given up."""
    with in_process(settings) as (api, _served):
        anna = Chat(api, api.person("Anna"))
        assert anna.person.id == settings.admin_chat_id
        with api.monitor.lock:
            api.updates.add("message", NOT_A_MESSAGE)
        anna.says("/start")
        anna.sees("Readback tells you")
        anna.sees("failed three times")
        assert not api.updates.pending
    assert "Anna's" not in caplog.text


def test_a_message_of_a_kind_that_nobody_knows_yet_is_no_failure(settings: Settings) -> None:
    with in_process(settings) as (api, _served):
        anna = Chat(api, api.person("Anna"))
        with api.monitor.lock:
            message = anna.chat.as_json()
            api.updates.add(
                "message", {"message_id": 9, "date": 1, "chat": message, "hologram": {"of": "Anna"}}
            )
        assert anna.asks("/start").text.startswith("Readback")
