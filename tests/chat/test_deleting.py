"""Deleting and exporting: over real HTTP, on both databases."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from demo import telegram
from tests import web
from tests.people import OUTLOOK, Chat, fetch
from tests.processes import Processes

World = tuple[telegram.Running, Processes]


def files_of(running: Processes) -> list[Path]:
    """Return the files of the SQLite database; on PostgreSQL there are none."""
    return [path for path in running.log.parent.glob("readback.db*") if path.is_file()]


def test_a_deleted_link_is_in_no_table_and_no_file(anna: Chat, world: World) -> None:
    api, running = world
    card, url = anna.tracks("zebracontract to quaggalandlord")
    anna.presses(card, "sent:")
    fetch(url, OUTLOOK)
    alert = anna.sees("was opened")
    anna.says("/note 1 okapinote")
    anna.sees("Noted for")
    anna.says("/history")
    anna.sees("newest first")
    anna.says("/delete 1")
    question = anna.sees("for good?")
    assert anna.presses(question, "delete:") == "Deleted, for good."
    api.wait_for(lambda: question.text == "🗑 #1 is deleted. The image in the mail goes on showing nothing, "
                 "and records nothing.")  # fmt: skip
    api.wait_for(lambda: card.text == alert.text == "🗑 Deleted.")
    assert card.buttons() == alert.buttons() == []
    fetch(url, OUTLOOK)
    anna.says("/history")
    anna.sees("No links yet")
    erased = (b"zebracontract", b"quaggalandlord", b"okapinote", url.rpartition("/")[2][:22].encode())
    api.wait_for(lambda: not any(word in path.read_bytes() for path in files_of(running) for word in erased))
    assert running.tables_that_mention("zebracontract") == []


def test_a_pixel_server_that_starts_removes_from_its_files_what_was_deleted_before(
    anna: Chat, world: World
) -> None:
    api, running = world
    anna.tracks("tamarincontract to Ben")
    running.end("pixel_server")
    anna.says("/delete 1")
    anna.presses(anna.sees("for good?"), "delete:")
    running.start("pixel_server")
    api.wait_for(lambda: not any(b"tamarincontract" in path.read_bytes() for path in files_of(running)))


def test_a_button_of_another_chat_deletes_nothing(anna: Chat, world: World) -> None:
    api, _ = world
    anna.tracks()
    anna.says("/delete 1")
    data = next(key["callback_data"] for row in anna.sees("for good?").buttons() for key in row)
    mallory = Chat(api, api.person("Mallory"))
    own, _ = mallory.tracks("nothing to nobody")
    query = api.press(mallory.person, own, data, forged=True)
    assert api.wait_for(lambda: query.answer)["text"] == "That is not there any more."
    anna.says("/status")
    anna.sees("Watching 1 of 1")


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
    anna.sees("I don’t know where your clock is")
    card, _ = anna.tracks("offer to Ben")
    assert "#1" in card.text
    anna.says("/delete everything")
    anna.sees("Links: 1")


def test_delete_says_that_there_is_nothing_to_delete(anna: Chat) -> None:
    anna.says("/delete everything")
    anna.sees("There is nothing to delete here.")
    anna.says("/delete 7")
    anna.sees("There is no link #7 here")


def test_in_a_group_only_the_maker_of_a_link_or_an_administrator_deletes_it(anna: Chat, world: World) -> None:
    api, _ = world
    ben, carla = api.person("Ben"), api.person("Carla")
    house = api.group("House", [anna.person, ben, carla])
    admin, maker, other = (Chat(api, person, house) for person in (anna.person, ben, carla))
    maker.tracks("offer to landlord")
    maker.tracks("notice to landlord")
    other.says("/delete 1")
    question = other.sees("for good?")
    assert other.presses(question, "delete:").startswith("Only who made it")
    assert maker.presses(question, "delete:") == "Deleted, for good."
    other.says("/delete everything")
    everything = other.sees("Links: 1")
    assert maker.presses(everything, "everything:").startswith("Only an administrator")
    admin.presses(everything, "everything:1")
    admin.presses(everything, "everything:2")
    admin.sees("Everything is deleted.")


def exported(anna: Chat) -> zipfile.ZipFile:
    anna.says("/export")
    message = anna.sees("All that is kept of this chat")
    assert message.file
    assert message.file.name == "readback.zip"
    answer = web.get(f"{anna.api.url}/client/files/{message.file.id}")
    return zipfile.ZipFile(io.BytesIO(answer.content))


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
        text = archive.read(f"{name}.csv").decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(text)))) == len(table)
    assert "'=1+1" in archive.read("links.csv").decode()
    assert "address" not in seen


def test_an_export_of_an_empty_chat_is_a_file_too(anna: Chat) -> None:
    assert json.loads(exported(anna).read("readback.json"))["links"] == []


@pytest.mark.parametrize("typed", ["/note 1", "/note 1 " + "x" * 1001])
def test_a_note_that_is_empty_or_too_long_gets_an_explanation(anna: Chat, typed: str) -> None:
    anna.tracks()
    anna.says(typed)
    assert "ote" in anna.sees("note").text
