"""The people's side over HTTP, as JSON: for the chat page, and for tests from outside.

Each `do_` method is a POST route: `do_say` is `/client/say`.
"""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from demo.telegram import faults
from demo.telegram.model import Chat, Message, User
from demo.telegram.people import Telegram

LONGEST_WAIT = 30
"""Seconds that `/client/changes` waits at most."""
FAULTS: dict[str, Callable[..., faults.Fault]] = {
    "refusal": faults.refusal,
    "not_ok": faults.not_ok,
    "hang": faults.hang,
    "close": faults.close,
    "late": faults.late,
}

Given = dict[str, Any]


class PeopleApi:
    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram

    def routes(self) -> list[BaseRoute]:
        actions = {
            name.removeprefix("do_"): getattr(self, name) for name in dir(self) if name.startswith("do_")
        }
        return [
            Route("/client/bot", self.bot),
            Route("/client/chats", self.chats),
            Route("/client/chats/{chat}/messages", self.messages),
            Route("/client/changes", self.changes),
            Route("/client/transcript", self.transcript),
            Route("/client/transcript.txt", self.lines),
            Route("/client/files/{file}", self.file),
            *(
                Route(f"/client/{name}", self._posted(action), methods=["POST"])
                for name, action in actions.items()
            ),
        ]

    def _posted(self, action: Callable[[Given], Given]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            if not request.headers.get("content-type", "").startswith("application/json"):
                # Another site's page cannot send this type without a preflight request, which fails.
                return JSONResponse({"error": "send application/json"}, 415)
            try:
                with self.telegram.monitor.lock:
                    return JSONResponse(action(json.loads(await request.body())))
            except (LookupError, ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)

        return endpoint

    # Reading

    async def bot(self, request: Request) -> Response:
        language = request.query_params.get("language", "")
        telegram = self.telegram
        scopes = ('{"type": "all_private_chats"}', '{"type": "default"}')
        keys = [(scope, code) for scope in scopes for code in (language, "")]
        commands = next((telegram.commands[key] for key in keys if telegram.commands.get(key)), [])
        about = telegram.profile.get(("description", language)) or telegram.profile.get(
            ("description", ""), ""
        )
        return JSONResponse({"name": telegram.bot.name, "commands": commands, "description": about})

    async def chats(self, _request: Request) -> Response:
        listed = [
            {
                "id": chat.id,
                "type": chat.type,
                "name": chat.name,
                "blocked": chat.blocked,
                "topics": chat.topics,
            }
            | {"members": [user.as_json() for user in chat.members]}
            for chat in self.telegram.chats.values()
        ]
        return JSONResponse(listed)

    async def messages(self, request: Request) -> Response:
        with self.telegram.monitor.lock:
            # Not an `int` in the route: it accepts no minus, and the ids of groups have one.
            shown = str(request.path_params["chat"])
            chat = next((chat for chat in self.telegram.chats.values() if str(chat.id) == shown), None)
            if chat is None:
                return JSONResponse({"error": "no such chat"}, 404)
            views = [message.view() for message in self.telegram.in_chat(chat)]
            return JSONResponse({"seq": self.telegram.seq, "messages": views})

    async def changes(self, request: Request) -> Response:
        """Return the changes after `since`, as soon as there are any."""
        since = int(request.query_params.get("since", 0))
        seconds = min(float(request.query_params.get("timeout", 0)), LONGEST_WAIT)

        def look() -> list[dict[str, Any]] | None:
            return [] if self.telegram.closing else self.telegram.changes_since(since) or None

        found = await self.telegram.monitor.until(look, seconds) or []
        return JSONResponse({"seq": found[-1]["seq"] if found else since, "changes": found})

    async def transcript(self, _request: Request) -> Response:
        with self.telegram.monitor.lock:
            return JSONResponse([line.as_json() for line in self.telegram.transcript])

    async def lines(self, _request: Request) -> Response:
        return PlainTextResponse(self.telegram.lines())

    async def file(self, request: Request) -> Response:
        file = self.telegram.files.get(request.path_params["file"])
        if file is None:
            return PlainTextResponse("no such file", 404)
        inline = "inline" if file.kind == "photo" else "attachment"
        headers = {"Content-Disposition": inline, "X-Content-Type-Options": "nosniff"}
        return Response(file.content, media_type=file.media_type, headers=headers)

    # Acting

    def _user(self, given: Given) -> User:
        return self.telegram.users[given["user"]]

    def _chat(self, given: Given) -> Chat:
        return self.telegram.chats[given.get("chat") or given["user"]]

    def _message(self, given: Given, name: str = "message_id") -> Message:
        return self.telegram.messages[self._chat(given).id, given[name]]

    def do_person(self, given: Given) -> Given:
        return self.telegram.person(**given).as_json()

    def do_group(self, given: Given) -> Given:
        members = [self.telegram.users[member] for member in given["members"]]
        return self.telegram.group(given["title"], members, forum=given.get("forum", False)).as_json()

    def do_topic(self, given: Given) -> Given:
        return {"thread": self.telegram.topic(self._chat(given), given["name"])}

    def do_migrate(self, given: Given) -> Given:
        return self.telegram.migrate(self._chat(given)).as_json()

    def do_say(self, given: Given) -> Given:
        reply_to = self._message(given, "reply_to") if given.get("reply_to") else None
        more = {
            "reply_to": reply_to,
            "thread": given.get("thread"),
            "anonymous": given.get("anonymous", False),
        }
        return self.telegram.say(self._user(given), given["text"], self._chat(given), **more).view()

    def do_remove(self, given: Given) -> Given:
        self.telegram.remove(self._user(given), self._message(given))
        return {}

    def do_locate(self, given: Given) -> Given:
        return self.telegram.locate(self._user(given), given["latitude"], given["longitude"]).view()

    def do_edit(self, given: Given) -> Given:
        message = self._message(given)
        self.telegram.edit(message, given["text"])
        return message.view()

    def do_press(self, given: Given) -> Given:
        forged = given.get("forged", False)
        query = self.telegram.press(self._user(given), self._message(given), given["data"], forged=forged)
        return {"query": query.id}

    def do_react(self, given: Given) -> Given:
        message = self._message(given)
        self.telegram.react(self._user(given), message, given.get("emoji"))
        return message.view()

    def do_language(self, given: Given) -> Given:
        self._user(given).language_code = given["language"]
        return {}

    def do_block(self, given: Given) -> Given:
        self.telegram.block(self._user(given))
        return {}

    def do_unblock(self, given: Given) -> Given:
        self.telegram.unblock(self._user(given))
        return {}

    def do_kick(self, given: Given) -> Given:
        self.telegram.kick(self._chat(given))
        return {}

    # Trouble

    def do_fault(self, given: Given) -> Given:
        fault = FAULTS[given["kind"]](**given.get("details", {}))
        self.telegram.faults.add(given["method"], fault, given.get("times", 1))
        return {}

    def do_revoke(self, _given: Given) -> Given:
        self.telegram.revoke()
        return {}
