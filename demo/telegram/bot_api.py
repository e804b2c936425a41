"""The Bot API over HTTP: it checks the token, injects faults, and answers."""

import asyncio
import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from demo.telegram.connections import cut
from demo.telegram.errors import ApiError
from demo.telegram.faults import End, Fault
from demo.telegram.methods import METHODS
from demo.telegram.parameters import Parameters, read_parameters
from demo.telegram.people import Telegram
from demo.telegram.polling import get_updates

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{30,}")
POLL = "getupdates"


class BotApi:
    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/bot{rest:path}", self.call, methods=["GET", "POST"]),
            Route("/file/bot{rest:path}", self.download, methods=["GET"]),
        ]

    async def call(self, request: Request) -> Response:
        token, _, method = request.path_params["rest"].partition("/")
        method = method.lower()
        body = await request.body()
        try:
            self._check(token)
        except ApiError as refused:
            return self._refusal(method, {}, refused)
        with self.telegram.monitor.lock:
            fault = self.telegram.faults.take(method)
        if fault and not fault.carried_out:
            return await self._spoilt(request, fault, Response())
        answer = await self._answer(request, method, body)
        return await self._spoilt(request, fault, answer) if fault else answer

    async def _answer(self, request: Request, method: str, body: bytes) -> Response:
        values: dict[str, str] = {}
        try:
            call = read_parameters(request.url.query, request.headers.get("content-type", ""), body)
            values = dict(call.values)
            result = await self._carry_out(method, call)
        except ApiError as refused:
            return self._refusal(method, values, refused)
        if method != POLL:
            self.telegram.record_call(method, values, 200, "")
        return answered({"ok": True, "result": result}, 200)

    async def _carry_out(self, method: str, call: Parameters) -> Any:
        if method == POLL:
            return await get_updates(self.telegram, call)
        if method not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        with self.telegram.monitor.lock:
            return METHODS[method](self.telegram, call)

    def _check(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self.telegram.token or self.telegram.revoked:
            raise ApiError(401, "Unauthorized")

    def _refusal(self, method: str, values: dict[str, str], refused: ApiError) -> Response:
        self.telegram.record_call(method, values, refused.status, refused.description)
        return answered(refused.body(), refused.status)

    async def _spoilt(self, request: Request, fault: Fault, answer: Response) -> Response:
        if fault.end is End.HANG:
            await self.telegram.monitor.until(lambda: self.telegram.closing or None, 24 * 3600)
        if fault.end is not End.ANSWER:
            cut(request.scope)
            await request.is_disconnected()
        await asyncio.sleep(fault.delay)
        if fault.body is None:
            return answer
        return Response(fault.body, fault.status, media_type="application/json")

    async def download(self, request: Request) -> Response:
        token, _, path = request.path_params["rest"].partition("/")
        try:
            self._check(token)
        except ApiError as refused:
            return answered(refused.body(), refused.status)
        for file in self.telegram.files.values():
            if file.path == path:
                return Response(file.content, media_type=file.media_type)
        return answered(ApiError(404, "Not Found").body(), 404)


def answered(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status, media_type="application/json")
