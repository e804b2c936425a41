"""The bot polls if the pixel server cannot notify it, and `/readyz` says why."""

from pathlib import Path

import pytest

from settings import Settings
from storage.sqlite.sockets import socket_folder
from tests.bot.test_supervisor import wait_for_bot
from tests.in_process import in_process
from tests.people import Chat
from tests.storage.test_notifying import on_sqlite


@on_sqlite
def test_with_a_file_in_the_sockets_place_anna_is_answered_and_readyz_says_what_is_wrong(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    folder = socket_folder(settings.sqlite_path or Path())
    folder.write_text("not ours")
    with in_process(settings) as (api, served):
        wait_for_bot(served, "Notifications are off")
        assert Chat(api, api.person("Anna")).asks("/start").text.startswith("Readback")
    said = [record.name for record in caplog.records if "Notifications are off" in record.getMessage()]
    assert sorted(said) == ["bot.context", "pixel_server.database.erasing"]
    assert folder.read_text() == "not ours"
