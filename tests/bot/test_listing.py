"""`/history`: the links of a chat, ten a page, and the story of one."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine
from sqlmodel import Session, select

import words
from bot.message import Message
from bot.messages.listing import SEARCHABLE, history_page, state_of, story
from storage import links
from storage.engine import reading, writing
from storage.ingest import record
from storage.statements import record_statements
from storage.tables import Link
from tests.bot.builders import SENT, Event, fits_telegram, keys, labels, plain, said, verbs
from tests.bot.builders import link as link_after
from tests.fetches import GMAIL, NOON, OUTLOOK, PREFETCH, arrival
from tests.tracking.stories import SCRIPT
from tracking import Sighting, Statement, StatementKind, Windows
from words.typed import understood_in

ANNA, BEN = 1001, 1002
LATER = NOON + 30 * 86400
FORTNIGHT = 14 * 86400.0


def make(session: Session, label: str, recipient: str = "landlord", chat: int = ANNA) -> Link:
    return links.create(session, links.NewLink(chat, chat, label, recipient), now=NOON, daily=100)


def tracked(engine: Engine, count: int) -> None:
    with writing(engine) as session:
        for number in range(1, count + 1):
            make(session, f"letter {number}")


def page(engine: Engine, offset: int = 0, chat: int = ANNA) -> Message:
    with reading(engine) as session:
        return history_page(session, chat, offset, LATER, revival=FORTNIGHT)


def told(engine: Engine, link: Link) -> Message:
    with reading(engine) as session:
        return story(session, session.get_one(Link, link.id), LATER)


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
    return [(key.text, key.callback_data) for key in keys(message)]


def test_a_chat_without_links_is_told_how_to_make_one(engine: Engine) -> None:
    message = page(engine)
    assert "No links yet. Send <code>/track contract to landlord</code>" in message.text
    assert keys(message) == []


def test_the_links_of_a_chat_are_listed_newest_first(engine: Engine) -> None:
    tracked(engine, 3)
    lines = plain(page(engine)).splitlines()
    assert lines[1:4] == [
        f"#{number} letter {number} → landlord: not in a mail yet, 14 Nov 2023 22:13 UTC"
        for number in (3, 2, 1)
    ]
    assert [text for text, _ in offered(page(engine))] == ["#3", "#2", "#1"]
    assert set(verbs(page(engine))) == {"link"}


def test_another_chats_links_are_not_listed(engine: Engine) -> None:
    tracked(engine, 1)
    with writing(engine) as session:
        make(session, "Ben’s letter", chat=BEN)
    assert "Ben" not in page(engine).text
    assert "letter 1" not in page(engine, chat=BEN).text


@pytest.mark.parametrize(
    ("offset", "numbers", "arrows"),
    [
        (0, range(25, 15, -1), [("Older →", "page:10")]),
        (10, range(15, 5, -1), [("← Newer", "page:0"), ("Older →", "page:20")]),
        (20, range(5, 0, -1), [("← Newer", "page:10")]),
        (3, range(22, 12, -1), [("← Newer", "page:0"), ("Older →", "page:13")]),
    ],
)
def test_arrows_lead_to_where_there_are_more(
    engine: Engine, offset: int, numbers: range, arrows: list[tuple[str, str]]
) -> None:
    tracked(engine, 25)
    message = page(engine, offset)
    assert [text for text, _ in offered(message)] == [f"#{n}" for n in numbers] + [text for text, _ in arrows]
    assert offered(message)[len(numbers) :] == arrows


def test_ten_links_are_one_page_without_arrows(engine: Engine) -> None:
    tracked(engine, 10)
    assert len(keys(page(engine))) == 10


def test_a_full_page_of_the_longest_names_fits_telegram(engine: Engine) -> None:
    with writing(engine) as session:
        for label in ("<" * 5000, "&" * 5000, "👩‍👩‍👧‍👦" * 900, "א" * 5000, '"' * 5000) * 2:
            make(session, label, recipient=label)
    message = page(engine)
    assert len(keys(message)) == 10
    assert fits_telegram(message)


@pytest.mark.parametrize(
    ("events", "word"),
    [
        ((), "not in a mail yet"),
        ((GMAIL,), "draft"),
        ((SENT,), "sent"),
        ((SENT, PREFETCH), "sent and fetched, no look known"),
        ((SENT, GMAIL), "opened once"),
        ((SENT, GMAIL, OUTLOOK), "opened 2 times"),
        ((SENT, GMAIL, said(StatementKind.STOPPED, NOON + 9000)), "stopped"),
    ],
)
def test_a_link_stands_where_a_word_says(events: tuple[Event, ...], word: str) -> None:
    assert state_of(link_after(*events)) == word


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
        "fetched, no look known: Gmail’s prefetcher",
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
    assert "Nothing seen is not “not read”." in told(engine, contract).text
    fold(engine, contract, GMAIL)
    assert "Nothing seen" not in told(engine, contract).text


def test_a_story_of_thousands_of_fetches_is_short_and_says_how_many_there_were(engine: Engine) -> None:
    with writing(engine) as session:
        contract = make(session, "contract")
    sent(engine, contract)
    fold(engine, contract, *[GMAIL, OUTLOOK] * 500)
    message = told(engine, contract)
    assert "… and 970 earlier fetches." in message.text
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
        assert fits_telegram(story(session, contract, LATER))
        assert fits_telegram(history_page(session, ANNA, 0, LATER, revival=FORTNIGHT))
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
    with reading(engine) as session:
        assert "opened" in story(session, session.get_one(Link, contract.id), NOON + 3700).text


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("draft", {"draft"}),
        ("sent", {"sent", "sent and fetched, no look known"}),
        ("unopened", {"sent", "sent and fetched, no look known"}),
        ("opened", {"opened once", "opened 2 times"}),
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
        found = history_page(session, ANNA, 0, LATER, word, revival=FORTNIGHT)
        expected = {link.number for link in everything if str(state_of(link)) in shown}
    assert {int(text[1:]) for text, _ in offered(found)} == expected
    assert expected


def test_every_state_that_people_can_type_is_searchable() -> None:
    for language in words.languages():
        assert set(understood_in(language).states.values()) == {*SEARCHABLE, "muted"}


def test_a_search_for_muted_links_finds_those_whose_card_says_so(engine: Engine) -> None:
    with writing(engine) as session:
        make(session, "contract")
        links.mute(session, make(session, "offer"), muted=True)
    with reading(engine) as session:
        found = history_page(session, ANNA, 0, LATER, "muted", revival=FORTNIGHT)
    assert [text for text, _ in offered(found)] == ["#2"]


def test_what_sleeps_is_found(engine: Engine) -> None:
    with writing(engine) as session:
        asleep, awake = make(session, "contract"), make(session, "offer")
    for link, at in ((asleep, NOON + 3600), (awake, LATER - 3600)):
        sent(engine, link)
        fold(engine, link, OUTLOOK, start=at)
    with reading(engine) as session:
        found = plain(history_page(session, ANNA, 0, LATER, "Asleep", revival=FORTNIGHT))
    assert "contract" in found
    assert "offer" not in found
