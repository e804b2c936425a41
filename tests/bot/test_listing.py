"""`/history`: the links of a chat, ten a page, and the story of one."""

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine
from sqlmodel import Session, select
from telegram import InlineKeyboardButton

import words
from bot.message import Message, pack, unpack
from bot.messages.listing import FILTER_OF, Viewer, history_page
from bot.messages.marks import MARKS, state_of
from bot.messages.place import Place, unpacked
from bot.messages.story import story
from bot.messages.waiting import waiting_list
from bot.planning import set_deadline
from storage import archive, links, muting, reminders
from storage.engine import reading, writing
from storage.ingest import record
from storage.links import NewLink
from storage.statements import record_statements
from storage.tables import Chat, Link
from tests.bot.builders import SENT, Event, fits_telegram, keys, labels, plain, said, verbs
from tests.bot.builders import link as link_after
from tests.fetches import APPLE, GMAIL, NOON, OUTLOOK, PREFETCH, arrival
from tests.tracking.stories import SCRIPT
from tracking import Sighting, Statement, StatementKind, Windows
from tracking.status import LinkStatus
from words.typed import understood_in

ANNA, BEN, GROUP = 1001, 1002, -1003
LATER = NOON + 30 * 86400
FILTERS = ["• All", "Unopened", "Opened"]
FORTNIGHT = 14 * 86400.0


def make(session: Session, label: str, recipient: str = "landlord", chat: int = ANNA) -> Link:
    return links.create(session, links.NewLink(chat, chat, label, recipient), now=NOON, daily=100)


def tracked(engine: Engine, count: int) -> None:
    with writing(engine) as session:
        for number in range(1, count + 1):
            make(session, f"letter {number}")


def viewer(chat: int = ANNA, person: int = ANNA, name: str = "", now: float = LATER) -> Viewer:
    return Viewer(chat, is_group=chat < 0, person=person, name=name, now=now, revival=FORTNIGHT)


FIRST_PAGE, ANNAS = Place(), viewer()


def page(engine: Engine, at: Place = FIRST_PAGE, by: Viewer = ANNAS) -> Message:
    with reading(engine) as session:
        return history_page(session, by, at)


def told(engine: Engine, link: Link, back: Place = FIRST_PAGE) -> Message:
    with reading(engine) as session:
        return story(session, session.get_one(Link, link.id), LATER, FORTNIGHT, back)


def sent(engine: Engine, link: Link) -> None:
    with writing(engine) as session:
        statement = Statement(StatementKind.SENT, NOON + 60)
        locked = session.get_one(Link, link.id)
        record_statements(session, locked, statement, by=ANNA, now=NOON + 60, windows=Windows())


def fold(engine: Engine, link: Link, *sightings: Sighting, start: float = NOON + 3600) -> None:
    """A fetch a second."""
    arrivals = [arrival(link.token, start + second, what) for second, what in enumerate(sightings)]
    with writing(engine) as session:
        record(session.connection(), arrivals, Windows())


def offered(message: Message) -> list[tuple[str, object]]:
    """Return the buttons, but for those that archive links: the links of most tests are a month old."""
    return [(key.text, key.callback_data) for key in keys(message) if key not in archiving(message)]


def archiving(message: Message) -> list[InlineKeyboardButton]:
    return [key for key in keys(message) if str(key.callback_data).startswith("archive_all:")]


def listed(message: Message) -> set[int]:
    """Return the numbers of the links on a page."""
    return {int(key.text[1:]) for key in keys(message) if str(key.callback_data).startswith("link:")}


def test_a_chat_without_links_is_told_how_to_make_one(engine: Engine) -> None:
    message = page(engine)
    assert "No links yet. Send <code>/track contract to landlord</code>" in message.text
    assert keys(message) == []


def test_the_links_of_a_chat_are_listed_newest_first(engine: Engine) -> None:
    tracked(engine, 3)
    lines = plain(page(engine)).splitlines()
    assert lines[1:4] == [
        f"▫️ #{number} letter {number} → landlord · 14 Nov 2023 22:13 UTC" for number in (3, 2, 1)
    ]
    assert [text for text, _ in offered(page(engine))] == ["#3", "#2", "#1", *FILTERS]
    assert verbs(page(engine)) == ["link"] * 3 + ["page"] * 3 + ["archive_all"]


def test_another_chats_links_are_not_listed(engine: Engine) -> None:
    tracked(engine, 1)
    with writing(engine) as session:
        make(session, "Ben’s letter", chat=BEN)
    assert "Ben" not in page(engine).text
    assert "letter 1" not in page(engine, by=viewer(BEN)).text


@pytest.mark.parametrize(
    ("number", "numbers", "arrows"),
    [
        (1, range(25, 15, -1), [("Older →", "page:all.2")]),
        (2, range(15, 5, -1), [("← Newer", "page:all.1"), ("Older →", "page:all.3")]),
        (3, range(5, 0, -1), [("← Newer", "page:all.2")]),
        (9, range(5, 0, -1), [("← Newer", "page:all.2")]),
    ],
)
def test_arrows_lead_to_where_there_are_more(
    engine: Engine, number: int, numbers: range, arrows: list[tuple[str, str]]
) -> None:
    tracked(engine, 25)
    message = page(engine, Place(page=number))
    assert [text for text, _ in offered(message)][: len(numbers)] == [f"#{n}" for n in numbers]
    assert offered(message)[len(numbers) : -3] == arrows
    assert plain(message).startswith(f"Your links: 25 · page {min(number, 3)} of 3\n")


def test_ten_links_are_one_page_without_arrows(engine: Engine) -> None:
    tracked(engine, 10)
    assert [text for text, _ in offered(page(engine))][10:] == FILTERS
    assert plain(page(engine)).startswith("Your links: 10\n")


def test_a_full_page_of_the_longest_names_fits_telegram(engine: Engine) -> None:
    with writing(engine) as session:
        for label in ("<" * 5000, "&" * 5000, "👩‍👩‍👧‍👦" * 900, "א" * 5000, '"' * 5000) * 2:
            make(session, label, recipient=label)
    message = page(engine)
    assert verbs(message).count("link") == 10
    assert fits_telegram(message)


@pytest.mark.parametrize(
    ("events", "word"),
    [
        ((), "not in a mail yet"),
        ((GMAIL,), "draft"),
        ((SENT,), "sent"),
        ((SENT, PREFETCH), "sent and fetched, no open yet"),
        ((SENT, GMAIL), "opened once"),
        ((SENT, GMAIL, OUTLOOK), "opened 2 times"),
        ((SENT, GMAIL, said(StatementKind.STOPPED, NOON + 9000)), "stopped"),
    ],
)
def test_a_link_stands_where_a_word_says(events: tuple[Event, ...], word: str) -> None:
    assert state_of(link_after(*events), NOON + 9001, FORTNIGHT) == word


def test_a_story_is_told_newest_first_and_folds_what_repeats(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract")
    fold(engine, contract, GMAIL, start=NOON + 10)
    sent(engine, contract)
    fold(engine, contract, PREFETCH, GMAIL, GMAIL, GMAIL)
    fold(engine, contract, OUTLOOK, start=NOON + 7200)
    assert [
        line.partition(" · ")[2] for line in plain(told(engine, contract)).splitlines() if " UTC · " in line
    ] == [
        "opened: Outlook",
        "opened: Gmail’s image proxy (3×)",
        "fetched, no open yet: Gmail’s prefetcher",
        "you sent it",
        "in your draft: Gmail’s image proxy",
    ]


def test_a_link_that_nothing_fetched_says_so(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract")
    assert "Nothing has fetched it yet." in told(engine, contract).text


def test_a_story_asks_about_its_last_quiet_fetch_until_the_link_is_stopped(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract")
    sent(engine, contract)
    fold(engine, contract, SCRIPT)
    assert "It was a person: 14 Nov, 23:13" in [text for text, _ in offered(told(engine, contract))]
    assert "story_person" in verbs(told(engine, contract))
    with writing(engine) as session:
        locked, stop = session.get_one(Link, contract.id), Statement(StatementKind.STOPPED, NOON + 7200)
        record_statements(session, locked, stop, by=ANNA, now=NOON + 7200, windows=Windows())
    assert "story_person" not in verbs(told(engine, contract))


def test_silence_after_sending_is_explained(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract")
    sent(engine, contract)
    assert "“No open” doesn’t mean “not read”." in told(engine, contract).text
    fold(engine, contract, GMAIL)
    assert "Nothing seen" not in told(engine, contract).text


def test_a_story_of_thousands_of_fetches_is_short_and_says_how_many_there_were(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract")
    sent(engine, contract)
    for hour in (1, 4):  # at once, it would be a flood
        fold(engine, contract, *[GMAIL, OUTLOOK] * 250, start=NOON + hour * 3600)
    message = told(engine, contract)
    assert "… 288 more entries …\n" in message.text
    assert "… 700 earlier fetches …" in message.text
    assert fits_telegram(message)


@given(label=labels, recipient=labels)
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_story_and_every_page_fits_telegram_whatever_things_are_called(
    engine: Engine, label: str, recipient: str
) -> None:
    with Session(engine) as session:
        contract = make(session, label.replace("\0", ""), recipient.replace("\0", ""))
        assert fits_telegram(story(session, contract, LATER, FORTNIGHT, Place()))
        assert fits_telegram(history_page(session, viewer(), Place()))
        session.rollback()


def test_a_fetch_that_came_while_the_stop_was_on_its_way_has_its_line(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract")
        record_statements(
            session,
            contract,
            Statement(StatementKind.SENT, NOON + 60),
            by=ANNA,
            now=NOON + 60,
            windows=Windows(),
        )
    with writing(engine) as session:
        record(session.connection(), [arrival(contract.token, NOON + 3600.01)], Windows())
    with writing(engine) as session:
        locked, stop = session.get_one(Link, contract.id), Statement(StatementKind.STOPPED, NOON + 3600)
        record_statements(session, locked, stop, by=ANNA, now=NOON + 3600, windows=Windows())
    assert "opened" in told(engine, contract).text


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("draft", {"draft", "not in a mail yet"}),
        ("sent", {"sent", "sent and fetched, no open yet"}),
        ("unopened", {"sent", "sent and fetched, no open yet"}),
        ("opened", {"opened once", "opened 2 times", "opened once, asleep"}),
        ("asleep", {"opened once, asleep"}),
        ("stopped", {"stopped"}),
    ],
)
def test_a_search_for_a_state_finds_exactly_the_links_that_show_it(
    engine: Engine, word: str, shown: set[str]
) -> None:
    with writing(engine) as session:
        links_of = {
            what: make(session, what)
            for what in (
                "new",
                "draft",
                "sent",
                "fetched",
                "once",
                "twice",
                "long ago",
                "stopped",
                "objected",
            )
        }
    fold(engine, links_of["draft"], GMAIL)
    for what in ("sent", "fetched", "once", "twice", "long ago", "stopped", "objected"):
        sent(engine, links_of[what])
    fold(engine, links_of["fetched"], PREFETCH)
    for what in ("twice", "once", "stopped", "objected"):
        fold(engine, links_of[what], OUTLOOK, start=LATER - 3600)
    fold(engine, links_of["twice"], GMAIL, start=LATER - 1800)
    fold(engine, links_of["long ago"], OUTLOOK)
    with writing(engine) as session:
        for what, kind in (("stopped", StatementKind.STOPPED), ("objected", StatementKind.OBJECTED)):
            statement = Statement(kind, LATER - 60)
            locked = session.get_one(Link, links_of[what].id)
            record_statements(session, locked, statement, by=ANNA, now=LATER - 60, windows=Windows())
    with reading(engine) as session:
        everything = session.exec(select(Link)).all()
        found = history_page(session, viewer(), Place(FILTER_OF[word]))
        expected = {link.number for link in everything if str(state_of(link, LATER, FORTNIGHT)) in shown}
    assert listed(found) == expected
    assert expected


def test_every_state_that_people_can_type_is_searchable() -> None:
    for language in words.languages():
        assert set(understood_in(language).states.values()) == {*FILTER_OF}


def test_a_search_for_muted_links_finds_those_whose_card_says_so(engine: Engine) -> None:
    with writing(engine) as session:
        make(session, "contract")
        muting.mute(session, make(session, "offer"), muted=True)
    with reading(engine) as session:
        found = history_page(session, viewer(), Place("muted"))
    assert listed(found) == {2}
    assert "🔕" in found.text


def test_what_sleeps_is_found(engine: Engine) -> None:
    with writing(engine) as session:
        asleep, awake = make(session, "contract"), make(session, "offer")
    for link, at in ((asleep, NOON + 3600), (awake, LATER - 3600)):
        sent(engine, link)
        fold(engine, link, OUTLOOK, start=at)
    with reading(engine) as session:
        found = plain(history_page(session, viewer(), Place("asleep")))
    assert "contract" in found
    assert "offer" not in found


def test_each_line_begins_with_the_mark_of_its_state_and_tells_since_when_it_holds(engine: Engine) -> None:
    """The time of the newest event is another: a scanner came to what was sent, say, or a second open."""
    made = {
        what: _made(engine, what) for what in ("new", "draft", "sent", "apple", "gmail", "opened", "asleep")
    }
    fold(engine, made["draft"], GMAIL, GMAIL, start=NOON + 600)
    for what in ("sent", "apple", "gmail", "opened", "asleep"):
        sent(engine, made[what])
    fold(engine, made["sent"], SCRIPT, start=NOON + 7200)
    fold(engine, made["apple"], APPLE, start=NOON + 3600)
    fold(engine, made["gmail"], PREFETCH, start=NOON + 3600)
    fold(engine, made["opened"], OUTLOOK, start=LATER - 7200)
    fold(engine, made["opened"], OUTLOOK, start=LATER - 3600)
    fold(engine, made["asleep"], OUTLOOK, start=NOON + 86400)
    assert plain(page(engine)).splitlines()[1:8] == [
        f"💤 #7 asleep → landlord · {day(NOON + 86400 + FORTNIGHT)}",
        f"👀 #6 opened → landlord · {day(LATER - 7200)} · 2×",
        f"✓✓ #5 gmail → landlord · {day(NOON + 3600)}",
        f"✓ #4 apple → landlord · {day(NOON + 60)}",
        f"✓ #3 sent → landlord · {day(NOON + 60)}",
        f"📝 #2 draft → landlord · {day(NOON + 600)}",
        f"▫️ #1 new → landlord · {day(NOON)}",
    ]


def _made(engine: Engine, label: str) -> Link:
    with writing(engine) as session:
        return make(session, label)


def day(at: float) -> str:
    return re.sub("<[^>]*>", "", words.time(at, LATER))


def test_only_the_marks_on_the_page_are_explained(engine: Engine) -> None:
    tracked(engine, 2)
    sent(engine, _made(engine, "offer"))
    assert plain(page(engine)).splitlines()[-2] == "▫️ not in a mail yet · ✓ sent"


def test_every_status_has_a_mark_of_its_own() -> None:
    assert {*MARKS} == {*LinkStatus}
    assert len({*MARKS.values()}) == len(MARKS)


def test_a_filter_is_marked_and_counted_and_stays_on_the_next_page(engine: Engine) -> None:
    tracked(engine, 12)
    for number in range(11):
        sent(engine, _made(engine, f"offer {number}"))
    message = page(engine, Place("unopened"))
    assert plain(message).startswith("Unopened: 11 · page 1 of 2\n")
    assert [text for text, _ in offered(message)][-4:] == ["Older →", "All", "• Unopened", "Opened"]
    assert ("Older →", "page:unopened.2") in offered(message)
    assert listed(page(engine, Place("unopened", 2))) == {13}


def test_a_filter_that_leaves_nothing_leads_on(engine: Engine) -> None:
    tracked(engine, 1)
    message = page(engine, Place("opened"))
    assert plain(message) == "Opened: 0\n\nThere are none now."
    assert [text for text, _ in offered(message)] == ["All", "Unopened", "• Opened"]


def test_a_search_keeps_its_words_with_the_message_however_long_they_are(engine: Engine) -> None:
    long = "Straßenverkehrsordnungswidrigkeit " * 5
    for number in range(11):
        sent(engine, _made(engine, f"{long}{number}"))
    tracked(engine, 3)
    message = page(engine, Place(query=long.strip()))
    assert "page 1 of 2" in plain(message)
    assert unpacked(unpack(pack(message)).place) == Place(query=long.strip())
    assert fits_telegram(message)
    unopened = page(engine, Place("unopened", 2, query=long.strip()))
    assert listed(unopened) == {1}
    assert "· Unopened: 11 · page 2 of 2" in plain(unopened)


def test_in_a_group_each_line_says_who_tracked_it_and_mine_are_the_readers(engine: Engine) -> None:
    with writing(engine) as session:
        for person, name, label in ((ANNA, "Anna", "offer"), (BEN, "Ben", "notice"), (ANNA, "Anna", "bill")):
            links.create(session, NewLink(GROUP, person, label, tracker=name), now=NOON, daily=9)
    message = page(engine, by=viewer(GROUP, BEN, "Ben"))
    assert [line.rpartition(" · ")[2] for line in plain(message).splitlines()[1:4]] == ["Anna", "Ben", "Anna"]
    assert offered(message)[-1] == ("Mine", "page:mine.1")
    mine = page(engine, Place("mine"), viewer(GROUP, BEN, "Ben"))
    assert plain(mine).startswith("Tracked by Ben: 1\n")
    assert listed(mine) == {2}
    assert unpacked(mine.place).who == BEN


def test_turning_the_page_of_somebody_elses_links_shows_theirs(engine: Engine) -> None:
    with writing(engine) as session:
        for number in range(12):
            links.create(session, NewLink(GROUP, BEN, f"{number}", tracker="Ben"), now=NOON, daily=99)
    older = next(
        data
        for text, data in offered(page(engine, Place("mine"), viewer(GROUP, BEN, "Ben")))
        if "Older" in text
    )
    assert older == f"page:mine.2.{BEN}"
    theirs = page(engine, unpacked(str(older).removeprefix("page:")), viewer(GROUP, ANNA, "Anna"))
    assert plain(theirs).startswith("Tracked by Ben: 12 · page 2 of 2\n")


@pytest.mark.parametrize(
    "data", ["", "0", "10", "10 landl", "nothing.1", "all.0", "all.99999999999", "mine.1.x"]
)
def test_a_button_of_another_version_shows_the_first_page(engine: Engine, data: str) -> None:
    tracked(engine, 12)
    assert plain(page(engine, unpacked(data))).startswith("Your links: 12 · page 1 of 2\n")


def test_a_story_leads_back_to_where_one_was(engine: Engine) -> None:
    back = Place("unopened", 3, query="letter")
    message = told(engine, _made(engine, "letter"), back)
    assert offered(message)[-1] == ("← To the list", "page:unopened.3")
    assert unpacked(message.place) == back


def archived(engine: Engine, link: Link) -> None:
    with writing(engine) as session:
        archive.archive(session.get_one(Link, link.id), LATER - 60)


def test_archived_links_have_a_filter_of_their_own(engine: Engine) -> None:
    tracked(engine, 2)
    assert "Archived" not in dict(offered(page(engine)))
    archived(engine, _made(engine, "offer"))
    assert listed(page(engine)) == {1, 2}
    assert ("Archived", "page:archived.1") in offered(page(engine))
    message = page(engine, Place("archived"))
    assert plain(message).startswith("Archived: 1\n")
    assert listed(message) == {3}
    assert archiving(message) == []


def test_a_chat_whose_links_are_all_archived_is_led_to_them(engine: Engine) -> None:
    archived(engine, _made(engine, "offer"))
    message = page(engine)
    assert plain(message) == "Your links: 0\n\nThere are none now."
    assert ("Archived", "page:archived.1") in offered(message)


def test_a_search_finds_archived_links_and_marks_them(engine: Engine) -> None:
    tracked(engine, 1)
    archived(engine, _made(engine, "letter 2"))
    message = page(engine, Place(query="letter"))
    assert listed(message) == {1, 2}
    assert [line.endswith(" · 🗄") for line in plain(message).splitlines()[1:3]] == [True, False]


def test_what_was_never_sent_is_offered_for_the_archive_and_counted(engine: Engine) -> None:
    tracked(engine, 3)
    sent(engine, _made(engine, "offer"))
    assert [(key.text, key.callback_data) for key in archiving(page(engine))] == [
        ("🗄 Archive 3 that were never sent", "archive_all:unsent")
    ]
    assert archiving(page(engine, by=viewer(now=NOON + 3600))) == []
    assert archiving(page(engine, Place("unopened"))) == []


def test_after_archiving_several_they_can_be_brought_back(engine: Engine) -> None:
    tracked(engine, 1)
    with reading(engine) as session:
        message = history_page(session, viewer(), Place(), undo=1700000000)
    assert keys(message)[-1].callback_data == "undo_archive:1700000000"


def test_the_story_of_an_archived_link_says_so_and_brings_it_back(engine: Engine) -> None:
    offer = _made(engine, "offer")
    assert "story_archive" in verbs(told(engine, offer))
    archived(engine, offer)
    assert "🗄 Archived." in told(engine, offer).text
    assert "story_unarchive" in verbs(told(engine, offer))


def test_a_story_tells_of_its_reminder_and_deadline_with_a_button_to_end_each(engine: Engine) -> None:
    offer = _made(engine, "offer")
    assert not {"story_end_reminder", "story_end_deadline"} & {*verbs(told(engine, offer))}
    with writing(engine) as session:
        chat, link = session.get_one(Chat, ANNA), session.get_one(Link, offer.id)
        set_deadline(session, chat, link, date(2030, 1, 31), NOON)
        reminders.owe_reminder(session, link, LATER + 3600, NOON)
    message = told(engine, offer)
    assert "⏳ Reminder: " in plain(message)
    assert "⏳ Deadline: 31 January 2030" in plain(message) or "⏳ Deadline: 31 Jan 2030" in plain(message)
    assert {"story_end_reminder", "story_end_deadline"} <= {*verbs(message)}
    assert ("End reminder #1", f"story_end_reminder:{offer.id}") in offered(message)


def test_a_long_list_of_what_waits_shows_the_next_ones(engine: Engine) -> None:
    with writing(engine) as session:
        for number in range(12):
            reminders.owe_reminder(session, make(session, f"letter {number}"), LATER + number, NOON)
    with reading(engine) as session:
        message = waiting_list(reminders.waiting(session, ANNA), LATER)
    assert [key.text for key in keys(message)] == [f"End reminder #{number}" for number in range(1, 6)]
    assert "… and 7 later ones." in message.text
    assert fits_telegram(message)
    assert "No reminders" in waiting_list([], LATER).text
