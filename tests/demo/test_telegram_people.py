"""People act in the local Telegram, and the right updates reach a bot of python-telegram-bot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes
from telegram.request import HTTPXRequest

from demo.telegram import Running, User

Context = ContextTypes.DEFAULT_TYPE


async def track(update: Update, context: Context) -> None:
    button = InlineKeyboardButton("✅ I’ve sent it", callback_data="sent:1")
    assert update.message
    await update.message.reply_html(
        f"<b>{escape(' '.join(context.args or []))}</b>", reply_markup=InlineKeyboardMarkup([[button]])
    )


async def pressed(update: Update, _context: Context) -> None:
    assert update.callback_query
    await update.callback_query.answer("Good. Watching.")
    await update.callback_query.edit_message_text("Sent.")


@asynccontextmanager
async def echo_bot(tg: Running) -> AsyncIterator[None]:
    def request() -> HTTPXRequest:
        return HTTPXRequest(httpx_kwargs={"trust_env": False})

    builder = ApplicationBuilder().token(tg.token).base_url(tg.base_url)
    app: Application = builder.request(request()).get_updates_request(request()).build()  # type: ignore[type-arg]  # six parameters that do not matter here
    app.add_handler(CommandHandler("track", track))
    app.add_handler(CallbackQueryHandler(pressed))
    async with app:
        assert app.updater
        await app.updater.start_polling()
        await app.start()
        try:
            yield
        finally:
            await app.updater.stop()
            await app.stop()


async def test_anna_tracks_a_mail_taps_sent_and_sees_the_answer(tg: Running, anna: User) -> None:
    async with echo_bot(tg):
        tg.say(anna, "/track contract to landlord")
        (card,) = await tg.until(lambda: tg.said(anna))
        query = tg.press(anna, card, "sent:")
        await tg.until(lambda: query.answer and card.text == "Sent.")
    assert query.answer == {"text": "Good. Watching.", "show_alert": False}
    assert "[✅ I’ve sent it]" in tg.lines()


async def test_in_a_group_only_what_is_meant_for_the_bot_reaches_it(
    tg: Running, bot: Bot, anna: User
) -> None:
    group = tg.group("House", [anna])
    sent = await bot.send_message(group.id, "hello")
    ours = tg.message(group, sent.message_id)
    for text in ("chatter", "/track a", "/track@readback_bot b", "/track@other_bot c", "hey @readback_bot"):
        tg.say(anna, text, group)
    tg.say(anna, "a reply", group, reply_to=ours)
    tg.say(anna, "/track d", group, anonymous=True)
    heard = [u.message for u in await bot.get_updates() if u.message and u.message.chat.id == group.id]
    words = ["/track a", "/track@readback_bot b", "hey @readback_bot", "a reply", "/track d"]
    assert [message.text for message in heard if message.text] == words
    assert heard[-1].sender_chat
    assert heard[-1].sender_chat.id == group.id


async def test_a_tap_is_answered_once_and_soon_or_not_at_all(tg: Running, bot: Bot, anna: User) -> None:
    button = InlineKeyboardMarkup([[InlineKeyboardButton("Why?", callback_data="why:1")]])
    sent = await bot.send_message(anna.id, "opened", reply_markup=button)
    card = tg.message(tg.chats[anna.id], sent.message_id)
    assert card
    first, late = tg.press(anna, card, "Why?"), tg.press(anna, card, "why:1")
    late.at -= 60
    await bot.answer_callback_query(first.id, "because", show_alert=True)
    for query in (first.id, late.id, "12345"):
        with pytest.raises(
            BadRequest, match="Query is too old and response timeout expired or query id is invalid"
        ):
            await bot.answer_callback_query(query)
    with pytest.raises(BadRequest, match="Message_too_long"):
        await bot.answer_callback_query(tg.press(anna, card, "why:").id, "x" * 201)


async def test_only_a_button_that_is_there_can_be_tapped_unless_forged(
    tg: Running, bot: Bot, anna: User
) -> None:
    hers = tg.say(anna, "hello")
    with pytest.raises(LookupError, match="no button 'sent:'"):
        tg.press(anna, hers, "sent:")
    tg.press(anna, hers, "delete:1", forged=True)
    query = (await bot.get_updates())[-1].callback_query
    assert query
    assert query.data == "delete:1"


async def test_an_edited_message_comes_as_one(tg: Running, bot: Bot, anna: User) -> None:
    hers = tg.say(anna, "/track contrat")
    tg.edit(hers, "/track contract")
    edited = (await bot.get_updates())[-1].edited_message
    assert edited
    assert (edited.text, edited.message_id) == ("/track contract", hers.id)


async def test_who_is_in_a_chat(tg: Running, bot: Bot, anna: User) -> None:
    ben, carl = tg.person("Ben"), tg.person("Carl")
    group = tg.group("House", [anna, ben])
    statuses = [(await bot.get_chat_member(group.id, user.id)).status for user in (anna, ben, carl)]
    assert statuses == ["creator", "member", "left"]
    assert [admin.user.id for admin in await bot.get_chat_administrators(group.id)] == [anna.id]
    assert (await bot.get_chat(group.id)).title == "House"
    tg.leave(ben, group)
    assert (await bot.get_chat_member(group.id, ben.id)).status == "left"
    await bot.leave_chat(group.id)
    with pytest.raises(Exception, match="kicked"):
        await bot.send_message(group.id, "hello?")


async def test_the_bot_presents_itself_in_each_language(tg: Running, bot: Bot) -> None:
    await bot.set_my_commands([("track", "a new link")])
    await bot.set_my_commands([("track", "ein neuer Link")], language_code="de")
    await bot.set_my_description("Ich sage, wann sie geöffnet wurde.", language_code="de")
    assert [c.description for c in await bot.get_my_commands(language_code="de")] == ["ein neuer Link"]
    async with httpx.AsyncClient(base_url=tg.url, trust_env=False) as client:
        german, french = [
            (await client.get("/client/bot", params={"language": code})).json() for code in ("de", "fr")
        ]
    assert german["description"] == "Ich sage, wann sie geöffnet wurde."
    assert french["commands"] == [{"command": "track", "description": "a new link"}]
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([("Track", "no capitals")])


async def test_everything_a_person_does_can_be_done_over_http(tg: Running) -> None:
    async with echo_bot(tg), httpx.AsyncClient(base_url=tg.url, trust_env=False, timeout=20) as client:

        async def post(action: str, **given: object) -> httpx.Response:
            return await client.post(f"/client/{action}", json=given)

        ben = (await post("person", first_name="Ben", language_code="en")).json()["id"]
        said = (await post("say", user=ben, text="/track <b> to landlord")).json()
        assert said["html"] == '<span class="bot_command">/track</span> &lt;b&gt; to landlord'
        answer = (await client.get("/client/changes", params={"since": 0, "timeout": 10})).json()
        while not any(c["kind"] == "message" and c["message"]["from"]["bot"] for c in answer["changes"]):
            answer = (
                await client.get("/client/changes", params={"since": answer["seq"], "timeout": 10})
            ).json()
        card = (await client.get(f"/client/chats/{ben}/messages")).json()["messages"][-1]
        assert (await post("press", user=ben, message_id=card["id"], data="sent:1")).status_code == 200
        assert (await post("press", user=ben, message_id=card["id"], data="nonsense")).status_code == 400
        await tg.until(lambda: "Good. Watching." in tg.lines())
        assert "Ben pressed" in (await client.get("/client/transcript.txt")).text
        assert (await client.get("/client/transcript")).json()[0]["who"] == "Ben"
        plain = await client.post(
            "/client/say", content=b'{"user":1}', headers={"content-type": "text/plain"}
        )
        assert plain.status_code == 415
