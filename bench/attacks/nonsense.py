"""Long nonsense in the chat: sixty commands at once, as long as they may be, and longer."""

import time

from bench.attacks.attack import Attack, Came
from bench.attacks.target import Target
from bench.figures import Aim, Figure
from demo import telegram

COMMANDS = 60
NONSENSE = "at to by 3 "
LENGTHS = (4096, 1000)
"""The characters of a message: as many as Telegram takes, and as many as the bot reads after a command."""
WORST_ANSWER = Aim(3.0)
"""Seconds: another chat's command."""
LONGEST_WAIT = 60


def _greet(target: Target) -> None:
    """Let Mallory and Ben begin a chat each, so that the bot has loaded what it needs."""
    for name in ("Mallory", "Ben"):
        _asks(target, target.api.person(name), "/status")


def _asks(target: Target, person: telegram.User, text: str) -> float:
    """Let somebody send a command. Return the seconds until the bot answers."""
    before, asked = len(target.api.said(person)), time.monotonic()
    target.api.say(person, text)
    target.api.wait_for(lambda: len(target.api.said(person)) > before, LONGEST_WAIT)
    return time.monotonic() - asked


def nonsense(target: Target, commands: int = COMMANDS) -> Came:
    """Mallory sends the commands; Ben asks for his links meanwhile, again and again."""
    mallory, ben = (user for user in target.api.users.values() if user.first_name in ("Mallory", "Ben"))
    answered = len(target.api.said(mallory)) + commands
    texts = [f"/remind {NONSENSE * length}"[:length] for length in LENGTHS]
    began = time.monotonic()
    for number in range(commands):
        target.api.say(mallory, texts[number % len(texts)])
    worst, asked = 0.0, 0
    while len(target.api.said(mallory)) < answered and time.monotonic() < began + LONGEST_WAIT:
        worst, asked = max(worst, _asks(target, ben, "/history")), asked + 1
    told = f"{commands} commands of 1,000 and 4,096 characters, answered in {time.monotonic() - began:.1f} s"
    note = f"asked {asked} times"
    answer = Figure("nonsense", "another chat's worst answer", worst, "s", aim=WORST_ANSWER, note=note)
    return Came(told, [answer])


ATTACKS = [
    Attack(
        "nonsense",
        "sixty commands of 1,000 and 4,096 characters in one chat",
        nonsense,
        chat=True,
        prepare=_greet,
    )
]
