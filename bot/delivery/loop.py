"""The delivery loop: claim, word, send, settle. Notifications wake it; it also polls every few seconds."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import Session
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

import logs
import words
from bot.context import TELEGRAM, BotContext, EndingError
from bot.delivery.breaker import CircuitBreaker
from bot.delivery.composing import compose
from bot.delivery.forms import Form, form_of, without
from bot.delivery.outcomes import NEXT, describe_telegram_error, is_answered, outcome_of, refusal_by
from bot.delivery.sending import make_file, show
from bot.delivery.server import Server
from bot.message import File, Message, speaking_to
from storage import claims
from storage.claims import Claim, Ended, Outcome
from storage.engine import describe_database_error
from storage.lock import LockLostError, require_term
from storage.pacing import ALL_CHATS
from storage.tables import Chat, OutboxMessage
from storage.times import now, steady
from words import sentences

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Messages in flight, each to another chat."""
LONGEST_ATTEMPT = 20.0
"""Seconds, well within a lease of 60: an attempt that outlived its lease could be made twice."""
UNANSWERED = (Ended.IN_DOUBT, Ended.NOT_SENT)
"""Outcomes of an attempt that Telegram did not answer. A single doubt makes no outage: Telegram is asked
again within a minute (`_is_well`), and its answer ends what the doubt began."""
UNSETTLED_PAUSE = 1.0
"""Seconds between two attempts to write a message's outcome."""
SLOW_POLL = 5.0
"""Seconds between two polls: the notification of a new message can be lost."""


class Job(NamedTuple):
    """A claimed message, worded. It remains to send it and to settle the claim."""

    claim: Claim
    form: Form


class Delivery:
    """Delivers until `run` is cancelled; `drain` then finishes what was begun."""

    def __init__(self, context: BotContext, bot: Bot) -> None:
        self._context, self._bot = context, bot
        self._in_flight: set[asyncio.Task[None]] = set()
        self._full_at = 0.0
        """The time at which the allowance for all chats together will be full again (monotonic clock)."""
        self._breaker, self._server = CircuitBreaker(), Server()

    async def run(self) -> None:
        """Deliver what is due, for ever."""
        while True:
            self._context.due.clear()
            wait = await self._deliver_due()
            # Not wait_for: in Python 3.11 it forgets that it was cancelled when the event comes just then.
            with suppress(TimeoutError):
                async with asyncio.timeout(min(SLOW_POLL, max(wait, 0.005))):
                    await self._context.due.wait()

    async def drain(self) -> None:
        """Finish the messages in flight. Called once `run` has ended."""
        if self._in_flight:
            await asyncio.wait(self._in_flight)

    async def _deliver_due(self) -> float:
        """Start what may be sent now. Return the seconds until there may be more."""
        if wait := self._breaker.wait(time.monotonic()):
            return wait
        allowed = ALL_CHATS.allows(self._full_at, time.monotonic())
        at_once = 1 if self._breaker.unsure else AT_ONCE
        limit = min(at_once - len(self._in_flight), allowed)
        if limit <= 0:
            return ALL_CHATS.every
        if self._breaker.unsure and not await self._is_well():
            return self._breaker.wait(time.monotonic())
        jobs, wait = await self._claim_due(limit)
        for job in jobs:
            self._full_at = ALL_CHATS.after(self._full_at, time.monotonic())
            self._start(self._deliver(job))
        return wait

    async def _is_well(self) -> bool:
        """Ask Telegram a harmless question before a message is risked. Return True if it answers."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(LONGEST_ATTEMPT):
                await self._bot.get_me()
        except Exception as error:
            log.info("Telegram is not well yet and is asked again: %s", outcome_of(error).trouble)
            self._breaker.doubt(begun, time.monotonic())
            self._context.outages.note(is_answered(error), now())
            return False
        self._context.outages.note(True, now())
        return True

    async def _claim_due(self, limit: int) -> tuple[list[Job], float]:
        """Claim messages that are due. If the bot is told to end meanwhile, give the claims back.

        So claiming is a task of its own. A claim that was left behind counted as an attempt: after the
        restart its message said "possibly repeated", at any hour, though nothing had been sent.
        """
        claiming = asyncio.create_task(self._context.write(partial(self._claim, limit=limit)))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            self._start(self._give_back(claiming))
            raise

    async def _give_back(self, claiming: asyncio.Task[tuple[list[Job], float]]) -> None:
        try:
            jobs, _ = await claiming
        except (SQLAlchemyError, LockLostError) as error:
            log.info(
                "The bot ended while it claimed, and nothing was claimed: %s", describe_database_error(error)
            )
            return
        for job in jobs:
            await self._settle(job.claim, Outcome(Ended.NOT_TRIED))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._in_flight.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._context.due.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("A delivery could not be settled. It is tried again in a minute.", exc_info=error)

    def _claim(self, session: Session, limit: int) -> tuple[list[Job], float]:
        """Claim and word what is due, and settle at once what needs no request to Telegram.

        Return what is to be sent, and the seconds until there may be more.
        """
        require_term(session, self._context.lock.term)
        at, wall = steady(), now()
        claimed = claims.claim(session, at, limit, wall=wall)
        wait = 0.0 if claimed else claims.next_due(session, at, wall=wall)
        # Wording changes rows too: they are written once, together with the claims.
        with session.no_autoflush:
            plans = [(claim, self._word(session, claim, wall)) for claim in claimed]
        session.flush()
        jobs = []
        for claim, plan in plans:
            if isinstance(plan, Outcome):
                claims.settle(session, claim, plan, at)
            else:
                jobs.append(Job(claim, plan))
        return jobs, wait

    def _word(self, session: Session, claim: Claim, at: float) -> Form | Outcome:
        """Return the message to send, or the outcome of a row that needs no request to Telegram."""
        try:
            with speaking_to(session.get_one(Chat, claim.message.chat_id)):
                message = self._message(session, claim.message, at)
                return form_of(claim.message, message) if message else Outcome(Ended.SENT)
        except DBAPIError:
            # The database's trouble, not the message's: nothing is claimed, and all of it begins again.
            raise
        except Exception as error:
            # One message that cannot be worded must not stop the others.
            log.exception("Message %d cannot be worded. %s", claim.message.id, NEXT[Ended.REFUSED])
            return Outcome(Ended.REFUSED, trouble=f"it cannot be worded: {type(error).__name__}")

    def _message(self, session: Session, owed: OutboxMessage, at: float) -> Message | None:
        message = compose(session, owed, self._context, at)
        if message and owed.in_doubt and owed.telegram_id is None:
            repeated = words.say(sentences.alerts.REPEATED, number=owed.id)
            return message._replace(text=repeated + "\n" + message.text)
        return message

    async def _deliver(self, job: Job) -> None:
        begun = time.monotonic()
        outcome = await self._attempt(job)
        self._breaker.record(outcome, job.claim.message.chat_id, begun, time.monotonic())
        self._log_failure(job.claim, outcome)
        await self._settle(job.claim, outcome)

    async def _settle(self, claim: Claim, outcome: Outcome) -> None:
        """Write the outcome of a claim to the database. Try again until that works.

        Without it the message would be in doubt, and its chat would wait until the lease ends.
        """
        told = ""
        while True:
            try:
                await self._context.write(lambda session: claims.settle(session, claim, outcome, steady()))
                return
            except OperationalError as error:
                if told != (told := describe_database_error(error)):
                    log.warning(
                        "The outcome of message %d cannot be written yet, trying again: %s",
                        claim.message.id,
                        told,
                    )
                await asyncio.sleep(UNSETTLED_PAUSE)

    async def _attempt(self, job: Job) -> Outcome:
        made = await self._make_file(job)
        if isinstance(made, Outcome):
            return made
        try:
            async with asyncio.timeout(LONGEST_ATTEMPT):
                telegram_id = await self._show(job.claim, job.form, made)
        except Exception as error:
            outcome = outcome_of(error)
        else:
            outcome = Outcome(Ended.SENT, telegram_id=telegram_id)
        finally:
            if made:
                made.content.close()
        self._context.outages.note(outcome.ended not in UNANSWERED, now())
        return outcome

    async def _make_file(self, job: Job) -> File | Outcome | None:
        """Make the file that is to be sent, if it is one. Return the outcome if that fails.

        Then nothing has left this machine, and Telegram is in no doubt.
        """
        try:
            return await make_file(self._bot, self._context, job.claim.message, job.form)
        except SQLAlchemyError as error:
            return Outcome(Ended.NOT_SENT, trouble=describe_database_error(error))
        except EndingError:
            return Outcome(Ended.NOT_TRIED)
        except (TimeoutError, OSError) as error:
            return Outcome(Ended.NOT_SENT, trouble=f"its file cannot be made now: {type(error).__name__}")
        except Exception as error:
            log.exception("The file of message %d cannot be made.", job.claim.message.id)
            return Outcome(Ended.REFUSED, trouble=f"its file cannot be made: {type(error).__name__}")

    async def _show(self, claim: Claim, form: Form, file: File | None) -> int | None:
        """Send the message, each time without what Telegram refused, while there is another form of it."""
        form = self._server.suited(form)
        while True:
            try:
                return await show(self._bot, claim.message, form, file)
            except TelegramError as error:
                refusal = refusal_by(error)
                other = without(form, refusal) if refusal else None
                if refusal is None or other is None:
                    raise
                if not self._server.learn(refusal):
                    told = claim.message.id, logs.redact(str(error))
                    log.warning("Message %d is sent in another form: %s", *told)
                form = other

    def _log_failure(self, claim: Claim, outcome: Outcome) -> None:
        """Log an attempt that did not succeed. A refused token is logged once, until it is accepted again."""
        if outcome.ended is Ended.REVOKED:
            self._context.set_trouble(TELEGRAM, describe_telegram_error(InvalidToken()))
        elif outcome.ended not in (Ended.SENT, Ended.SHOWN, Ended.NOT_TRIED):
            what = claim.message.id, outcome.trouble, NEXT[outcome.ended]
            log.warning("Message %d was not delivered (%s). %s", *what)
