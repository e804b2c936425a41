"""The real processes with a Telegram that is old, closed or muted: people get everything."""

from pathlib import Path

import pytest

from demo import telegram
from tests.people import Chat, callback_data, fetch
from tests.processes import processes
from tests.waiting import wait_until


def test_an_old_bot_api_server_is_understood_once_and_gets_simpler_messages_from_then_on(
    tmp_path: Path,
) -> None:
    with telegram.running(limits=telegram.LIFTED, old=True) as api, processes(tmp_path, api) as running:
        anna = Chat(api, api.person("Anna"))
        for label in ("contract", "invoice", "notice"):
            card, url = anna.tracks(f"{label} to landlord")
            assert url in card.text
            anna.presses(card, "sent:")
            fetch(url)
            alert = anna.sees(f"{label} → landlord was opened")
            assert any(data.startswith("own:") for data in callback_data(alert))
        refused = [call.description for call in list(api.calls) if call.status == 400]
        assert len([why for why in refused if "unallowed" in why]) == 1
        assert len([why for why in refused if "tg-time" in why]) == 1
        assert "Bot API server does not know date-time entities" in running.text_of_log()


def test_an_alert_for_a_closed_topic_comes_to_the_group(tmp_path: Path) -> None:
    with telegram.running(limits=telegram.LIFTED) as api, processes(tmp_path, api):
        anna = api.person("Anna")
        house = api.group("House", [anna], forum=True)
        topic = api.topic(house, "Landlord")
        flat = Chat(api, anna, house)
        flat.says("/track contract to landlord", thread=topic)
        card = flat.sees("/i/")
        assert card.thread == topic
        flat.presses(card, "sent:")
        api.close_topic(house, topic)
        url = next(word for word in card.text.split() if "/i/" in word)
        fetch(url)
        assert flat.sees("was opened").thread is None


@pytest.mark.parametrize(
    ("for_everybody", "old"),
    [(False, False), (False, True), (True, False)],
    ids=["bot", "old server", "everybody"],
)
def test_a_group_in_which_the_bot_may_not_write_gets_everything_once_it_may(
    tmp_path: Path, for_everybody: bool, old: bool
) -> None:
    """Telegram tells a bot of its own rights, and not of the group's: those end with the next message."""
    with telegram.running(limits=telegram.LIFTED, old=old) as api, processes(tmp_path, api) as running:
        anna = api.person("Anna")
        flat = Chat(api, anna, api.group("House", [anna]))
        card, url = flat.tracks()
        flat.presses(card, "sent:")
        api.mute(flat.chat, for_everybody=for_everybody)
        flat.says("/status")
        wait_until(lambda: "was not delivered" in running.text_of_log(), "the answer is held")
        fetch(url)
        assert flat.newest_with("was opened") is None
        api.mute(flat.chat, muted=False, for_everybody=for_everybody)
        if for_everybody:
            flat.says("/help")
        flat.sees("was opened")
        flat.sees("Watching")
        assert "Traceback" not in running.text_of_log()
