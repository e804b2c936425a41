"""Commands, numbers, labels and recipients that people type."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import parsing
from bot.commands.routing import COMMANDS
from bot.commands.track import DeadlineError, deadline_in
from bot.parsing import TrackRequest
from tests.bot.test_moments import MONDAY


@pytest.mark.parametrize(
    ("typed", "label", "recipient"),
    [
        ("contract to landlord", "contract", "landlord"),
        ("contract TO landlord", "contract", "landlord"),
        ("letter to the bank to Ms Berg", "letter to the bank", "Ms Berg"),
        ("contract → landlord", "contract", "landlord"),
        ("contract->landlord", "contract", "landlord"),
        ("contract→landlord", "contract", "landlord"),
        ("reply to Ben → landlord", "reply to Ben", "landlord"),
        ("contract -> reply to Ben", "contract", "reply to Ben"),
        ("a → b -> c", "a → b", "c"),
        ("contract", "contract", ""),
        ("tomato", "tomato", ""),
        ("to landlord", "", "landlord"),
        ("→ landlord", "", "landlord"),
        ("->landlord", "", "landlord"),
        ("to-do list", "to-do list", ""),
        ("contract to", "contract to", ""),
        ("contract →", "contract →", ""),
        ("  contract \n to \t landlord  ", "contract", "landlord"),
        ("Mietvertrag 📄 to 🏠", "Mietvertrag 📄", "🏠"),
        ("to to to", "to", "to"),
    ],
)
def test_the_last_arrow_or_else_the_last_to_divides_label_and_recipient(
    typed: str, label: str, recipient: str
) -> None:
    assert parsing.track(typed) == TrackRequest(label, recipient)


@pytest.mark.parametrize("typed", ["", " ", "\n\t", ",", " , ", "→", "->", "..."])
def test_an_empty_text_tracks_nothing(typed: str) -> None:
    assert parsing.track(typed) is None


@given(st.text())
def test_every_other_text_has_a_label_or_a_recipient(text: str) -> None:
    request = parsing.track(text)
    assert request or not any(map(str.isalnum, text))
    if request:
        assert request.label or request.recipient
        assert request.label == " ".join(request.label.split())
        assert request.recipient == " ".join(request.recipient.split())


@pytest.mark.parametrize(
    ("typed", "text", "day"),
    [
        ("notice to landlord by 30 Nov", "notice to landlord", date(2026, 11, 30)),
        ("notice by 30 Nov to landlord", "notice to landlord", date(2026, 11, 30)),
        ("notice by Friday → landlord", "notice → landlord", date(2026, 11, 27)),
        ("side by side by tomorrow", "side by side", date(2026, 11, 24)),
        ("offer to Anna, Ben by today", "offer to Anna, Ben", MONDAY),
        ("portrait by Anna to Ben", "portrait by Anna to Ben", None),
        ("baby pictures to Bylund", "baby pictures to Bylund", None),
        ("sonata to Ben by April", "sonata to Ben by April", None),
    ],
)
def test_the_text_after_by_may_be_a_day(typed: str, text: str, day: date | None) -> None:
    assert deadline_in(typed, MONDAY) == (text, day)


@pytest.mark.parametrize("day", ["30 Feb", "5pm", "next Friday", "32.11.", "30 Nov 2020", "yesterday"])
def test_a_deadline_that_is_no_day_in_the_future_is_refused(day: str) -> None:
    for typed in (f"notice to landlord by {day}", f"notice by {day} to landlord"):
        with pytest.raises(DeadlineError, match=day):
            deadline_in(typed, MONDAY)


@given(st.text(), st.text())
def test_no_typed_word_is_lost(label: str, recipient: str) -> None:
    request = parsing.track(f"a{label} → {recipient}")
    assert request
    for part in (label, recipient):
        for word in part.replace("→", " ").replace("->", " ").split():
            assert word in request.label or word in request.recipient


@pytest.mark.parametrize(
    ("typed", "argument"),
    [
        ("/track contract to landlord", "contract to landlord"),
        ("/track@readback_bot contract", "contract"),
        ("/track", ""),
        ("/track ", ""),
        ("/track   contract", "contract"),
        ("/track\ncontract to landlord", "contract to landlord"),
        ("/track contract\nto landlord", "contract\nto landlord"),
        ("/sent 7", "7"),
        ("", ""),
    ],
)
def test_the_text_after_a_command_is_its_argument(typed: str, argument: str) -> None:
    assert parsing.command(typed).argument == argument


@pytest.mark.parametrize(
    ("typed", "number"), [("7", 7), ("#7", 7), (" 7 ", 7), ("007", 7), ("999999999", 999_999_999)]
)
def test_a_links_number_may_begin_with_a_hash(typed: str, number: int) -> None:
    assert parsing.number(typed) == number


@pytest.mark.parametrize("typed", ["", "#", "seven", "7 8", "7.", "-7", "##7", "٧", "1" * 10, "7\n8", "²"])
def test_a_text_that_is_no_number_is_none(typed: str) -> None:
    assert parsing.number(typed) is None


@pytest.mark.parametrize("gap", ["\t", "\u00a0", "\n", "\u200b ", " \ufeff"])
def test_white_space_after_a_command_is_no_part_of_its_argument(gap: str) -> None:
    assert parsing.command(f"/track{gap}contract to landlord") == ("track", "", "contract to landlord")


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("/Track@OurBot contract", ("track", "OurBot", "contract")),
        ("/track: contract to landlord", ("track", "", "contract to landlord")),
        ("/track, contract", ("track", "", "contract")),
        ("/track : contract", ("track", "", "contract")),
        ("/track — contract", ("track", "", "— contract")),
        ("/track@OurBot: contract", ("track", "OurBot", "contract")),
        ("`/track contract to landlord`", ("track", "", "contract to landlord")),
        ("```\n/track contract\n```", ("track", "", "contract")),
        ("“/track contract”", ("track", "", "contract")),
        ("／track contract", ("track", "", "contract")),
        ("／ｔｒａｃｋ　contract", ("track", "", "contract")),
        ("  /track contract \n", ("track", "", "contract")),
        ("\u200e/track contract", ("track", "", "contract")),
        ("/History", ("history", "", "")),
        ("/sent7", ("sent", "", "7")),
        ("/remind7 in 2 days", ("remind", "", "7 in 2 days")),
        ("/sent_7", ("sent", "", "7")),
        ("/sent#7", ("sent", "", "#7")),
        ("/sent7@OurBot at 14:05", ("sent", "OurBot", "7 at 14:05")),
        ("/note 7 said `no`", ("note", "", "7 said `no`")),
        ("/timezone UTC-5", ("timezone", "", "UTC-5")),
        ("/timezone -5", ("timezone", "", "-5")),
        ("/trak contract", ("trak", "", "contract")),
    ],
)
def test_a_command_works_as_people_paste_it(typed: str, command: tuple[str, str, str]) -> None:
    assert parsing.command(typed) == command


@pytest.mark.parametrize(
    "typed", ["", "track", "/", "//", "/usr/bin", "/7", "@bot /track", "a /track b", "/a@b@c"]
)
def test_another_text_is_no_command(typed: str) -> None:
    assert parsing.command(typed) == ("", "", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trak", "track"),
        ("tarck", "track"),
        ("histroy", "history"),
        ("unmut", "unmute"),
        ("remnd", "remind"),
        ("sned", "sent"),
        ("timzone", "timezone"),
        ("lang", "language"),
    ],
)
def test_a_misspelt_command_is_understood(typed: str, meant: str) -> None:
    assert parsing.meant(typed, [*COMMANDS, "unmute"])[:1] == [meant]


@pytest.mark.parametrize("typed", ["frobnicate", "xyz", "q", "track" * 10])
def test_a_word_that_is_like_no_command_means_none(typed: str) -> None:
    assert parsing.meant(typed, COMMANDS) == []


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("track offer to Ben", "offer to Ben"),
        ("Track: offer", "offer"),
        ("contract to landlord", "contract to landlord"),
        ("contract → landlord", "contract → landlord"),
        ("follow the notice to landlord by 30 Nov", "the notice to landlord by 30 Nov"),
    ],
)
def test_a_text_may_be_a_wish_to_track(typed: str, wish: str) -> None:
    assert parsing.wish(typed) == wish


@pytest.mark.parametrize(
    "typed",
    [
        "hello",
        "hello?",
        "track",
        "I want to know",
        "how to use this",
        "nice to meet you",
        "contract to landlord?",
        "yesterday I went with my two sisters to the sea",
        "https://example.org/a to b",
        "x to " + "y" * 100,
        "",
    ],
)
def test_most_texts_are_no_wish(typed: str) -> None:
    assert parsing.wish(typed) is None


@given(st.text() | st.text("/／@:`\u00a0 #7tracko→->", max_size=30))
def test_whatever_strangers_type_is_parsed(text: str) -> None:
    command = parsing.command(text)
    assert len(command.name) <= 4 * len(text)
    assert len(command.argument) <= 4 * len(text) + 1
    assert all(map(str.isalpha, command.name)) or not command.name.isascii()
    wish = parsing.wish(text)
    assert wish is None or (len(wish) <= parsing.LONGEST_WISH and parsing.track(wish))
    assert len(parsing.meant(command.name, COMMANDS)) <= 2
    parsing.number_and_rest(text)
    parsing.lacks_recipient(text)
    parsing.recipients(text)


@pytest.mark.parametrize(
    "text", ["to " * 1300, " " * 4096, "/" * 4096, "→" * 4096, "7" * 4096, "a\u200b" * 2048]
)
def test_the_longest_message_is_parsed_at_once(text: str) -> None:
    """A pattern that goes back over the text for each letter would take minutes, and hold up all chats."""
    for typed in (text, f"/track{text}", f"/sent {text}"):
        parsing.wish(typed)
        parsing.lacks_recipient(typed)
        parsing.track(parsing.command(typed).argument)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("7 in 2 days", (7, "in 2 days")),
        ("#7\ncalled him", (7, "called him")),
        ("7", (7, "")),
        ("", (None, "")),
        ("7: called him", (7, "called him")),
        ("seven 7", (None, "seven 7")),
    ],
)
def test_text_may_follow_a_links_number(typed: str, found: tuple[int | None, str]) -> None:
    assert parsing.number_and_rest(typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("landlord", ["landlord"]),
        ("Anna, Ben, Carla", ["Anna", "Ben", "Carla"]),
        ("Anna and Ben", ["Anna and Ben"]),
        ("Anna, Ben, and Carla", ["Anna", "Ben", "Carla"]),
        ("Anna, Ben and Carla", ["Anna", "Ben", "Carla"]),
        ("Anna, Fernando and Amanda", ["Anna", "Fernando", "Amanda"]),
        ("Andrea, andrea , Ben", ["Andrea", "Ben"]),
        ("Anna,,Ben,", ["Anna", "Ben"]),
        (", ,", [""]),
        ("", [""]),
    ],
)
def test_a_comma_divides_recipients_and_an_and_does_so_only_after_one(typed: str, found: list[str]) -> None:
    assert parsing.recipients(typed) == found


@pytest.mark.parametrize(
    ("typed", "several"),
    [
        ("anna@example.com, ben@example.com", True),
        ("anna@example.com ben@example.org", True),
        ("Anna <anna@example.com>; Ben <ben@example.com>", True),
        ("anna@example.com", False),
        ("@anna and @ben", False),
        ("2 @ 3.50, 4 @ 1.20", False),
    ],
)
def test_several_mail_addresses_are_a_mailing_list(typed: str, several: bool) -> None:
    assert parsing.is_mailing_list(typed) is several
