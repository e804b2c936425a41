"""Measures how soon an open is told and a command answered in a group where a hundred messages wait.

The local Bot API has Telegram's limits on: a group may get 20 messages a minute. The open and the command
come at the same moment. The time runs until the alert, and until the answer, are in the group.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

from sqlmodel import col, func, select

from bench.figures import Aim, Figure
from bench.product import Product
from bench.programs import WrongResultError
from demo import telegram
from storage.engine import reading, writing
from storage.tables import OutboxMessage

PART = "group"
AIM = Aim(5)
WAITING = 100
"""Messages that wait in every round, at least."""
LINKS = 150
ROUNDS = 5
PAUSE = 12.0
"""Seconds between two rounds. Each spends two of the messages that a group may get in 8 s."""
BEGUN = 6
"""Messages of the queue after which the group's burst is spent, and the rounds begin."""
OUTLOOK = {
    "User-Agent": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)",
    "X-Forwarded-For": "188.21.77.218",
}


class Group:
    """A group with a person in it, and links that were sent. Their cards wait to be shown."""

    def __init__(self, api: telegram.Running, product: Product) -> None:
        self.api, self._product = api, product
        self._anna = api.person("Anna")
        self._chat = api.group("House", [self._anna])
        self._urls = [product.new_pixel_url(self._chat.id) for _ in range(LINKS)]

    def show_cards(self) -> None:
        """Put every card into the group. Each has changed since."""
        with self.api.monitor.lock, writing(self._product.engine) as session:
            for card in session.exec(select(OutboxMessage)):
                shown = self.api.new_message(self._chat, self.api.bot, text="a card")
                self.api.post(shown)
                card.telegram_id, card.delivered_version, card.version = shown.id, 1, 2

    def count_sent(self) -> int:
        """Return how many new messages and edits the Bot API has accepted."""
        methods = ("sendmessage", "editmessagetext")
        return sum(call.method.lower() in methods and call.status == 200 for call in self.api.calls)

    def open_and_ask(self) -> tuple[float, float]:
        """Return the seconds until an open is told, and until a command of the same moment is answered."""
        self._check_that_many_wait()
        before, url = len(self.api.said(self._chat)), self._urls.pop()
        asked = time.perf_counter()
        self.api.say(self._anna, f"/history@{self.api.bot.username}", self._chat)
        with urlopen(Request(url, headers=OUTLOOK), timeout=10):  # noqa: S310  # loopback
            pass
        told: list[float] = []
        answered: list[float] = []
        self.api.wait_for(lambda: self._note(told, answered, before), seconds=60)
        return told[0] - asked, answered[0] - asked

    def _note(self, told: list[float], answered: list[float], before: int) -> bool:
        """Note when the alert is there, and when the answer. Return True once both are."""
        texts = [message.text for message in self.api.said(self._chat)[before:] if "/i/" not in message.text]
        alerts = [text for text in texts if "was opened" in text]
        told += [time.perf_counter()] * (len(alerts) > len(told))
        answered += [time.perf_counter()] * (len(texts) - len(alerts) > len(answered))
        return bool(told and answered)

    def _check_that_many_wait(self) -> None:
        with reading(self._product.engine) as session:
            waiting = session.exec(select(func.count()).where(col(OutboxMessage.state) == "pending")).one()
        if waiting < WAITING:
            raise WrongResultError(f"only {waiting} messages wait")


def measure(rounds: int = ROUNDS) -> list[Figure]:
    return [
        *_figures("new cards", lambda _group: None, rounds),
        *_figures("changed cards", Group.show_cards, rounds),
    ]


def _figures(what: str, prepare: Callable[[Group], None], rounds: int) -> list[Figure]:
    opened, answered = zip(*_seconds(prepare, rounds), strict=True)
    note = f"{WAITING} {what} waiting; the slowest of {rounds}"
    return [
        Figure(PART, name, max(took), "s", min(took), max(took), AIM, note)
        for name, took in (("an open in a busy group", opened), ("/history in a busy group", answered))
    ]


def _seconds(prepare: Callable[[Group], None], rounds: int) -> list[tuple[float, float]]:
    with telegram.running(limits=telegram.LIFTED) as api, tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder), BOT_TOKEN=api.token, TELEGRAM_API_URL=api.url)
        group = Group(api, product)
        prepare(group)
        api.flood.limits = telegram.Limits()
        took = []
        with product.pixel_server(), product.bot():
            api.wait_for(lambda: group.count_sent() >= BEGUN, seconds=120)
            for _ in range(rounds):
                took.append(group.open_and_ask())
                time.sleep(PAUSE)
        return took
