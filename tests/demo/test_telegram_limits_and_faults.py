"""The local Telegram goes wrong as the real one does: flood limits, lost answers, revoked tokens."""

import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from demo.telegram import Limits, Pace, Running, User, close, hang, junk, late, not_ok, refusal
from demo.telegram.bot_api import TOKEN
from demo.telegram.errors import ApiError
from demo.telegram.flood_limits import Flood

pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`.*")  # an int until PTB 23


class TestFlood:
    """One message a second after a burst of two."""

    def setup_method(self) -> None:
        self.now = 1000.0
        paces = Limits(chat=Pace(2, 1), group=Pace(2, 1 / 3), total=Pace(4, 4))
        self.flood = Flood(paces, clock=lambda: self.now)

    def refused(self, chat: int) -> int:
        with pytest.raises(ApiError) as refused:
            self.flood.admit(chat)
        assert refused.value.status == 429
        return refused.value.parameters["retry_after"]

    def test_a_burst_passes_and_the_next_waits_a_second(self) -> None:
        self.flood.admit(7)
        self.flood.admit(7)
        assert self.refused(7) == 1
        self.now += 1
        self.flood.admit(7)

    def test_a_group_waits_three_seconds(self) -> None:
        self.flood.admit(-7)
        self.flood.admit(-7)
        assert self.refused(-7) == 3

    def test_a_refused_message_costs_nothing(self) -> None:
        for _ in range(2):
            self.flood.admit(7)
        for _ in range(9):
            self.refused(7)
        self.now += 1
        self.flood.admit(7)

    def test_all_chats_together_have_a_limit_too(self) -> None:
        for chat in (1, 2, 3, 4):
            self.flood.admit(chat)
        assert self.refused(5) == 1


class TestTightLimits:
    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(chat=Pace(1, 0.01), group=None, total=None)

    async def test_the_client_is_told_how_long_to_wait(self, bot: Bot, anna: User) -> None:
        await bot.send_message(anna.id, "one")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(anna.id, "two")
        assert refused.value.retry_after == timedelta(seconds=100)


async def test_anna_blocks_the_bot_and_comes_back(tg: Running, bot: Bot, anna: User) -> None:
    tg.block(anna)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(anna.id, "still there?")
    tg.unblock(anna)
    await bot.send_message(anna.id, "welcome back")
    changes = [u.my_chat_member.new_chat_member.status for u in await bot.get_updates() if u.my_chat_member]
    assert changes == ["kicked", "member"]


async def test_a_group_that_became_a_supergroup_says_where_it_went(tg: Running, bot: Bot, anna: User) -> None:
    group = tg.group("House", [anna])
    await bot.send_message(group.id, "before")
    new = tg.migrate(group)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.id, "after")
    assert moved.value.new_chat_id == new.id
    await bot.send_message(new.id, "after")


async def test_a_group_can_throw_the_bot_out(tg: Running, bot: Bot, anna: User) -> None:
    group = tg.group("House", [anna])
    tg.kick(group)
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(group.id, "hello?")


async def test_a_topic_must_exist(tg: Running, bot: Bot, anna: User) -> None:
    forum = tg.group("Office", [anna], forum=True)
    invoices = tg.topic(forum, "Invoices")
    sent = await bot.send_message(forum.id, "here", message_thread_id=invoices)
    assert (sent.message_thread_id, sent.is_topic_message) == (invoices, True)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "nowhere", message_thread_id=invoices + 100)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (refusal(502, "Bad Gateway"), NetworkError),
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), RetryAfter),
        (junk(status=502), NetworkError),
        (junk(b'{"ok":tr'), TelegramError),
        (not_ok(), KeyError),
    ],
)
async def test_a_spoilt_answer_is_what_the_client_makes_of_it_and_nothing_was_said(
    tg: Running, bot: Bot, anna: User, fault: object, error: type[Exception]
) -> None:
    tg.faults.add("sendMessage", fault)  # type: ignore[arg-type]  # each is a Fault
    with pytest.raises(error):
        await bot.send_message(anna.id, "lost")
    assert tg.said(anna) == []
    await bot.send_message(anna.id, "heard")
    assert [message.text for message in tg.said(anna)] == ["heard"]


@pytest.mark.parametrize("carried_out", [True, False])
async def test_a_connection_closed_before_the_answer_leaves_the_client_in_doubt(
    tg: Running, bot: Bot, anna: User, carried_out: bool
) -> None:
    tg.faults.add("sendMessage", close(carried_out=carried_out))
    with pytest.raises(
        NetworkError, match="RemoteProtocolError: Server disconnected without sending a response"
    ):
        await bot.send_message(anna.id, "in doubt")
    assert len(tg.said(anna)) == carried_out


async def test_an_answer_that_never_comes_times_out_though_the_message_was_sent(
    tg: Running, bot: Bot, anna: User
) -> None:
    tg.faults.add("sendMessage", hang(carried_out=True))
    with pytest.raises(TimedOut):
        await bot.send_message(anna.id, "in doubt", read_timeout=0.05)
    (sent,) = await tg.until(lambda: tg.said(anna))
    assert sent.text == "in doubt"


async def test_a_late_answer_is_still_an_answer(tg: Running, bot: Bot, anna: User) -> None:
    tg.faults.add("*", late(0.01))
    assert (await bot.send_message(anna.id, "late")).text == "late"
    assert tg.faults.left("*") == 0


async def test_a_token_is_revoked_wrong_or_no_token_at_all(tg: Running, bot: Bot, anna: User) -> None:
    async with httpx.AsyncClient(base_url=tg.url, trust_env=False) as client:
        wrong = await client.get(f"/bot{tg.token[:-1]}!/getMe")
        other = await client.get(f"/bot1{tg.token}/getMe")  # always another one, whatever this one's ends are
    assert (wrong.status_code, wrong.json()["description"]) == (404, "Not Found")
    assert (other.status_code, other.json()["description"]) == (401, "Unauthorized")
    tg.revoke()
    with pytest.raises(InvalidToken):
        await bot.send_message(anna.id, "hello?")


async def test_parameters_may_come_as_a_query_a_form_or_json(tg: Running, anna: User) -> None:
    asked: dict[str, Any] = {"chat_id": anna.id, "text": "ä"}
    path = f"/bot{tg.token}/sendmessage"
    async with httpx.AsyncClient(base_url=tg.url, trust_env=False) as client:
        answers = [
            await client.get(path, params=asked),
            await client.post(path, data=asked),
            await client.post(path, json={**asked, "link_preview_options": {"is_disabled": True}}),
            await client.post(path, content=b"chat_id=%d&text=%%ff" % anna.id),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 400]
    assert [message.text for message in tg.said(anna)] == ["ä"] * 3


async def test_the_token_is_in_no_transcript_and_no_log(
    tg: Running, bot: Bot, anna: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "uvicorn")
    tg.say(anna, f"is {tg.token} yours?")
    await bot.send_message(anna.id, f"my token is {tg.token}")
    with pytest.raises(BadRequest):
        await bot.send_message(anna.id, f"<{tg.token}", parse_mode="HTML")
    seen = tg.lines() + caplog.text + str(list(tg.calls)) + str(list(tg.transcript))
    assert not TOKEN.search(seen)
