"""A command that lacks its link, is misspelt, or is none offers what it may have meant, and a tap goes on."""

import json

from sqlmodel import col, select

from bot.commands.choosing import NEEDS
from bot.commands.routing import COMMANDS
from bot.message import unpack
from storage.engine import reading, writing
from storage.kinds import MessageKind
from storage.tables import Chat, Link, Note, OutboxMessage
from tests.bot.builders import keys
from tests.bot.test_turn import ANNA, GROUP, Talk, anna
from words import sentences

__all__ = ["anna"]


def newest(talk: Talk) -> OutboxMessage:
    return talk.owed(MessageKind.REPLY)[-1]


def labels(talk: Talk) -> list[str]:
    return [key.text for key in keys(unpack(newest(talk).payload))]


def shown(talk: Talk) -> int:
    """Let the chat show the newest answer, and return its message's id there."""
    with writing(talk.engine) as session:
        answer = session.get_one(OutboxMessage, newest(talk).id)
        answer.telegram_id = answer.id + 9000
        return answer.telegram_id


def asking(talk: Talk) -> str:
    with reading(talk.engine) as session:
        return session.get_one(Chat, ANNA).asking


def names(talk: Talk) -> list[tuple[str, str]]:
    with reading(talk.engine) as session:
        return [(link.label, link.recipient) for link in session.exec(select(Link).order_by(col(Link.id)))]


def test_every_command_that_needs_a_link_has_its_sentences() -> None:
    assert NEEDS.keys() == sentences.choosing.WHICH.keys()
    conditional = {command for command, need in NEEDS.items() if need.fits}
    assert conditional == sentences.choosing.NONE_FITS.keys()
    assert NEEDS.keys() <= COMMANDS.keys() | {"unmute"}


async def test_five_links_are_offered_the_newest_first(anna: Talk) -> None:
    for number in range(7):
        await anna.says(f"/track mail {number}")
    await anna.says("/stop")
    assert labels(anna) == [f"#{number} mail {number - 1}" for number in (7, 6, 5, 4, 3)]


async def test_a_name_on_a_button_is_short(anna: Talk) -> None:
    await anna.says(f"/track {'very long ' * 50} to {'Ben ' * 50}")
    await anna.says("/delete")
    (label,) = labels(anna)
    assert len(label) < 64


async def test_a_tap_works_once(anna: Talk) -> None:
    await anna.says("/trak contract to landlord")
    message = shown(anna)
    for _ in range(2):
        await anna.presses("run:track", message=message)
    await anna.presses("run:track", message=message, ago=-60)
    assert names(anna) == [("contract", "landlord")]


async def test_the_card_answers_the_message_that_was_misspelt(anna: Talk) -> None:
    await anna.says("/trak contract to landlord")
    asked_in = newest(anna).reply_to
    await anna.presses("run:track", message=shown(anna))
    assert anna.link().asked_in == asked_in


async def test_a_button_of_an_answer_that_is_forgotten_does_nothing(anna: Talk) -> None:
    await anna.says("/track contract")
    await anna.presses("run:track", message=4711)
    await anna.presses("pick:1", message=4711)
    await anna.says("/delete")
    await anna.presses("pick:99", message=shown(anna))
    await anna.presses(f"pick:{'9' * 50}", message=shown(anna))
    assert names(anna) == [("contract", "")]


async def test_only_a_number_answers_which_link_without_a_reply(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/stop")
    assert asking(anna) == "stop\n"
    await anna.says("offer to Ben")
    assert labels(anna) == ["Track: offer → Ben"]
    await anna.says("#1")
    assert anna.link().status == "stopped"
    assert asking(anna) == ""


async def test_the_name_before_a_time_finds_the_link(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/track invoice to client")
    await anna.says("/remind landlord in 2 days")
    assert labels(anna) == ["#1 contract → landlord"]
    assert unpack(newest(anna).payload).question == "remind\nin 2 days"
    await anna.says("/remind in 2 days")
    assert labels(anna) == ["#2 invoice → client", "#1 contract → landlord"]


async def test_a_note_keeps_all_of_its_words(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/note landlord called back")
    await anna.presses(f"pick:{anna.link().id}", message=shown(anna))
    with reading(anna.engine) as session:
        assert session.exec(select(Note)).one().text == "landlord called back"


async def test_a_deleted_link_is_on_no_button_that_is_kept(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/track offer to Ben")
    await anna.says("/note")
    await anna.says("/trak contract to the other landlord")
    await anna.says("/delete 1")
    await anna.presses("delete:1", message=shown(anna))
    kept = [owed.payload for owed in anna.owed(MessageKind.REPLY)]
    assert "contract" not in json.dumps(kept)
    assert asking(anna) == ""


async def test_a_search_that_found_a_deleted_link_under_another_filter_is_kept_nowhere(anna: Talk) -> None:
    await anna.says("/track offer to Ben")
    await anna.says("/history")
    await anna.says("/track contract to the Zebra")
    await anna.says("/history zebra")
    await anna.presses("page:opened.1", message=shown(anna))
    await anna.says("/delete 2")
    await anna.presses("delete:2", message=shown(anna))
    kept = [unpack(owed.payload) for owed in anna.owed(MessageKind.REPLY)]
    assert [message.place for message in kept if message.place] == ["all.1"]
    assert "zebra" not in str(kept).lower()


async def test_a_group_is_told_only_what_somebody_tells_the_bot(anna: Talk) -> None:
    for text in ("track offer to Ben", "/trak offer", "/track@AnotherBot offer", "hello"):
        await anna.says(text, chat=GROUP)
    assert anna.answers() == []
    await anna.says("/trak@ReadbackBot offer", chat=GROUP)
    await anna.says("@readbackbot track offer to Ben", chat=GROUP)
    assert len(anna.answers()) == 2
    assert labels(anna) == ["Track: offer → Ben"]


async def test_a_recipient_that_is_missing_is_asked_for_and_the_deadline_kept(anna: Talk) -> None:
    await anna.says("/track notice to by 30 Nov")
    await anna.says("landlord")
    assert names(anna) == [("notice", "landlord")]
    assert anna.link().deadline


async def test_a_question_that_is_answered_with_a_command_is_forgotten(anna: Talk) -> None:
    await anna.says("/track contract")
    await anna.says("/note 1")
    await anna.says("/status")
    await anna.says("called him")
    with reading(anna.engine) as session:
        assert session.exec(select(Note)).all() == []


async def test_a_name_that_nothing_has_offers_no_other_link(anna: Talk) -> None:
    await anna.says("/track contract to Ben")
    named = ("delete", "mute", "stop", "peek", "sent", "remind")
    for text in [f"/{command} landlord" for command in named] + ["/remind landlord in 2 days"]:
        await anna.says(text)
        assert anna.answers()[-1].startswith("Nothing found for “landlord”."), text
        assert labels(anna) == [], text
        assert asking(anna) == "", text


async def test_a_wrong_number_offers_no_other_link_for_deletion(anna: Talk) -> None:
    await anna.says("/track contract to Ben")
    await anna.says("/delete 99")
    assert anna.answers()[-1].startswith("There is no link #99 here.")
    assert labels(anna) == []


async def test_the_last_word_finds_the_links(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/track offer to Ben")
    await anna.says("/delete everything about the landlord")
    assert labels(anna) == ["#1 contract → landlord"]
    await anna.says("/remind about the landlord in 2 days")
    assert labels(anna) == ["#1 contract → landlord"]
    assert unpack(newest(anna).payload).question == "remind\nin 2 days"
    await anna.says("/delete everything about Carla")
    assert labels(anna) == []


async def test_a_name_that_the_command_does_not_fit_is_found_nevertheless(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/track offer to Ben")
    await anna.says("/stop 1")
    await anna.says("/stop landlord")
    assert labels(anna) == ["#1 contract → landlord"]


async def test_a_number_that_belongs_to_a_time_names_no_link(anna: Talk) -> None:
    await anna.says("/track contract to landlord")
    await anna.says("/track offer to Ben")
    for text in ("/sent 30 min ago", "/sent 2 min ago", "/remind 30 Nov"):
        command, _, time = text.removeprefix("/").partition(" ")
        await anna.says(text)
        assert labels(anna) == ["#2 offer → Ben", "#1 contract → landlord"]
        assert unpack(newest(anna).payload).question == f"{command}\n{time}"
