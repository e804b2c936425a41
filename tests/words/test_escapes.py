"""No sentence escapes translation: in a pseudo-language, everything that is shown is inside brackets."""

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine

import words
from bot.message import Message
from bot.messages import alerts, cards, nudges
from demo.telegram.world import Call
from settings import Settings
from storage.engine import writing
from storage.keys import open_keys
from storage.tables import Chat
from storage.times import moment
from tests.bot.builders import COPY_PAGE, PUBLIC, SENT, Event, fetch, keys, link, said
from tests.fetches import GMAIL, NOON, OUTLOOK
from tests.in_process import in_process
from tests.people import BROWSER, PREFETCH
from tests.people import Chat as Person
from tests.people import fetch as fetched
from tests.pixel_server.serving import Served, serving, track
from tests.pseudo import LEFT_TO_RIGHT, RIGHT_TO_LEFT, untranslated
from tracking import Agent, Confidence, Kind, Network, Reason, StatementKind

NAMES = ("contract", "landlord", "Ben", "Anna")
NOT_WORDS = ("English", "Berlin", "Europe", "UTC", "Mexico_City", "America", "readback.zip")


pytestmark = pytest.mark.usefixtures("pseudo_languages")


def shown_in(message: Message) -> set[str]:
    """Return the parts of a message that are outside the brackets."""
    text = html.unescape(re.sub("<[^>]*>", "", message.text))
    parts = [text, message.asks, *(key.text for key in keys(message))]
    return set().union(*(untranslated(part, *NAMES) for part in parts))


# --- wording ----------------------------------------------------------------------------------------


@pytest.fixture
def speaking() -> Iterator[None]:
    with words.speaking(LEFT_TO_RIGHT):
        yield


def test_every_alert_is_translated(speaking: None) -> None:
    tracked, now = link(SENT), NOON + 86400
    for kind, reason in product(Kind, Reason):
        seen = fetch(kind, reason, Confidence.WEAK, network=Network.UNKNOWN)
        for last in (None, NOON - 30 * 86400):
            assert shown_in(alerts.opened(tracked, seen, last, now)) == set()
        assert shown_in(alerts.proxied(tracked, seen, now)) == set()
        assert shown_in(alerts.why(tracked, seen, now)) == set()


def test_every_name_of_a_fetcher_is_translated(speaking: None) -> None:
    for agent, network in product(Agent, Network):
        assert shown_in(alerts.why(link(SENT), fetch(agent=agent, network=network), NOON + 86400)) == set()


STATES: list[tuple[Event, ...]] = [
    (),
    (GMAIL,),
    (GMAIL, SENT),
    (SENT, OUTLOOK),
    (SENT, OUTLOOK, GMAIL),
    (SENT, said(StatementKind.STOPPED)),
    (SENT, said(StatementKind.OBJECTED)),
    (said(StatementKind.TOLD_SENT),),
]


def test_every_card_and_nudge_is_translated(speaking: None) -> None:
    chat = Chat(id=1001, created_at=moment(NOON))
    for events, now in product(STATES, (NOON + 61, NOON + 30 * 86400)):
        tracked = link(*events, muted=now > NOON + 100)
        tracked.deadline, tracked.tracker = moment(now + 86400), "Anna"
        card = cards.card(tracked, public_url=PUBLIC, copy_page=COPY_PAGE, now=now, revival=14 * 86400)
        for message in (card, nudges.reminder(chat, tracked, now), nudges.deadline(chat, tracked, now)):
            assert message is None or shown_in(message) == set()


# --- the chat ---------------------------------------------------------------------------------------

TYPED = (
    """/track contract to landlord
/help
/status
/privacy
/legal
/track
/cancel
/cancel
/track a to b, c, d, e, f, g
/track offer to a@x.example b@x.example
/track notice to Ben by 2020-01-01
/sent
/sent 77
/sent 1 soon
/sent 1 at 14:05
/note 1
/note 1 Anna
/history
/history nothing
/export
/nonsense
nonsense""",
    """/track contract to landlord by tomorrow
/remind 1
/remind 1 in 2 days
/remind 1 off
/remind 1 off
/peek
/peek 1
/mute 1
/timezone
/timezone Atlantis
/timezone Mexico
/timezone Berlin
/quiet
/quiet 22:00-07:00
/quiet off
/digest
/digest 18:00
/digest off
/language
/language tlh
/stop 1
/status""",
)
"""By two people, and the rest by two others, because a chat waits after a burst of thirty messages."""


def test_everything_that_the_bot_sends_to_anna_is_translated(settings: Settings) -> None:
    with in_process(settings) as (api, _):
        for typed in TYPED:
            somebody = Person(api, api.person("Ben", language_code=LEFT_TO_RIGHT))
            for text in typed.splitlines():
                somebody.asks(text)
        _tracks_a_mail(Person(api, api.person("Anna", language_code=LEFT_TO_RIGHT)))
        _looks_back_and_deletes(Person(api, api.person("Anna", language_code=LEFT_TO_RIGHT)))
        calls = list(api.calls)
    escaped = {call.method: found for call in calls if (found := outside(call))}
    registered = {call.method for call in calls if call.values.get("language_code") == LEFT_TO_RIGHT}
    assert escaped == {}
    assert {"setmycommands", "setmydescription", "setmyshortdescription"} <= registered


def _tracks_a_mail(anna: Person) -> None:
    card, url = anna.tracks("contract to landlord")
    anna.presses(card, "apps:")
    fetched(url)
    anna.sees("I see it in your draft")
    assert anna.presses(card, "sent:") == "⟦Noted. Watching.⟧"
    fetched(url, PREFETCH)
    anna.sees("reached Gmail")
    fetched(url, BROWSER)
    alert = anna.sees("was opened")
    for button in ("why:", "own:", "not_own:", "mute:"):
        anna.presses(alert, button)
    for button in ("unmute:", "stop:", "resume:"):
        anna.presses(card, button)


def _looks_back_and_deletes(anna: Person) -> None:
    anna.tracks("contract to landlord")
    presses = {
        "/history": ("Your links", ("link:", "light:", "ask_delete:", "page:")),
        "/legal": ("The law, by place", ("legal:france",)),
        "/start": ("tells you what happened", ("track:",)),
        "/help": ("What I understand", ("help:data", "help:track", "test:")),
        "/delete 1": ("Delete ⟦", ("delete:",)),
        "/delete everything": ("Delete everything?", ("everything:1", "everything:2")),
    }
    for typed, (told, buttons) in presses.items():
        anna.says(typed)
        answer = anna.sees(told)
        for button in buttons:
            anna.presses(answer, button)
    anna.sees("Everything is deleted")


def outside(call: Call) -> set[str]:
    """Return the parts of a call to Telegram that a person would see untranslated."""
    values = call.values
    if call.method.startswith("setmy") and values.get("language_code") != LEFT_TO_RIGHT:
        return set()
    parts = [values.get(name, "") for name in ("text", "caption", "description", "short_description")]
    parts += [command["description"] for command in json.loads(values.get("commands", "[]"))]
    markup: dict[str, Any] = json.loads(values.get("reply_markup", "{}"))
    parts.append(markup.get("input_field_placeholder", ""))
    buttons = [key for row in markup.get("inline_keyboard", ()) for key in row]
    parts += [key["text"] for key in buttons if not key.get("callback_data", "").startswith("zone:")]
    plain = [html.unescape(re.sub("<[^>]*>", "", part)) for part in parts]
    return set().union(*(untranslated(part, *NAMES, *NOT_WORDS) for part in plain))


# --- the pages --------------------------------------------------------------------------------------


class Words(HTMLParser):
    """Return the texts that a page shows now or later."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.root: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.root = dict(attrs)
        for name, value in attrs:
            if (
                name.startswith("data-") and name not in ("data-url", "data-image", "data-stage")
            ) or name in (
                "title",
                "alt",
                "aria-label",
                "placeholder",
            ):
                self.shown.append(value or "")

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    with serving(settings, operator="Anna", contact="Ben") as served:
        yield served


def tracked(engine: Engine) -> Any:
    contract = track(engine)
    with writing(engine) as session:
        session.get_one(Chat, contract.chat_id).language = LEFT_TO_RIGHT
    return contract


def test_every_page_is_translated(served: Served, engine: Engine) -> None:
    contract = tracked(engine)
    keys_of = open_keys(served.settings.key_file)
    own = f"/copy/{keys_of.owner_key(contract.id, contract.token)}"
    test = f"/try/{keys_of.test_key(contract.id, contract.token)}"
    paths = ["/", f"/n/{contract.token}", own, test, "/nothing", "/n?image=nothing"]
    for path in paths:
        answer = served.get(path, accept_language=f"tlh, {LEFT_TO_RIGHT};q=0.5")
        page = Words(answer.text)
        told = " ".join(part for part in page.shown if "<img" not in part)
        # The page's style sheet reads "computer" or "phone" from an attribute.
        assert untranslated(told, *NAMES, "Readback", "computer") == set(), path
        assert page.root == {"lang": LEFT_TO_RIGHT, "dir": "ltr"}
        assert answer.headers["content-language"] == LEFT_TO_RIGHT


def test_a_page_has_the_direction_of_its_language(served: Served) -> None:
    answer = served.get("/", accept_language=f"{RIGHT_TO_LEFT}, en;q=0.1")
    assert Words(answer.text).root == {"lang": RIGHT_TO_LEFT, "dir": "rtl"}
    assert answer.headers["vary"] == "Accept-Language"


def test_the_owners_page_is_in_the_language_of_their_chat(served: Served, engine: Engine) -> None:
    contract = tracked(engine)
    key = open_keys(served.settings.key_file).owner_key(contract.id, contract.token)
    answer = served.get(f"/copy/{key}", accept_language="en")
    assert Words(answer.text).root["lang"] == LEFT_TO_RIGHT
    assert "vary" not in answer.headers
