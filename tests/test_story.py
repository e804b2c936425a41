"""A mail from its link to its alert: both real processes, over real HTTP, on both databases."""

import re
import sqlite3
from pathlib import Path

import pytest

from demo import telegram
from tests import web
from tests.conftest import settings_of
from tests.people import BROWSER, OUTLOOK, PREFETCH, Chat, callback_data, fetch, page_behind
from tests.pixel_server.serving import serving
from tests.processes import Processes, processes

World = tuple[telegram.Running, Processes]


def test_a_contract_is_sent_reaches_gmail_and_is_opened(anna: Chat) -> None:
    card, url = anna.tracks()
    assert "draft" not in card.text
    fetch(url)
    anna.sees("I see it in your draft")
    assert anna.presses(card, "sent:") == "Noted. Watching."
    assert card.id == anna.sees("Watching").id
    fetch(url, PREFETCH)
    reached = anna.sees("contract → landlord reached Gmail")
    assert reached.silent
    assert reached.reply_to is card
    fetch(url)
    alert = anna.sees("contract → landlord was opened")
    assert not alert.silent
    assert "Probable: Gmail loaded the image the way it does when someone opens the mail." in alert.text
    anna.sees("👀 Opened ")
    assert [key["text"] for row in alert.buttons() for key in row] == ["Why?", "That was me", "Mute"]


def test_the_card_is_all_that_is_needed_to_paste(anna: Chat) -> None:
    card, url = anna.tracks("offer → Ben")
    keys = [key for row in card.buttons() for key in row]
    code = next(entity for entity in card.entities if entity.type == "code")
    assert (code.offset, code.length) == (card.text.index(url), len(url))
    assert [key["copy_text"]["text"] for key in keys if "copy_text" in key] == [url]
    page = next(key["url"] for key in keys if "url" in key)
    assert "offer" in web.get(page).text
    assert any(key.get("callback_data", "").startswith("sent:") for key in keys)


def test_the_front_page_leads_to_the_bot_that_is_running(anna: Chat, world: World) -> None:
    api, running = world
    anna.tracks()
    assert f'href="https://t.me/{api.bot.username}"' in web.get(running.url).text


def test_anna_says_that_was_me_and_takes_it_back(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    alert = anna.sees("was opened")
    assert anna.presses(alert, "own:") == "Noted: that was you."
    corrected = anna.sees("the open at")
    assert corrected.id == alert.id
    anna.presses(corrected, "not_own:")
    assert anna.sees("was opened").id == alert.id


def test_the_why_button_explains_the_verdict_and_its_alternatives(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    fetch(url)
    anna.presses(anna.sees("was opened"), "why:")
    explanation = anna.sees("What else it could be").text
    assert "Gmail’s image proxy" in explanation
    assert "A pixel never knows who opened the mail" in explanation


def test_an_open_of_a_muted_link_changes_the_card_and_sends_no_alert(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.presses(card, "mute:")
    fetch(url)
    assert anna.sees("👀 Opened ").id == card.id
    assert anna.newest_with("was opened") is None


def test_anna_marks_the_mail_as_sent_on_the_copy_page_and_the_card_follows(anna: Chat) -> None:
    card, url = anna.tracks()
    page = page_behind(card)
    with web.stream("GET", f"{page}/live") as live:
        lines = (line for line in live.iter_lines() if line.startswith("data: "))
        assert next(lines) == "data: waiting"
        fetch(url)
        assert next(lines) == "data: draft"
        assert web.post(f"{page}/sent").headers["location"] in page
        assert next(lines) == "data: sent"
    assert anna.sees("Watching").id == card.id
    assert anna.presses(card, "mute:") == "Muted. The card still counts opens."


def test_anna_is_told_once_that_the_landlord_objects(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    for _ in range(2):
        web.post(url.replace("/i/", "/n/").removesuffix(".gif")).raise_for_status()
    notice = anna.sees("somebody stopped the recording on the mail’s page")
    assert notice.silent
    assert notice.reply_to is card
    anna.sees("Stopped on the mail’s page, for good.")
    fetch(url, OUTLOOK)
    anna.says("/status")
    anna.sees("Watching 0 of 1")
    assert anna.newest_with("was opened") is None
    assert sum("stopped the recording" in message.text for message in anna.api.said(anna.chat)) == 1


def test_the_self_test_ends_with_an_alert_of_an_open(anna: Chat) -> None:
    anna.says("/help")
    commands = anna.sees("What I understand")
    anna.presses(commands, "help:track")
    anna.presses(commands, "test:")
    offer = anna.sees("keeps the image: for that, wait")
    image = re.search(r'<img src="(http[^"]+)"', web.get(page_behind(offer)).text)
    assert image
    assert anna.newest_with("was opened") is None
    fetch(image[1], BROWSER)
    assert "self-test → me was opened" in anna.sees("was opened").text


def test_track_without_text_asks_and_the_answer_makes_the_link(anna: Chat) -> None:
    anna.says("/track")
    question = anna.sees("What are you sending")
    assert question.markup
    assert question.markup["force_reply"]
    anna.says("invoice to client")
    assert "invoice → client" in anna.sees("/i/").text


def test_cancel_ends_the_open_question(anna: Chat) -> None:
    anna.says("/track")
    anna.sees("What are you sending")
    anna.says("/cancel")
    anna.sees("All right")
    anna.says("invoice to client")
    anna.sees("Shall I make a link for that mail?")
    assert anna.newest_with("/i/") is None


def test_anna_turns_the_pages_of_her_history_and_opens_a_link_there(anna: Chat) -> None:
    for number in range(12):
        anna.tracks(f"letter {number} to Ben")
    anna.says("/history")
    page = anna.sees("Your links: 12")
    assert page.text.index("letter 11") < page.text.index("letter 2")
    anna.presses(page, "page:all.2")
    anna.sees("letter 0")
    anna.presses(page, "page:all.1")
    anna.sees("letter 11")
    anna.presses(page, "link:")
    assert anna.sees("Nothing has fetched it yet").id == page.id


def test_an_edit_of_annas_own_message_changes_nothing(anna: Chat) -> None:
    asked = anna.says("/track contract to landlord")
    anna.sees("/i/")
    anna.api.edit(asked, "/track contract to somebody else")
    anna.says("/status")
    assert "of 1 link" in anna.sees("Watching 0").text


def test_a_stranger_cannot_press_annas_buttons(anna: Chat, world: tuple[telegram.Running, Processes]) -> None:
    card, url = anna.tracks()
    data = callback_data(card)[0]
    mallory = Chat(world[0], world[0].person("Mallory"))
    own, _ = mallory.tracks("nothing to nobody")
    query = world[0].press(mallory.person, own, data, forged=True)
    assert (
        world[0].wait_for(lambda: query.answer)["text"] == "That is gone. /history shows what is there now."
    )
    fetch(url)
    anna.sees("I see it in your draft")


def test_the_bot_answers_in_the_topic_of_a_group_that_asked(
    anna: Chat, world: tuple[telegram.Running, Processes]
) -> None:
    api, _ = world
    house = api.group("House", [anna.person], forum=True)
    topic = api.topic(house, "Landlord")
    group = Chat(api, anna.person, house)
    group.says(f"/track@{api.bot.username} notice to landlord", thread=topic)
    card = group.sees("notice → landlord")
    assert card.thread == topic
    group.presses(card, "sent:")
    fetch(re.search(r"http\S+\.gif", card.text)[0], OUTLOOK)  # type: ignore[index]  # or it fails
    assert group.sees("was opened").thread == topic


def test_a_group_that_becomes_a_supergroup_keeps_its_links(
    anna: Chat, world: tuple[telegram.Running, Processes]
) -> None:
    api, _ = world
    flat = Chat(api, anna.person, api.group("Flat", [anna.person]))
    card, url = flat.tracks("notice to landlord")
    flat.presses(card, "sent:")
    moved = Chat(api, anna.person, api.migrate(flat.chat))
    fetch(url, OUTLOOK)
    moved.sees("notice → landlord was opened")


def test_a_person_who_blocked_the_bot_hears_everything_when_they_come_back(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.api.block(anna.person)
    fetch(url, OUTLOOK)
    anna.api.unblock(anna.person)
    anna.says("/status")
    anna.sees("was opened")


def test_no_log_and_no_transcript_holds_a_secret(
    anna: Chat, world: tuple[telegram.Running, Processes]
) -> None:
    api, running = world
    anna.tracks()
    log = running.text_of_log()
    assert "Ready as @" in log
    assert api.token not in log + api.lines()
    assert api.token.partition(":")[2] not in log
    assert not re.search(r"/copy/\d", log)


def test_no_message_asks_telegram_for_a_link_preview(world: tuple[telegram.Running, Processes]) -> None:
    api, _ = world
    assert any(call.method.lower() == "sendmessage" for call in list(api.calls))
    assert not [message.text for chat in api.chats.values() for message in api.said(chat) if message.preview]


def test_telegram_refused_none_of_the_bots_calls(world: tuple[telegram.Running, Processes]) -> None:
    api, _ = world
    refused = [(call.method, call.description) for call in list(api.calls) if call.status == 400]
    expected = ("upgraded", "not modified")
    assert [why for _, why in refused if not any(reason in str(why) for reason in expected)] == []


@pytest.mark.parametrize(
    ("complaint", "kept"),
    [
        ("Bad Request: inline keyboard button URL is invalid: Wrong HTTP URL", "Open copy page: http"),
        ("Bad Request: can't parse entities: Unsupported start tag", "/i/"),
    ],
)
def test_a_message_that_a_stricter_bot_api_refuses_is_sent_in_a_simpler_form(
    anna: Chat, world: tuple[telegram.Running, Processes], complaint: str, kept: str
) -> None:
    world[0].faults.add("sendMessage", telegram.refusal(400, complaint), times=1)
    card, url = anna.tracks()
    assert kept in card.text
    assert any(data.startswith("sent:") for data in callback_data(card))
    fetch(url)
    anna.sees("I see it in your draft")


def test_the_bot_asks_again_when_the_bot_api_answers_nonsense(
    anna: Chat, world: tuple[telegram.Running, Processes]
) -> None:
    api, running = world
    for nonsense in (telegram.not_ok(), telegram.junk(b"<html>", 502)):
        api.faults.add("getUpdates", nonsense, times=1)
    anna.says("/status")
    anna.says("/help")
    assert anna.sees("What I understand")
    api.wait_for(lambda: not api.faults.left("getUpdates"), seconds=40)
    assert "Traceback" not in running.text_of_log()


def test_nobody_sees_another_chats_history(anna: Chat, world: tuple[telegram.Running, Processes]) -> None:
    anna.tracks("secret plan to Ben")
    mallory = Chat(world[0], world[0].person("Mallory"))
    mallory.says("/history")
    assert "No links yet" in mallory.sees("No links").text


def test_anna_hears_of_opens_in_gmail_behind_a_proxy_that_no_setting_names(tmp_path: Path) -> None:
    with (
        telegram.running(limits=telegram.LIFTED) as api,
        processes(tmp_path, api, TRUSTED_PROXIES="") as running,
    ):
        anna = Chat(api, api.person("Anna"))
        card, url = anna.tracks()
        anna.presses(card, "sent:")
        fetch(url)
        assert "Weak: " in anna.sees("was opened").text
        assert running.text_of_log().count("Requests come through") == 1
        assert "TRUSTED_PROXIES" in web.get(f"{running.url}/readyz").text


def test_a_pixel_server_that_ends_closes_the_streams_of_copy_pages(tmp_path: Path) -> None:
    with telegram.running() as api, processes(tmp_path, api) as running:
        card, _ = Chat(api, api.person("Anna")).tracks()
        with web.stream("GET", f"{page_behind(card)}/live") as live:
            lines = live.iter_lines()
            assert next(lines) == "data: waiting"
            assert running.end("pixel_server") == 0
            # The server ends the stream properly: a stream that is cut off raises here.
            assert not any(lines)
        assert "Cancel" not in running.text_of_log()


def test_the_bot_tells_its_administrator_that_public_url_leads_elsewhere(tmp_path: Path) -> None:
    with telegram.running(limits=telegram.LIFTED) as api:
        admin = Chat(api, api.person("Ada"))
        admin.says("/start")
        with (
            serving(settings_of(tmp_path / "elsewhere")) as elsewhere,
            processes(tmp_path, api, ADMIN_CHAT_ID=str(admin.person.id), PUBLIC_URL=elsewhere.url) as running,
        ):
            notice = admin.sees("Readback has started, but:")
            assert f"Another installation answers at PUBLIC_URL {elsewhere.url}" in notice.text
            assert "Another installation answers" in running.text_of_log()


def test_both_processes_exit_with_zero_on_sigterm(tmp_path: Path) -> None:
    with telegram.running() as api, processes(tmp_path, api) as running:
        anna = Chat(api, api.person("Anna"))
        anna.tracks()
        assert running.end_all() == {"pixel_server": 0, "bot": 0}
        assert "Traceback" not in running.text_of_log()
    assert sqlite3.connect(tmp_path / "readback.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)
