"""A link that was fetched 300,000 times: all that its owner says and asks, while another chat asks too."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

from sqlalchemy import insert
from sqlmodel import select

from bench.attacks.attack import Attack, Came
from bench.attacks.target import Target
from bench.figures import Aim, Figure
from demo import telegram
from storage.engine import reading, writing
from storage.fetch_ids import new_id
from storage.tables import FetchRow, Link, StatementRow, Unjudged
from storage.times import moment, now

FETCHES, CHUNK = 300_000, 10_000
BEGAN, LASTED = 3 * 86400.0, 2 * 86400.0
"""Seconds: how long ago the flood began, and how long it lasted."""
QUICK, EXPORTED, WORST_ANSWER = Aim(1.0), Aim(15.0), Aim(3.0)
"""Seconds: what its owner says and looks at, the export, and another chat's command."""
BETWEEN = 1.0
"""Seconds between two commands of the other chat: the bot tells one chat one message a second."""
LONGEST_WAIT = 60
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)"


def _fill(target: Target, fetches: int = FETCHES) -> None:
    """Let Mallory track a mail, whose draft is then fetched again and again, and Ben begin a chat."""
    for name, text in (("Mallory", "/track flooded"), ("Ben", "/status")):
        _first_answer(target, target.api.person(name), text)
    link = _link(target)
    for first in range(1, fetches + 1, CHUNK):
        numbers = range(first, min(first + CHUNK, fetches + 1))
        with writing(target.product.engine) as session:
            rows = [_row(link.id, seq, fetches) for seq in numbers]
            session.connection().execute(insert(FetchRow), rows)
            session.get_one(Link, link.id).fetches = numbers[-1]


def _row(link_id: int, seq: int, fetches: int) -> dict[str, object]:
    at = now() - BEGAN + seq * LASTED / fetches
    return {
        "id": new_id(at),
        "link_id": link_id,
        "seq": seq,
        "at": moment(at),
        "agent": "gmail_proxy",
        "network": "google_proxy",
        "user_agent": GMAIL,
        "kind": "inserted" if seq > 1 else "activated",
        "reason": "before_sent",
        "confidence": "strong",
    }


def _link(target: Target) -> Link:
    with reading(target.product.engine) as session:
        return session.exec(select(Link).where(Link.label == "flooded")).one()


def _first_answer(target: Target, person: telegram.User, text: str) -> telegram.Message:
    """Let somebody send a command. Return the bot's first message after it."""
    before = len(target.api.said(person))
    target.api.say(person, text)
    return target.api.wait_for(lambda: next(iter(target.api.said(person)[before:]), None), LONGEST_WAIT)


class Owner:
    """Mallory, who uses the flooded link. Her figures are the seconds until each answer."""

    def __init__(self, target: Target) -> None:
        self._target, self._api = target, target.api
        self._person = _named(target, "Mallory")
        self.figures = list[Figure]()

    def says(self, what: str, act: Callable[[], object]) -> None:
        """Say something about the link, and then wait until all its fetches are judged again."""
        known, began = self._said(), time.monotonic()
        self.does(what, act, QUICK)
        while self._said() == known or self._is_judged_again():
            time.sleep(0.05)
        self._note(f"from {what} to its outcome", time.monotonic() - began)

    def does(self, what: str, act: Callable[[], object], aim: Aim) -> None:
        began = time.monotonic()
        act()
        self._note(what, time.monotonic() - began, aim)

    def _note(self, what: str, took: float, aim: Aim | None = None) -> None:
        self.figures.append(Figure("flooded", what, took, "s", aim=aim))

    def _said(self) -> int:
        """Return how many statements are stored."""
        with reading(self._target.product.engine) as session:
            return len(session.exec(select(StatementRow.id)).all())

    def _is_judged_again(self) -> bool:
        with reading(self._target.product.engine) as session:
            return session.exec(select(Unjudged)).first() is not None

    def press(self, message: telegram.Message, button: str) -> None:
        """Press a button, and wait for its toast."""
        query = self._api.press(self._person, message, button)
        self._api.wait_for(lambda: query.answer, LONGEST_WAIT)

    def ask(self, text: str) -> telegram.Message:
        return _first_answer(self._target, self._person, text)

    def sees(self, *texts: str) -> telegram.Message:
        """Wait for a message with these texts, such as the alert of an open."""

        def found() -> telegram.Message | None:
            said = self._api.said(self._person)
            return next((each for each in said if all(text in each.text for text in texts)), None)

        return self._api.wait_for(found, LONGEST_WAIT)

    def press_for_message(self, message: telegram.Message, button: str) -> None:
        """Press a button, and wait for the message that answers it."""
        before = len(self._api.said(self._person))
        self._api.press(self._person, message, button)
        self._api.wait_for(lambda: len(self._api.said(self._person)) > before, LONGEST_WAIT)


def _named(target: Target, name: str) -> telegram.User:
    return next(user for user in target.api.users.values() if user.first_name == name)


def flooded(target: Target) -> Came:
    """Say and ask everything about the link. Ben asks for his links meanwhile."""
    owner, link = Owner(target), _link(target)
    url = f"{target.product.url}/i/{link.token}.gif"
    with _another_chat(target) as worst:
        card = owner.sees("flooded")
        owner.says("Sent", lambda: owner.press(card, "sent:"))
        _request(url, OUTLOOK)
        alert = owner.sees("flooded", "was opened")
        owner.says("That was me", lambda: owner.press(alert, "own:"))
        owner.says("a time of sending", lambda: owner.ask(f"/sent {link.number} 5 days ago"))
        owner.does("the story", lambda: owner.ask(f"/history {link.number}"), QUICK)
        story = owner.ask(f"/history {link.number}")
        owner.does("the picture", lambda: owner.press_for_message(story, "light:"), QUICK)
        owner.does("Why?", lambda: owner.press_for_message(alert, "why:"), QUICK)
        owner.does("the export", lambda: owner.ask("/export"), EXPORTED)
        page = url.replace("/i/", "/n/").removesuffix(".gif")
        owner.does("Stop on the recipient's page", lambda: _request(page, GMAIL, b""), QUICK)
    told = f"{FETCHES:,} fetches on one link; the bot judged all of them again three times"
    answer = Figure(
        "flooded",
        "another chat's worst answer",
        max(worst),
        "s",
        aim=WORST_ANSWER,
        note=f"{len(worst)} asked",
    )
    return Came(told, [*owner.figures, answer])


def _request(url: str, agent: str, data: bytes | None = None) -> None:
    headers = {"User-Agent": agent, "X-Forwarded-For": "188.21.77.218"}
    with urlopen(Request(url, data, headers), timeout=LONGEST_WAIT) as answer:  # noqa: S310  # loopback
        answer.read()


@contextmanager
def _another_chat(target: Target) -> Iterator[list[float]]:
    """Let Ben ask for his links until the end of the block. Yield the seconds until each answer."""
    ben, took, ends = _named(target, "Ben"), list[float](), threading.Event()

    def ask() -> None:
        while not ends.is_set():
            began = time.monotonic()
            _first_answer(target, ben, "/history")
            took.append(time.monotonic() - began)
            ends.wait(BETWEEN)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield took
    finally:
        ends.set()
        asking.join()


ATTACKS = [
    Attack(
        "flooded",
        "a link with 300,000 fetches: all that its owner can say and ask, while another chat asks too",
        flooded,
        chat=True,
        prepare=_fill,
    )
]
