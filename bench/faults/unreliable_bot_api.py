"""A small Bot API, independent of the demo's. It logs every message before it answers, and can misbehave.

It checks what a bot can get wrong (tokens, chats, lengths, buttons, edits), and nothing else.
"""

import asyncio
import html
import json
import re
import secrets
import time
from collections import defaultdict
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from bench.faults.logbook import Logbook

LABEL = re.compile(r"\bL\d{6}\b")
TAG = re.compile(r"<[^>]*>")
MOST_UPDATES = 100
Values = dict[str, str]


class RefusedError(Exception):
    """The Bot API answers a call with this error."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.parameters = status, parameters


class Trouble(NamedTuple):
    """The fate of a call that gets no good answer."""

    name: str
    accepted: bool
    """True if the call takes effect, and only its answer is lost or changed."""
    status: int = 200
    body: bytes | None = None
    """None: the connection closes."""
    hangs: bool = False


def _error(status: int, description: str, **parameters: int) -> bytes:
    body = {"ok": False, "error_code": status, "description": description}
    return json.dumps(body | ({"parameters": parameters} if parameters else {})).encode()


PAGE = b"<html><h1>502 Bad Gateway</h1></html>"
TROUBLES = (
    Trouble("429", False, 429, _error(429, "Too Many Requests: retry after 1", retry_after=1)),
    Trouble("500", False, 500, _error(500, "Internal Server Error")),
    Trouble("502", False, 502, PAGE),
    Trouble("502 after accepting", True, 502, PAGE),
    Trouble("junk", True, 200, PAGE),
    Trouble("closed", False),
    Trouble("closed after accepting", True),
)
HANGS = (Trouble("hangs", False, hangs=True), Trouble("hangs after accepting", True, hangs=True))


class Shown(NamedTuple):
    """A message as its chat shows it now."""

    chat: int
    id: int
    text: str
    keys: list[dict[str, Any]]


class BotApi:
    """Serves in the event loop that starts it. `port` is known after `start`."""

    def __init__(self, log: Logbook, random: Random, *, slowness: float = 0.0) -> None:
        self.token = f"{random.randrange(10**8, 10**9)}:{secrets.token_urlsafe(26)}"
        self.troubles: tuple[Trouble, ...] = ()
        """Half of all messages get one of these."""
        self.slowness = slowness
        """The most seconds before a message is accepted, and again before it is answered."""
        self.port = 0
        self.shown: dict[tuple[int, int], Shown] = {}
        self.labelled: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """The places of the messages about each letter, oldest first."""
        self.last_heard = time.monotonic()
        self.calls = 0
        self._caught: asyncio.Event | None = None
        self.log, self._random = log, random
        self._updates: list[dict[str, Any]] = []
        self._next_update, self._next_message, self._poll = 1, 1, 0
        self._news = asyncio.Event()
        self._chats: set[int] = set()
        self._server: asyncio.Server | None = None
        self._callers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        for caller in self._callers:
            caller.cancel()
        await asyncio.gather(*self._callers, return_exceptions=True)

    # --- people ----------------------------------------------------------------------------------

    def says(self, person: int, text: str) -> None:
        self._chats.add(person)
        entities = []
        if text.startswith("/"):
            entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self._receive(message={**self._message(person), "text": text, "entities": entities})

    def presses(self, message: Shown, button: str) -> None:
        """Press the button whose data begins with this."""
        data = next(key["callback_data"] for key in message.keys if _data(key).startswith(button))
        carrying = {**self._message(message.chat, message.id), "text": message.text}
        query = {"id": secrets.token_hex(8), "from": _person(message.chat), "chat_instance": "1"}
        self._receive(callback_query={**query, "message": carrying, "data": data})

    def about(self, label: str) -> list[Shown]:
        return [self.shown[place] for place in self.labelled[label]]

    def has_said(self, chat: int, text: str) -> bool:
        return any(message.chat == chat and text in message.text for message in self.shown.values())

    def _message(self, person: int, identifier: int = 0) -> dict[str, Any]:
        chat = {"id": person, "type": "private", "first_name": f"P{person}"}
        number = identifier or self._numbered()
        return {"message_id": number, "date": int(time.time()), "chat": chat, "from": _person(person)}

    def _numbered(self) -> int:
        self._next_message += 1
        return self._next_message

    def _receive(self, **update: Any) -> None:
        self._updates.append({"update_id": self._next_update, **update})
        self._next_update += 1
        self._news.set()

    async def catch(self) -> None:
        """Wait until a new message arrives. It is never accepted: the call hangs until the bot is killed."""
        self._caught = asyncio.Event()
        await self._caught.wait()

    # --- calls of the bot ---------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._callers.add(task)
        try:
            while asked := await read_request(reader):
                answer = await self._answer(*asked, reader)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._callers.discard(task)
            writer.close()

    async def _answer(self, path: str, body: str, caller: asyncio.StreamReader) -> bytes | None:
        self.calls += 1
        token, _, method = path.removeprefix("/bot").partition("/")
        values = {name: given[-1] for name, given in parse_qs(body, keep_blank_values=True).items()}
        try:
            if token != self.token:
                raise RefusedError(401, "Unauthorized")
            if method in ("sendMessage", "editMessageText"):
                return await self._say(method, values, caller)
            return _ok(await self._do(method, values))
        except RefusedError as refused:
            return _answered(refused.status, _error(refused.status, str(refused), **refused.parameters))

    async def _do(self, method: str, values: Values) -> Any:
        match method:
            case "getMe":
                return {"id": 1, "is_bot": True, "first_name": "Readback", "username": "readback_bot"}
            case "getUpdates":
                return await self._get_updates(int(values.get("offset", 0)), float(values.get("timeout", 0)))
            case "deleteWebhook" | "setMyCommands" | "answerCallbackQuery" | "setMessageReaction":
                return True
            case "getMyCommands":
                return []
            case "getMyDescription" | "getMyShortDescription":
                return {"description": "", "short_description": ""}
            case "setMyDescription" | "setMyShortDescription":
                return True
            case _:
                raise RefusedError(404, "Not Found: method not found")

    async def _get_updates(self, offset: int, seconds: float) -> list[dict[str, Any]]:
        self._poll += 1
        mine, until = self._poll, time.monotonic() + seconds
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        self._news.set()
        while time.monotonic() < until and not self._updates and mine == self._poll:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), until - time.monotonic())
            except TimeoutError:
                break
        if mine != self._poll:
            raise RefusedError(409, "Conflict: terminated by other getUpdates request")
        return self._updates[:MOST_UPDATES]

    async def _say(self, method: str, values: Values, caller: asyncio.StreamReader) -> bytes | None:
        trouble = (
            self._random.choice(self.troubles) if self.troubles and self._random.random() < 0.5 else None
        )
        if self._caught and method == "sendMessage":
            self._caught.set()
            self._caught = None
            await _hung_up(caller, 60)
            return None
        if await _hung_up(caller, self._random.uniform(0, self.slowness)):
            # The caller hung up before its turn. A gateway drops such a call, too.
            return None
        answer: bytes | None = None
        if trouble is None or trouble.accepted:
            answer = _ok(self._accept(method, values, trouble.name if trouble else ""))
        await _hung_up(caller, self._random.uniform(0, self.slowness))
        if trouble is None:
            return answer
        if trouble.hangs:
            await _hung_up(caller, 3600)
        return None if trouble.body is None else _answered(trouble.status, trouble.body)

    def _accept(self, method: str, values: Values, spoilt: str) -> dict[str, Any]:
        """Put the message into the log and into its chat. Raises RefusedError."""
        chat, text = int(values.get("chat_id", 0)), _plain(values.get("text", ""))
        keys = _keys(values.get("reply_markup", "{}"))
        if chat not in self._chats:
            raise RefusedError(400, "Bad Request: chat not found")
        if not 0 < len(text.encode("utf-16-le")) // 2 <= 4096:
            raise RefusedError(
                400, "Bad Request: message is too long" if text else "Bad Request: message text is empty"
            )
        new = method == "sendMessage"
        number = self._numbered() if new else int(values.get("message_id", 0))
        before, now = self.shown.get((chat, number)), Shown(chat, number, text, keys)
        if not new and before is None:
            raise RefusedError(400, "Bad Request: message to edit not found")
        if before == now:
            raise RefusedError(400, "Bad Request: message is not modified")
        self.log.note(new=new, chat=chat, id=number, text=text, spoilt=spoilt)
        self.last_heard = time.monotonic()
        self.shown[chat, number] = now
        if new and (label := LABEL.search(text)):
            self.labelled[label[0]].append((chat, number))
        return {**self._message(chat, number), "from": _person(1), "text": text}


async def read_request(reader: asyncio.StreamReader) -> tuple[str, str] | None:
    """Return path and body of the next request on a connection; None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    length = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    return head.split(" ", 2)[1], body.decode()


async def _hung_up(caller: asyncio.StreamReader, seconds: float) -> bool:
    """Return True if the caller hangs up within these seconds."""
    try:
        return not await asyncio.wait_for(caller.read(1), seconds)
    except TimeoutError:
        return False
    except OSError:
        return True


def _ok(result: Any) -> bytes:
    return _answered(200, json.dumps({"ok": True, "result": result}).encode())


def _answered(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _person(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": number == 1, "first_name": f"P{number}"}


def _plain(text: str) -> str:
    return html.unescape(TAG.sub("", text))


def _data(key: dict[str, Any]) -> str:
    return str(key.get("callback_data", ""))


def _keys(markup: str) -> list[dict[str, Any]]:
    """Return the buttons. Raises RefusedError where Telegram would refuse them."""
    keys = [key for row in json.loads(markup or "{}").get("inline_keyboard", ()) for key in row]
    for key in keys:
        if len(_data(key).encode()) > 64:
            raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
        if "url" in key and "." not in (urlsplit(key["url"]).hostname or ""):
            raise RefusedError(400, "Bad Request: inline keyboard button URL is invalid")
    return keys
