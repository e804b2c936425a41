"""The load: people who track letters in the chat, and readers who open them. Both log what they see."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import NamedTuple

from bench.faults.logbook import Logbook
from bench.faults.unreliable_bot_api import BotApi, Shown
from bench.faults.waiting import until

PIXEL = re.compile(r"/i/([\w-]{22})\.gif")
OUTLOOK = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)"
GIF_BYTES = 43
LONGEST_ANSWER = 15.0
READERS = 8
LONGEST_WAIT = 30.0
CORRESPONDENTS = 24
"""Letters that are written at the same time."""


class Letter(NamedTuple):
    label: str
    chat: int
    token: str


class Load:
    """People and readers at work. `asked` and `answered` log the nonce in each request's user agent."""

    def __init__(self, api: BotApi, port: int, asked: Logbook, answered: Logbook, random: Random) -> None:
        self.letters: list[Letter] = []
        """The letters whose cards say that they were sent."""
        self.tracked: list[str] = []
        self.closing = False
        self.writing = True
        """While False, nobody starts a new letter."""
        self._api, self._port, self._random = api, port, random
        self._asked, self._answered = asked, answered
        self._unopened: list[Letter] = []
        self._being_written = 0
        self._nonces = 0

    @property
    def acknowledged(self) -> int:
        """The number of requests that were fully answered with 200."""
        return len(self._answered.entries)

    @property
    def asked(self) -> dict[str, str]:
        """The token that each nonce was sent to."""
        return {entry["nonce"]: entry["token"] for entry in self._asked.entries}

    @property
    def answered(self) -> dict[str, str]:
        """The same, of the requests that were fully answered with 200."""
        return {entry["nonce"]: entry["token"] for entry in self._answered.entries}

    async def write_letters(self, people: int, most: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(CORRESPONDENTS, most)):
                group.create_task(self._correspond(people, most))

    async def _correspond(self, people: int, most: int) -> None:
        while len(self.tracked) < most and not self.closing:
            if not self.writing:
                await asyncio.sleep(0.1)
                continue
            label = f"L{len(self.tracked):06}"
            self.tracked.append(label)
            self._being_written += 1
            # A card may be parked because it may have arrived already. Then it never comes.
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_WAIT):
                    await self._send_letter(label, chat=1000 + len(self.tracked) % people)
            self._being_written -= 1

    async def pause_writing(self) -> None:
        """Wait until nobody is writing a letter. Setting `writing` lets them go on."""
        self.writing = False
        await until(lambda: not self._being_written)

    async def _send_letter(self, label: str, chat: int) -> None:
        self._api.says(chat, f"/track {label} to Ben")
        card = await self._sees(label, _offers_sent)
        self._api.presses(card, "sent:")
        await self._sees(label, lambda card: bool(card.keys) and not _offers_sent(card))
        token = PIXEL.search(card.text)
        assert token
        letter = Letter(label, chat, token[1])
        self.letters.append(letter)
        self._unopened.append(letter)

    async def _sees(self, label: str, good: Callable[[Shown], bool]) -> Shown:
        while True:
            for message in self._api.about(label):
                if PIXEL.search(message.text) and good(message):
                    return message
            await asyncio.sleep(0.05)

    async def open_letters(self, per_second: float) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(READERS):
                group.create_task(self._read(per_second / READERS))

    async def _read(self, per_second: float) -> None:
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while not self.closing:
            await asyncio.sleep(self._random.expovariate(per_second))
            letter = self._choose()
            if letter is None:
                continue
            try:
                async with asyncio.timeout(LONGEST_ANSWER):
                    if connection is None:
                        connection = await asyncio.open_connection("127.0.0.1", self._port)
                    await self._open(letter, *connection)
            except (OSError, EOFError, TimeoutError):
                if connection:
                    connection[1].close()
                connection = None
        if connection:
            connection[1].close()

    def _choose(self) -> Letter | None:
        if self._unopened:
            return self._unopened.pop()
        return self._random.choice(self.letters) if self.letters else None

    async def _open(self, letter: Letter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._nonces += 1
        nonce = f"n{self._nonces:08}"
        self._asked.note(nonce=nonce, token=letter.token)
        writer.write(request(letter.token, nonce, f"188.21.{self._random.randrange(256)}.7"))
        status = await full_answer(reader)
        if status == 200:
            self._answered.note(nonce=nonce, token=letter.token)


def request(token: str, nonce: str, address: str) -> bytes:
    lines = (
        f"GET /i/{token}.gif HTTP/1.1",
        "Host: 127.0.0.1",
        f"User-Agent: {OUTLOOK} {nonce}",
        f"X-Forwarded-For: {address}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def full_answer(reader: asyncio.StreamReader) -> int:
    """Return the status, once the last byte of the body is here."""
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(GIF_BYTES)
    return int(head.split(b" ", 2)[1])


def _offers_sent(card: Shown) -> bool:
    return any(str(key.get("callback_data", "")).startswith("sent:") for key in card.keys)
