"""Deleting and exporting: over real HTTP, on both databases."""

import csv
import io
import json
import zipfile

import pytest

from demo import telegram
from storage.exports import COLUMNS
from tests import web
from tests.people import OUTLOOK, Chat, fetch
from tests.processes import Processes
from tests.waiting import wait_until

World = tuple[telegram.Running, Processes]


def is_in_a_file(running: Processes, word: bytes) -> bool:
    """Return True if a file of the SQLite database contains this; on PostgreSQL there are no files."""
    files = [path for path in running.log.parent.glob("readback.db*") if path.is_file()]
    return any(word in path.read_bytes() for path in files)


def test_a_deleted_link_is_in_no_table_and_no_file(anna: Chat, world: World) -> None:
    api, running = world
    card, url = anna.tracks("zebracontract to quaggalandlord")
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    alert = anna.sees("was opened")
    anna.says("/note 1 okapinote")
    anna.sees("Noted for")
    anna.says("/history")
    anna.sees("Your links: 1")
    anna.says("/delete 1")
    question = anna.sees("for good?")
    assert anna.presses(question, "delete:") == "Deleted, for good."
    api.wait_for(lambda: question.text == "🗑 #1 is deleted. The image in the mail stays invisible, "
                 "and records nothing.")  # fmt: skip
    api.wait_for(lambda: card.text == alert.text == "🗑 Deleted.")
    assert card.buttons() == alert.buttons() == []
    fetch(url, OUTLOOK)
    anna.says("/history")
    anna.sees("No links yet")
    erased = (b"zebracontract", b"quaggalandlord", b"okapinote", url.rpartition("/")[2][:22].encode())
    wait_until(lambda: not any(is_in_a_file(running, word) for word in erased), "the files forget the link")
    assert running.tables_that_mention("zebracontract") == []


def test_a_pixel_server_that_starts_removes_from_its_files_what_was_deleted_before(
    anna: Chat, world: World
) -> None:
    _, running = world
    anna.tracks("tamarincontract to Ben")
    running.end("pixel_server")
    anna.says("/delete 1")
    anna.presses(anna.sees("for good?"), "delete:")
    running.start("pixel_server")
    wait_until(lambda: not is_in_a_file(running, b"tamarincontract"), "the files forget the link")


def test_a_button_of_another_chat_deletes_nothing(anna: Chat, world: World) -> None:
    api, _ = world
    anna.tracks()
    anna.says("/delete 1")
    data = next(key["callback_data"] for row in anna.sees("for good?").buttons() for key in row)
    mallory = Chat(api, api.person("Mallory"))
    own, _ = mallory.tracks("nothing to nobody")
    query = api.press(mallory.person, own, data, forged=True)
    assert api.wait_for(lambda: query.answer)["text"] == "That is gone. /history shows what is there now."
    anna.says("/status")
    anna.sees("Watching 0 of 1")


def test_delete_everything_asks_twice_and_then_deletes_all(anna: Chat, world: World) -> None:
    _, running = world
    anna.says("/timezone Berlin")
    anna.sees("Europe/Berlin")
    cards = [anna.tracks(f"tapir{number} to Ben")[0] for number in range(3)]
    anna.says("/delete everything")
    question = anna.sees("Links: 3")
    anna.presses(question, "everything:1")
    anna.sees("Really everything?")
    assert anna.presses(question, "everything:2") == "Deleted, for good."
    anna.sees("Everything is deleted.")
    anna.api.wait_for(lambda: all(card.text == "🗑 Deleted." for card in cards))
    assert running.tables_that_mention("tapir") == []
    anna.says("/timezone")
    anna.sees("I don’t know your time zone")
    card, _ = anna.tracks("offer to Ben")
    assert "#1" in card.text
    anna.says("/delete everything")
    anna.sees("Links: 1")


@pytest.mark.parametrize(
    ("typed", "before"),
    [("/delete 1", ""), ("/delete everything", ""), ("/delete everything", "everything:1")],
)
def test_keep_it_takes_the_question_back(anna: Chat, typed: str, before: str) -> None:
    anna.tracks("offer to Ben")
    anna.says(typed)
    question = anna.sees("Delete ")
    if before:
        anna.presses(question, before)
        anna.sees("Really everything?")
    anna.presses(question, "keep:")
    anna.api.wait_for(lambda: question.text == "All right, I’ve dropped it.")
    assert question.buttons() == []
    anna.says("/history")
    anna.sees("Your links: 1")


def test_delete_says_that_there_is_nothing_to_delete(anna: Chat) -> None:
    anna.says("/delete everything")
    anna.sees("There is nothing to delete: you have no links here.")
    anna.says("/delete 7")
    anna.sees("There is no link #7 here")


# Two tests, because a group gets only five messages at once, and then one in four seconds.


def test_in_a_group_only_the_maker_of_a_link_or_an_administrator_deletes_it(anna: Chat, world: World) -> None:
    _, maker, other = in_a_group(anna, world)
    maker.tracks("offer to landlord")
    other.says("/delete 1")
    question = other.sees("for good?")
    assert other.presses(question, "delete:").startswith("Only who made it")
    assert maker.presses(question, "delete:") == "Deleted, for good."


def test_in_a_group_only_an_administrator_deletes_everything(anna: Chat, world: World) -> None:
    admin, maker, other = in_a_group(anna, world)
    maker.tracks("offer to landlord")
    other.says("/delete everything")
    question = other.sees("Links: 1")
    assert maker.presses(question, "everything:").startswith("Only an administrator")
    admin.presses(question, "everything:1")
    admin.presses(question, "everything:2")
    admin.sees("Everything is deleted.")


def test_who_has_left_a_group_deletes_none_of_its_links(anna: Chat, world: World) -> None:
    """Their app still shows the question. Telegram says of them that they have left."""
    api, _ = world
    _, maker, other = in_a_group(anna, world)
    maker.tracks("offer to landlord")
    maker.says("/delete 1")
    question = maker.sees("for good?")
    assert maker.chat
    api.leave(maker.person, maker.chat)
    assert maker.presses(question, "delete:").startswith("You are not in this group any more")
    assert other.presses(question, "keep:") == ""


def test_nobody_deletes_while_telegram_does_not_say_who_is_in_the_group(anna: Chat, world: World) -> None:
    api, _ = world
    _, maker, _other = in_a_group(anna, world)
    maker.tracks("offer to landlord")
    maker.says("/delete 1")
    question = maker.sees("for good?")
    api.faults.add("getChatMember", telegram.refusal(400, "Bad Request: member list is inaccessible"), 1)
    assert maker.presses(question, "delete:").startswith("Telegram didn’t say whether you are in this group")
    assert maker.presses(question, "delete:") == "Deleted, for good."


def in_a_group(anna: Chat, world: World) -> tuple[Chat, Chat, Chat]:
    """Return the same group as its administrator Anna and as two members, Ben and Carla, see it."""
    api, _ = world
    ben, carla = api.person("Ben"), api.person("Carla")
    house = api.group("House", [anna.person, ben, carla])
    return Chat(api, anna.person, house), Chat(api, ben, house), Chat(api, carla, house)


def exported(anna: Chat) -> zipfile.ZipFile:
    anna.says("/export")
    message = anna.sees("Everything I keep about this chat")
    assert message.file
    assert message.file.name == "readback.zip"
    answer = web.get(f"{anna.api.url}/client/files/{message.file.id}")
    return zipfile.ZipFile(io.BytesIO(answer.content))


def in_csv(archive: zipfile.ZipFile, name: str) -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig")))


def test_an_export_contains_everything_that_is_kept_about_the_chat(anna: Chat) -> None:
    card, url = anna.tracks("=1+1 to Bän")
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    anna.presses(anna.sees("was opened"), "own:")
    anna.says("/note 1 called him, no answer")
    anna.sees("Noted for")
    archive = exported(anna)
    kept = json.loads(archive.read("readback.json"))
    (link,), (seen,) = kept["links"], kept["fetches"]
    assert (link["number"], link["label"], link["recipient"]) == (1, "=1+1", "Bän")
    assert (seen["link"], seen["kind"], seen["reason"]) == (1, "own", "that_was_me")
    assert [row["kind"] for row in kept["corrections"]] == ["sent", "own"]
    assert [row["text"] for row in kept["notes"]] == ["called him, no answer"]
    assert kept["settings"][0]["id"] == anna.person.id
    for name, table in kept.items():
        assert len(list(in_csv(archive, name))) == len(table)
    assert "'=1+1" in archive.read("links.csv").decode()
    assert "address" not in seen


def test_an_export_has_the_reminders_and_deadlines_that_wait_also_of_a_muted_link(anna: Chat) -> None:
    card, _ = anna.tracks("contract to landlord by 2031-05-12")
    anna.presses(card, "sent:")
    anna.says("/remind 1 in 3 days")
    anna.sees("I’ll remind you")
    anna.says("/mute 1")
    anna.sees("muted")
    archive = exported(anna)
    in_json = json.loads(archive.read("readback.json"))["reminders"]
    assert {row["kind"] for row in in_json} == {"remind", "deadline"}
    for rows in (in_json, list(in_csv(archive, "reminders"))):
        assert [str(row["link"]) for row in rows] == ["1"] * len(in_json)
        assert all(row["created_at"] < row["at"] and row["at"].endswith("+00:00") for row in rows)
        assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


def test_every_csv_of_an_export_has_its_header_also_when_it_is_empty(anna: Chat) -> None:
    archive = exported(anna)
    for name, columns in COLUMNS.items():
        assert in_csv(archive, name).fieldnames == list(columns)
    assert list(in_csv(archive, "notes")) == []


def test_the_links_table_of_an_export_says_what_became_of_each_mail(anna: Chat) -> None:
    anna.tracks("offer to Ben")
    card, url = anna.tracks("contract to landlord")
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    anna.sees("was opened")
    archive = exported(anna)
    in_json = json.loads(archive.read("readback.json"))["links"]
    for offer, contract in (in_json, list(in_csv(archive, "links"))):
        assert (offer["state"], str(offer["opens"])) == ("new", "0")
        assert not any(offer[time] for time in ("sent_at", "first_opened_at", "last_opened_at"))
        assert (contract["state"], str(contract["opens"])) == ("opened", "1")
        sent, first, last = (contract[time] for time in ("sent_at", "first_opened_at", "last_opened_at"))
        assert contract["created_at"] <= sent <= first == last
        assert first.endswith("+00:00")


def test_an_export_of_an_empty_chat_is_a_file_too(anna: Chat) -> None:
    assert json.loads(exported(anna).read("readback.json"))["links"] == []


@pytest.mark.parametrize("typed", ["/note 1", "/note 1 " + "x" * 1001])
def test_a_note_that_is_empty_or_too_long_gets_an_explanation(anna: Chat, typed: str) -> None:
    anna.tracks()
    anna.says(typed)
    assert "ote" in anna.sees("note").text
