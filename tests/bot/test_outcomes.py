"""Each answer of Telegram, and its silence, has one outcome: the real client asks, the test answers."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from telegram import Bot
from telegram.error import TelegramError

from bot.app import connect_to_telegram
from bot.delivery.outcomes import is_answered, outcome_of
from logs import RedactingFormatter
from storage.claims import Ended, Outcome
from tests.conftest import settings_of

TOKEN = "123456789:AAtestTESTtestTESTtestTESTtestTEST0"
ANNA = 1001

MESSAGE = {"message_id": 51, "date": 1_700_000_000, "chat": {"id": ANNA, "type": "private"}, "text": "hello"}
BAD_GATEWAY = "<html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """The bot as it runs, with the played Telegram behind the network."""
    settings = settings_of(tmp_path, BOT_TOKEN=TOKEN)
    bot = connect_to_telegram(settings)
    yield bot
    await bot.request.shutdown()


@pytest.fixture
def telegram() -> Any:
    with respx.mock(base_url=f"https://api.telegram.org/bot{TOKEN}") as played:
        yield played


async def sending(bot: Bot) -> Outcome:
    """Send a new message. Return its outcome."""
    try:
        sent = await bot.send_message(ANNA, "hello")
    except Exception as error:
        return outcome_of(error)
    return Outcome(Ended.SENT, telegram_id=sent.message_id)


async def editing(bot: Bot) -> Outcome:
    """Edit a message. Return its outcome."""
    try:
        await bot.edit_message_text("hello", ANNA, 51)
    except Exception as error:
        return outcome_of(error)
    return Outcome(Ended.SENT)


def refusal(code: int, description: str, **parameters: int) -> httpx.Response:
    """Return a refusal in Telegram's own form."""
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return httpx.Response(code, json=body)


async def test_a_message_that_telegram_took_is_sent(bot: Bot, telegram: respx.MockRouter) -> None:
    telegram.post("/sendMessage").respond(json={"ok": True, "result": MESSAGE})
    assert await sending(bot) == Outcome(Ended.SENT, telegram_id=51)


async def test_an_edit_that_telegram_took_is_sent(bot: Bot, telegram: respx.MockRouter) -> None:
    telegram.post("/editMessageText").respond(json={"ok": True, "result": MESSAGE})
    assert (await editing(bot)).ended is Ended.SENT


@pytest.mark.parametrize(
    ("description", "ended"),
    [
        (
            "Bad Request: message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message",
            Ended.SHOWN,
        ),
        ("Bad Request: message to edit not found", Ended.GONE),
        ("Bad Request: message can't be edited", Ended.UNEDITABLE),
        ("Bad Request: MESSAGE_ID_INVALID", Ended.GONE),
        ("Bad Request: chat not found", Ended.UNREACHABLE),
        (
            'Bad Request: can\'t parse entities: Unsupported start tag "tg-time" at byte offset 5',
            Ended.REFUSED,
        ),
        ("Bad Request: BUTTON_URL_INVALID", Ended.REFUSED),
    ],
)
async def test_an_edit_that_telegram_refuses_is_told_apart_by_its_words(
    bot: Bot, telegram: respx.MockRouter, description: str, ended: Ended
) -> None:
    telegram.post("/editMessageText").mock(return_value=refusal(400, description))
    assert (await editing(bot)).ended is ended


@pytest.mark.parametrize(
    ("description", "ended"),
    [
        ("Bad Request: message thread not found", Ended.GONE),
        ("Bad Request: TOPIC_CLOSED", Ended.GONE),
        ("Bad Request: TOPIC_DELETED", Ended.GONE),
        ("Bad Request: chat not found", Ended.UNREACHABLE),
        ("Bad Request: PEER_ID_INVALID", Ended.UNREACHABLE),
        ("Bad Request: group chat was deactivated", Ended.UNREACHABLE),
        ("Bad Request: not enough rights to send text messages to the chat", Ended.UNREACHABLE),
        ("Bad Request: have no rights to send a message", Ended.UNREACHABLE),
        ("Bad Request: CHAT_WRITE_FORBIDDEN", Ended.UNREACHABLE),
        ("Bad Request: CHAT_RESTRICTED", Ended.UNREACHABLE),
        ("Bad Request: CHAT_ADMIN_REQUIRED", Ended.UNREACHABLE),
        ("Bad Request: USER_BANNED_IN_CHANNEL", Ended.UNREACHABLE),
        (
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
            Ended.REFUSED,
        ),
        ("Bad Request: message is too long", Ended.REFUSED),
        ("Bad Request: something nobody has seen before", Ended.REFUSED),
    ],
)
async def test_a_message_that_telegram_refuses_is_told_apart_by_its_words(
    bot: Bot, telegram: respx.MockRouter, description: str, ended: Ended
) -> None:
    telegram.post("/sendMessage").mock(return_value=refusal(400, description))
    outcome = await sending(bot)
    assert outcome.ended is ended
    assert description.removeprefix("Bad Request: ").lower() in outcome.trouble.lower()


@pytest.mark.parametrize(
    ("code", "description", "ended"),
    [
        (401, "Unauthorized", Ended.REVOKED),
        (404, "Not Found", Ended.REVOKED),
        (403, "Forbidden: bot was blocked by the user", Ended.UNREACHABLE),
        (403, "Forbidden: bot was kicked from the supergroup chat", Ended.UNREACHABLE),
        (403, "Forbidden: user is deactivated", Ended.UNREACHABLE),
        (409, "Conflict: terminated by other getUpdates request", Ended.NOT_SENT),
        (500, "Internal Server Error", Ended.IN_DOUBT),
        (504, "Gateway Timeout", Ended.IN_DOUBT),
    ],
)
async def test_every_other_refusal_has_its_meaning(
    bot: Bot, telegram: respx.MockRouter, code: int, description: str, ended: Ended
) -> None:
    telegram.post("/sendMessage").mock(return_value=refusal(code, description))
    assert (await sending(bot)).ended is ended


async def test_telegram_is_given_the_time_it_asks_for(bot: Bot, telegram: respx.MockRouter) -> None:
    slower = refusal(429, "Too Many Requests: retry after 17", retry_after=17)
    telegram.post("/sendMessage").mock(return_value=slower)
    outcome = await sending(bot)
    assert (outcome.ended, outcome.wait) == (Ended.WAIT, 17)


async def test_a_429_that_names_no_time_is_waited_out(bot: Bot, telegram: respx.MockRouter) -> None:
    telegram.post("/sendMessage").mock(return_value=refusal(429, "Too Many Requests"))
    outcome = await sending(bot)
    assert outcome.ended is Ended.WAIT
    assert outcome.wait > 0


async def test_a_group_that_moved_names_its_new_id(bot: Bot, telegram: respx.MockRouter) -> None:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    moved = refusal(400, description, migrate_to_chat_id=-1_000_000_000_500)
    telegram.post("/sendMessage").mock(return_value=moved)
    outcome = await sending(bot)
    assert (outcome.ended, outcome.new_chat_id) == (Ended.MIGRATED, -1_000_000_000_500)


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_a_page_instead_of_an_answer_leaves_a_doubt(
    bot: Bot, telegram: respx.MockRouter, code: int
) -> None:
    telegram.post("/sendMessage").respond(code, html=BAD_GATEWAY)
    assert (await sending(bot)).ended is Ended.IN_DOUBT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"ok":true,"resu',
        b"<html>hotel wi-fi</html>",
        b"\xff\xfe",
        b'{"ok":false}',
        b"[]",
        b"null",
    ],
)
async def test_a_status_of_200_with_other_bytes_than_telegrams_leaves_a_doubt(
    bot: Bot, telegram: respx.MockRouter, body: bytes
) -> None:
    telegram.post("/sendMessage").respond(200, content=body)
    assert (await sending(bot)).ended is Ended.IN_DOUBT


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_a_request_that_never_left_this_machine_was_not_sent(
    bot: Bot, telegram: respx.MockRouter, failure: type[httpx.TransportError]
) -> None:
    telegram.post("/sendMessage").mock(side_effect=failure("all went wrong"))
    assert (await sending(bot)).ended is Ended.NOT_SENT


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.WriteTimeout,
        httpx.RemoteProtocolError,
        httpx.CloseError,
    ],
)
async def test_a_request_that_was_not_answered_may_have_arrived(
    bot: Bot, telegram: respx.MockRouter, failure: type[httpx.TransportError]
) -> None:
    telegram.post("/sendMessage").mock(side_effect=failure("all went wrong"))
    assert (await sending(bot)).ended is Ended.IN_DOUBT


async def test_an_attempt_that_was_given_up_may_have_arrived() -> None:
    assert outcome_of(TimeoutError()).ended is Ended.IN_DOUBT


async def test_an_address_without_a_telegram_behind_it_was_not_sent(tmp_path: Path) -> None:
    """Nothing is played here: this machine refuses a real connection."""
    settings = settings_of(tmp_path, BOT_TOKEN=TOKEN, TELEGRAM_API_URL="http://127.0.0.1:9")
    bot = connect_to_telegram(settings)
    assert (await sending(bot)).ended is Ended.NOT_SENT
    await bot.request.shutdown()


ANSWERS: dict[str, httpx.Response | Exception] = {
    "yes": httpx.Response(200, json={"ok": True, "result": MESSAGE}),
    "400": refusal(400, "Bad Request: chat not found"),
    "401": refusal(401, "Unauthorized"),
    "403": refusal(403, "Forbidden: bot was blocked by the user"),
    "404": refusal(404, "Not Found"),
    "409": refusal(409, "Conflict"),
    "429": refusal(429, "Too Many Requests: retry after 17", retry_after=17),
    "500": refusal(500, "Internal Server Error"),
    "a page": httpx.Response(502, html=BAD_GATEWAY),
    "junk": httpx.Response(200, content=b"junk"),
    "not ok": httpx.Response(200, json={"ok": False}),
    "refused": httpx.ConnectError("All connection attempts failed"),
    "silence": httpx.ReadTimeout(""),
    "a cut line": httpx.RemoteProtocolError("Server disconnected without sending a response."),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
async def test_no_answer_brings_the_token_into_the_database_or_the_log(
    bot: Bot,
    telegram: respx.MockRouter,
    caplog: pytest.LogCaptureFixture,
    answer: httpx.Response | Exception,
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.post("/sendMessage").mock(side_effect=[answer])
    outcome = await sending(bot)
    assert TOKEN not in outcome.trouble
    assert len(outcome.trouble) <= 200
    cut = RedactingFormatter((TOKEN,))
    lines = [cut.format(record) for record in caplog.records]
    secret = TOKEN.partition(":")[2]
    assert lines
    assert not [line for line in lines if secret in line]


async def test_without_the_redacting_formatter_the_log_would_hold_the_token(
    bot: Bot, telegram: respx.MockRouter, caplog: pytest.LogCaptureFixture
) -> None:
    """The test above can fail: the client does log addresses that hold the token."""
    caplog.set_level(logging.DEBUG)
    telegram.post("/sendMessage").respond(json={"ok": True, "result": MESSAGE})
    await sending(bot)
    assert TOKEN in caplog.text


async def test_a_page_that_repeats_the_address_does_not_bring_the_token_into_the_database(
    bot: Bot, telegram: respx.MockRouter
) -> None:
    telegram.post("/sendMessage").respond(502, html=f"Cannot POST /bot{TOKEN}/sendMessage")
    assert TOKEN.partition(":")[2] not in (await sending(bot)).trouble


@pytest.mark.parametrize(
    ("answer", "answered"),
    [
        (refusal(401, "Unauthorized"), True),
        (refusal(409, "Conflict: terminated by other getUpdates request"), True),
        (refusal(429, "Too Many Requests: retry after 3", retry_after=3), True),
        (refusal(403, "Forbidden: bot was blocked by the user"), True),
        (httpx.Response(502, html=BAD_GATEWAY), False),
    ],
)
async def test_a_no_of_telegram_is_an_answer_and_a_proxys_error_page_is_none(
    bot: Bot, telegram: respx.MockRouter, answer: httpx.Response, answered: bool
) -> None:
    telegram.post("/sendMessage").mock(return_value=answer)
    with pytest.raises(TelegramError) as error:
        await bot.send_message(ANNA, "hello")
    assert is_answered(error.value) is answered
