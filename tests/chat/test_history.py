"""The history, the timeline of a link and its picture: over real HTTP, on both databases."""

from demo import telegram
from tests import web
from tests.people import OUTLOOK, Chat, fetch


def test_anna_searches_her_history_by_word_and_by_recipient(anna: Chat) -> None:
    for text in ("contract to Landlord", "offer to Ben", "invoice to landlady"):
        anna.tracks(text)
    anna.says("/history LANDL")
    page = anna.sees("Links for “LANDL”")
    assert "contract" in page.text
    assert "landlady" in page.text
    assert "offer" not in page.text
    anna.says("/history zebra")
    anna.sees("Nothing found for “zebra”")


def test_anna_searches_her_history_by_state(anna: Chat) -> None:
    opened, url = anna.tracks("contract to landlord")
    silent, _ = anna.tracks("offer to Ben")
    anna.tracks("draft to Carla")
    for card in (opened, silent):
        anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    anna.sees("was opened")
    anna.says("/history unopened")
    page = anna.sees("Unopened: 1")
    assert "offer" in page.text
    assert "contract" not in page.text
    assert "Carla" not in page.text
    anna.says("/history opened")
    assert "contract" in anna.sees("Opened: 1").text


def test_a_long_search_result_has_pages_and_filters_and_a_story_leads_back_to_its_page(anna: Chat) -> None:
    for number in range(12):
        anna.tracks(f"letter {number} to Ben")
    anna.tracks("something else to Carla")
    anna.says("/history letter")
    page = anna.sees("Links for “letter”: 12 · page 1 of 2")
    anna.presses(page, "page:all.2")
    assert "letter 0" in anna.sees("page 2 of 2").text
    assert "else" not in page.text
    anna.presses(page, "link:")
    anna.sees("Nothing has fetched it yet.")
    assert anna.presses(page, "story_mute:") == "Muted. The card still counts opens."
    anna.presses(page, "page:all.2")
    anna.sees("page 2 of 2")
    anna.presses(page, "page:all.1")
    anna.sees("page 1 of 2")
    anna.presses(page, "page:unopened.1")
    anna.sees("“letter” · Unopened: 0")


def test_a_number_tells_the_story_of_its_link_and_is_searched_for_if_there_is_none(anna: Chat) -> None:
    anna.tracks("taxes 2026 to Ben")
    for typed in ("/history 1", "/history #1"):
        assert "Nothing has fetched it yet." in anna.asks(typed).text
    assert "taxes 2026" in anna.asks("/history 2026").text
    assert "Nothing found for “7”" in anna.asks("/history 7").text


def test_a_timeline_shows_statements_and_notes_and_its_buttons_work(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.says("/note 1 called him, no answer")
    anna.sees("Noted for")
    anna.says("/history")
    page = anna.sees("Your links: 1")
    anna.presses(page, "link:")
    assert "📝 called him, no answer" in anna.sees("you sent it").text
    assert anna.presses(page, "story_mute:") == "Muted. The card still counts opens."
    assert anna.presses(page, "story_unmute:") == "Unmuted."
    assert anna.presses(page, "story_stop:") == "Stopped. I record nothing more."
    anna.sees("recording stopped")
    assert anna.presses(page, "story_resume:") == "Watching again."
    anna.presses(page, "remind:")
    anna.sees("when should I remind you")
    anna.presses(page, "ask_delete:")
    anna.sees("for good?")
    fetch(url, OUTLOOK)
    anna.sees("was opened")


def test_anna_corrects_an_open_that_was_taken_for_hers_in_the_timeline(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.says("/peek 1")
    anna.sees("I’ll count every open")
    fetch(url, OUTLOOK)
    anna.says("/history")
    page = anna.sees("Your links: 1")
    anna.presses(page, "link:")
    anna.sees("you: Outlook")
    assert anna.presses(page, "flip:") == "Noted: that was not you."
    assert anna.sees("opened: Outlook").id == page.id
    anna.sees("👀 Opened ")


def test_anna_says_in_the_story_that_a_later_open_was_hers(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    anna.sees("was opened")
    for _ in range(3):
        fetch(url)
    anna.sees("2 times")
    anna.says("/history 1")
    story = anna.sees("opened 2 times")
    assert anna.presses(story, "story_own:") == "Noted: that was you."
    assert anna.sees("you: Gmail’s image proxy (3×)").id == story.id
    assert "opened: Outlook" in story.text
    anna.api.wait_for(lambda: "2 times" not in card.text)


def test_anna_corrects_a_run_of_repeats_that_was_taken_for_hers_as_one(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    anna.says("/peek 1")
    anna.sees("I’ll count every open")
    for _ in range(3):
        fetch(url, OUTLOOK)
    anna.says("/history")
    page = anna.sees("Your links: 1")
    anna.presses(page, "link:")
    anna.sees("you: Outlook (3×)")
    anna.presses(page, "flip:")
    anna.sees("opened: Outlook (3×)")
    assert "first" not in anna.sees("👀 Opened ").text


def test_status_shows_every_setting_and_what_waits(anna: Chat) -> None:
    anna.tracks()
    for command in ("/timezone Berlin", "/quiet 22-7", "/digest 18:00", "/remind 1 in 2 days", "/status"):
        anna.says(command)
    text = anna.sees("Watching 0 of 1").text
    for line in (
        "not in a mail yet: 1",
        "Reminders waiting: 1",
        "Europe/Berlin",
        "22:00 to 07:00",
        "18:00",
        "All is well.",
    ):
        assert line in text


def test_a_timeline_is_a_picture_on_light_and_on_dark_background(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    anna.sees("was opened")
    anna.says("/history")
    page = anna.sees("Your links: 1")
    anna.presses(page, "link:")
    anna.presses(page, "light:")
    light = anna.api.wait_for(lambda: next((m for m in anna.api.said(anna.chat) if m.file), None))
    assert light.file
    assert light.file.name == "link-1.png"
    assert light.text == "contract → landlord · #1"
    anna.presses(light, "dark:")
    dark = anna.api.wait_for(lambda: [m for m in anna.api.said(anna.chat) if m.file][1:])[0]
    assert dark.file
    shown = [web.get(f"{anna.api.url}/client/files/{m.file.id}").content for m in (light, dark) if m.file]
    assert shown[0] != shown[1]
    assert dark.file.size == light.file.size


def test_a_lost_chat_action_does_not_make_the_picture_doubtful(anna: Chat) -> None:
    anna.tracks()
    anna.says("/history")
    page = anna.sees("Your links: 1")
    anna.presses(page, "link:")
    anna.api.faults.add("sendChatAction", telegram.close(carried_out=False), times=1)
    anna.presses(page, "light:")
    light = anna.api.wait_for(lambda: next((m for m in anna.api.said(anna.chat) if m.file), None))
    assert not anna.api.faults.left("sendChatAction")
    assert "Possibly repeated" not in light.text


def test_an_archived_link_leaves_the_list_and_an_open_brings_it_back(anna: Chat) -> None:
    card, url = anna.tracks()
    anna.presses(card, "sent:")
    page = anna.asks("/history 1")
    assert anna.presses(page, "story_archive:").startswith("Archived.")
    anna.presses(page, "page:all.1")
    anna.sees("Your links: 0")
    anna.presses(page, "page:archived.1")
    anna.sees("Archived: 1")
    assert "🗄 Archived: 1" in anna.asks("/status").text
    fetch(url, OUTLOOK)
    assert not anna.sees("was opened").silent
    assert "👀 #1" in anna.asks("/history").text
