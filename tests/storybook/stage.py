"""The stage for stories: the real bot, the real pixel server and a local Telegram, on the story's clock."""

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlmodel import col, func, or_, select
from starlette.applications import Starlette

import settings as configuration
from demo import telegram
from demo.telegram.serving import listening, routes_of, serving
from storage import outbox
from storage.engine import connect, database_of, reading, writing
from storage.health import BOT, PIXEL_SERVER, beat
from storage.notifying import Topic
from storage.tables import Chat, OutboxMessage, StoredUpdate
from storage.times import moment
from tests.processes import Processes
from tests.storybook.clock import Clock

SETTINGS = {"SETTLE_SECONDS": "5", "DAILY_LINKS": "12"}
"""With twelve links a day one story can reach the limit, and another has two pages of links."""
PATIENCE = 30.0
"""Seconds after which programs that are still busy are a failure."""
CHECK = 0.008
"""Seconds between two checks of the database while Telegram has nothing new."""


class Stage:
    """Both programs, the local Telegram and the clock of the story that is played."""

    def __init__(self, api: telegram.Running, running: Processes, clock: Clock, locale: str) -> None:
        self.api, self.running, self.clock = api, running, clock
        self._under = (sys.executable, "-m", "tests.storybook.child", str(clock.path), locale)
        self.down = False
        """True while Telegram answers nothing."""
        self._bot_is_away = False
        self._late = set[str]()
        """The presses that waited for the bot: Telegram takes the answer to one for some minutes only."""
        settings = configuration.read(running.environ, dotenv=None)
        self._engine = connect(settings)
        self._notifier = database_of(self._engine).notifier(Topic.NEWS)

    def start(self, *programs: str) -> None:
        self.running.start(*programs, under=self._under)

    def end_bot(self, how: signal.Signals) -> None:
        """End the bot, right after a heartbeat.

        It writes one each 20 seconds of real time: by the story's clock, which every story sets back, that
        can be any time.
        """
        self.running.end("bot", how)
        with writing(self._engine) as session:
            beat(session, BOT, "", self.clock())
        self._bot_is_away = True

    def bring_bot_back(self) -> None:
        """Start the bot, if it was ended. What was pressed meanwhile waits for it."""
        if self._bot_is_away:
            with self.api.monitor.lock:
                self._late |= {query.id for query in self.api.queries.values() if query.answer is None}
            self.start("bot")
            self._bot_is_away = False

    def close(self) -> None:
        self.running.end_all()
        self._notifier.close()
        self._engine.dispose()

    def set_clock(self, at: float) -> None:
        """Set the clock, and wake the bot, which would find only minutes later what is due now.

        The pixel server gets a heartbeat too: its own next one is up to 20 seconds of real time away.
        """
        self.clock.set(at)
        with writing(self._engine) as session:
            beat(session, PIXEL_SERVER, "", at)
            outbox.refresh_due(session, at)
            self._notifier.in_transaction(session.connection())
        self._notifier.after_commit()

    def wait_until_idle(self) -> None:
        """Wait until both programs have nothing left to do.

        This guesses no time: Telegram has no update left, the inbox has no update that is not done, the
        outbox has no message that is due, and every pressed button is answered.
        Without the bot, nothing is left to do: the pixel server has stored what it has answered.
        """
        deadline = time.monotonic() + PATIENCE
        while not self._is_idle():
            if time.monotonic() > deadline:
                raise AssertionError("the programs are still busy after this:\n" + self.api.lines()[-4000:])
            self.api.monitor.wait(lambda: None, CHECK)

    def _is_idle(self) -> bool:
        if self._bot_is_away:
            return True
        with self.api.monitor.lock:
            if self.api.updates.pending or self._is_a_press_unanswered():
                return False
        with reading(self._engine) as session:
            return session.exec(_updates_left()).one() == 0 and self._is_delivered(
                session.exec(_due_messages(self.clock())).all()
            )

    def _is_a_press_unanswered(self) -> bool:
        return any(query.answer is None and query.id not in self._late for query in self.api.queries.values())

    def _is_delivered(self, due: Sequence[tuple[str, int]]) -> bool:
        """Return True if nothing is due, or if Telegram is down and something due was tried in vain."""
        if not self.down:
            return not due
        return all(state == "pending" for state, _ in due) and (not due or any(tries for _, tries in due))


def _updates_left() -> Any:
    return select(func.count()).select_from(StoredUpdate).where(col(StoredUpdate.done).is_(False))


def _due_messages(now: float) -> Any:
    """Select the state and the attempts of every message that is due to a reachable chat."""
    return (
        select(OutboxMessage.state, OutboxMessage.attempts)
        .join(Chat, col(Chat.id) == OutboxMessage.chat_id)
        .where(
            col(OutboxMessage.state).in_(("pending", "sending")),
            or_(col(OutboxMessage.not_before).is_(None), col(OutboxMessage.not_before) <= moment(now)),
            col(Chat.unreachable_since).is_(None),
        )
    )


@contextmanager
def stage(folder: Path, *, locale: str = "", **environ: str) -> Iterator[Stage]:
    """Run both programs and a local Telegram, all on one story's clock, until the end of the block.

    `locale` is a folder of languages that replaces the real ones.
    """
    clock = Clock(folder / "clock")
    api = telegram.Running(limits=telegram.LIFTED, clock=clock)
    with serving(Starlette(routes=routes_of(api)), listening(), api.close) as api.url:
        running = Processes(folder, api, **SETTINGS, **environ)
        running.upgrade()
        made = Stage(api, running, clock, locale)
        try:
            made.start("pixel_server", "bot")
            running.wait_until_checked()
            yield made
        finally:
            made.close()
