"""Telegram in trouble, over real HTTP: no alert is lost, few come twice, /status shows the doubtful ones."""

from collections.abc import Iterator

import pytest

from demo import telegram
from tests import web
from tests.people import OUTLOOK, Chat, fetch
from tests.processes import Processes, processes
from tests.waiting import wait_until

World = tuple[telegram.Running, Processes]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("outage")
    with telegram.running(limits=telegram.LIFTED) as api, processes(folder, api) as running:
        yield api, running


@pytest.fixture
def anna(world: World) -> Chat:
    return Chat(world[0], world[0].person("Anna"))


def send_mail(chat: Chat, text: str = "contract to landlord") -> str:
    """Track a mail and mark it as sent; return its pixel's address once the card says so."""
    card, url = chat.tracks(text)
    chat.presses(card, "sent:")
    chat.sees("Watching.")
    return url


def alerts(chat: Chat) -> list[telegram.Message]:
    return [message for message in chat.api.said(chat.chat) if "was opened" in message.text]


def test_an_alert_whose_answer_was_lost_is_sent_once_more_with_a_warning(anna: Chat) -> None:
    url = send_mail(anna)
    anna.api.faults.add("sendMessage", telegram.close(carried_out=True), times=1)
    fetch(url, OUTLOOK)
    assert anna.sees("Possibly repeated").text.count("was opened") == 1
    assert len(alerts(anna)) == 2


def test_an_alert_that_was_lost_twice_is_parked_until_anna_asks_for_it_in_status(anna: Chat) -> None:
    url = send_mail(anna)
    anna.api.faults.add("sendMessage", telegram.close(carried_out=False), times=2)
    fetch(url, OUTLOOK)
    anna.api.wait_for(lambda: not anna.api.faults.left("sendMessage"))
    anna.says("/status")
    status = anna.sees("may not have reached you")
    assert not alerts(anna)
    assert anna.presses(status, "again:") == "They are on their way."
    assert "Possibly repeated" in anna.sees("was opened").text
    anna.says("/status")
    anna.sees("All is well.")


def test_the_next_alert_mentions_a_parked_one_until_anna_dismisses_it(anna: Chat) -> None:
    url = send_mail(anna)
    anna.api.faults.add("sendMessage", telegram.close(carried_out=False), times=2)
    fetch(url, OUTLOOK)
    anna.api.wait_for(lambda: not anna.api.faults.left("sendMessage"))
    fetch(send_mail(anna), OUTLOOK)
    mention = "Earlier messages that may not have reached you: 1. /status can send them again."
    assert mention in anna.sees("was opened").text
    anna.says("/status")
    status = anna.sees("Watching 2 of 2 links")
    assert anna.presses(status, "let_go:") == "Forgotten. /history shows what they were about."
    url = send_mail(anna)
    fetch(url, OUTLOOK)
    anna.api.wait_for(lambda: len(alerts(anna)) == 2)
    assert mention not in alerts(anna)[-1].text


def test_a_refused_reaction_is_one_line_in_the_log(anna: Chat, world: World) -> None:
    anna.api.faults.add("setMessageReaction", telegram.refusal(400, "Bad Request: REACTION_INVALID"), times=1)
    url = send_mail(anna)
    fetch(url, OUTLOOK)
    anna.sees("was opened")
    line = "Reaction_invalid"
    wait_until(lambda: line in world[1].text_of_log(), "the log has the refusal")
    assert world[1].text_of_log().count(line) == 1
    assert "Traceback" not in world[1].text_of_log()


def test_the_bot_waits_for_the_end_of_an_outage_and_parks_nothing(world: World) -> None:
    api, running = world
    people = [Chat(api, api.person(f"Person {number}")) for number in range(6)]
    urls = [send_mail(person) for person in people]
    api.faults.add("*", telegram.junk(status=502), times=3)
    for url in urls:
        fetch(url, OUTLOOK)
    api.wait_for(lambda: all(alerts(person) for person in people), seconds=60)
    owed = web.get(f"{running.url}/readyz").json()["owed"]
    assert "parked" not in owed
    assert "Traceback" not in running.text_of_log()


def test_a_revoked_token_is_logged_once_and_every_alert_is_kept(anna: Chat, world: World) -> None:
    api, running = world
    url = send_mail(anna)
    api.revoked = True
    fetch(url, OUTLOOK)
    complaint = "Telegram refuses BOT_TOKEN"
    readyz = f"{running.url}/readyz"
    wait_until(lambda: complaint in web.get(readyz).json()["bot"], "/readyz has the complaint")
    assert web.get(readyz).status_code == 200
    assert running.end("bot") == 0
    api.revoked = False
    running.start("bot")
    anna.sees("was opened")
    assert running.text_of_log().count(complaint) == 1
