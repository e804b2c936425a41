"""The local Telegram takes and refuses messages like the real one: python-telegram-bot sends them."""

import datetime as dt
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.error import BadRequest

from demo.telegram import Running, User

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x80\x00\x00\x01\x40\x08\x06\x00\x00\x00\r\n--end"


async def refusal(tg: Running, call: Coroutine[Any, Any, object]) -> str:
    """Return Telegram's own message. The library changes the case of its letters."""
    with pytest.raises(BadRequest):
        await call
    return tg.calls[-1].description


def keyboard(**action: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Button", **action)]])


async def test_html_becomes_plain_text_with_entities_in_utf16(bot: Bot, anna: User) -> None:
    sent = await bot.send_message(
        anna.id,
        '👀 <b>con<i>tract</i></b> &amp; <a href="https://example.org/?a=1&amp;b=2">this</a>\n'
        '<pre><code class="language-python">print()</code></pre> <code>x &lt; y</code>',
        parse_mode="HTML",
    )
    assert sent.text == "👀 contract & this\nprint() x < y"
    marked = [(e.type, e.offset, e.length, e.url, e.language) for e in sent.entities]
    assert marked == [
        ("bold", 3, 8, None, None),
        ("italic", 6, 5, None, None),
        ("text_link", 14, 4, "https://example.org/?a=1&b=2", None),
        ("pre", 19, 7, None, "python"),
        ("code", 27, 5, None, None),
    ]


async def test_a_time_is_an_entity_whether_written_in_html_or_listed(bot: Bot, anna: User) -> None:
    noon = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    html = f'at <tg-time unix="{noon.timestamp():.0f}" format="t">12:00 UTC</tg-time>'
    in_html = await bot.send_message(anna.id, html, parse_mode="HTML")
    entity = MessageEntity("date_time", 3, 9, unix_time=noon, date_time_format="t")
    by_entity = await bot.send_message(anna.id, "at 12:00 UTC", entities=[entity])
    for message in (in_html, by_entity):
        (time,) = message.entities
        assert (time.type, time.unix_time, time.date_time_format) == ("date_time", noon, "t")
        assert message.parse_entity(time) == "12:00 UTC"


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("ä <h1>x</h1>", 'Unsupported start tag "h1" at byte offset 3'),
        ("<landlord@example.org>", 'Unsupported start tag "landlord@example.org" at byte offset 0'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("1 <b", "Unclosed start tag at byte offset 2"),
        ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<b>see <code>x</code></b>", 'Tag "code" can\'t be nested in "b" at byte offset 7'),
        ("<code>see <b>x</b></code>", 'Tag "b" can\'t be nested in "code" at byte offset 10'),
        ('<tg-time unix="1" format="Q">x</tg-time>', "Invalid date-time format specified"),
        ("a&nbsp;b", 'Unsupported character reference "&nbsp;" at byte offset 1'),
    ],
)
async def test_html_that_telegram_cannot_read_is_refused_with_its_sentence(
    tg: Running, bot: Bot, anna: User, html: str, sentence: str
) -> None:
    refused = await refusal(tg, bot.send_message(anna.id, html, parse_mode="HTML"))
    assert refused == f"Bad Request: can't parse entities: {sentence}"


async def test_a_mention_works_for_those_who_know_the_bot_or_are_in_the_group(
    tg: Running, bot: Bot, anna: User
) -> None:
    ben, stranger = tg.person("Ben"), tg.person("Carla")
    house = tg.group("House", [anna, ben])
    people = ((anna, anna.id), (ben, house.id), (stranger, house.id), (ben, anna.id))
    seen = [
        await bot.send_message(chat, f'by <a href="tg://user?id={who.id}">them</a>', parse_mode="HTML")
        for who, chat in people
    ]
    named = [[entity.user and entity.user.first_name for entity in message.entities] for message in seen]
    assert named == [["Anna"], ["Ben"], [], []]
    assert {message.text for message in seen} == {"by them"}


@pytest.mark.parametrize("text", ["R&D", "a & b", "fish &amp chips", "&#128064; &quot;x&quot;"])
async def test_a_lone_ampersand_is_an_ampersand(bot: Bot, anna: User, text: str) -> None:
    sent = await bot.send_message(anna.id, text, parse_mode="HTML")
    expected = {"fish &amp chips": "fish & chips", "&#128064; &quot;x&quot;": '👀 "x"'}
    assert sent.text == expected.get(text, text)


@pytest.mark.parametrize(
    ("entity", "sentence"),
    [
        (MessageEntity("bold", 3, 9), "ends after the end of the text at UTF-16 offset 12"),
        (MessageEntity("bold", 30, 1), "begins after the end of the text at UTF-16 offset 30"),
        (MessageEntity("bold", 0, 1), "ends in a middle of a UTF-16 symbol"),
        (MessageEntity("text_link", 0, 2), 'can\'t find field "url"'),
        (MessageEntity("rainbow", 0, 2), "Unsupported type specified"),
    ],
)
async def test_entities_must_fit_the_text(
    tg: Running, bot: Bot, anna: User, entity: MessageEntity, sentence: str
) -> None:
    assert sentence in await refusal(tg, bot.send_message(anna.id, "👀 look", entities=[entity]))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Message text is empty"),
        (" \n ", "Text must be non-empty"),
        ("👀" * 2049, "Message is too long"),
    ],
)
async def test_a_message_is_neither_empty_nor_longer_than_4096_utf16_units(
    bot: Bot, anna: User, text: str, sentence: str
) -> None:
    with pytest.raises(BadRequest, match=sentence):
        await bot.send_message(anna.id, text)
    assert (await bot.send_message(anna.id, "👀" * 2048)).text == "👀" * 2048


async def test_tags_do_not_count_into_the_length(bot: Bot, anna: User) -> None:
    assert await bot.send_message(anna.id, "<b>x</b>" * 4000, parse_mode="HTML")


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ({"callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"callback_data": "ä" * 33}, "BUTTON_DATA_INVALID"),
        ({"copy_text": CopyTextButton("x" * 257)}, "BUTTON_COPY_TEXT_INVALID"),
        ({"url": "https://example.org", "callback_data": "x"}, "exactly one action is allowed"),
        ({}, "Text buttons are unallowed in the inline keyboard"),
        ({"url": "http://localhost:8000/"}, "button URL 'http://localhost:8000/' is invalid: Wrong HTTP URL"),
        ({"url": "http://[::1]/"}, "is invalid: Wrong HTTP URL"),
        ({"url": "ftp://example.org/"}, "is invalid: Unsupported URL protocol"),
    ],
)
async def test_a_button_that_telegram_refuses_is_refused(
    tg: Running, bot: Bot, anna: User, action: dict[str, Any], sentence: str
) -> None:
    assert sentence in await refusal(tg, bot.send_message(anna.id, "choose", reply_markup=keyboard(**action)))


@pytest.mark.parametrize(
    "action",
    [
        {"callback_data": "x" * 64},
        {"copy_text": CopyTextButton("x" * 256)},
        {"url": "https://pixel.example.org/copy/x"},
        {"url": "tg://user?id=1"},
    ],
)
async def test_a_button_within_the_limits_comes_back_as_it_went(
    bot: Bot, anna: User, action: dict[str, Any]
) -> None:
    sent = await bot.send_message(anna.id, "choose", reply_markup=keyboard(**action))
    assert sent.reply_markup == keyboard(**action)


async def test_a_keyboard_has_at_most_a_hundred_buttons_and_eight_in_a_row(bot: Bot, anna: User) -> None:
    button = InlineKeyboardButton("x", callback_data="x")
    for rows in ([[button]] * 101, [[button] * 9]):
        with pytest.raises(BadRequest, match="Reply markup is too long"):
            await bot.send_message(anna.id, "choose", reply_markup=InlineKeyboardMarkup(rows))


async def test_a_message_is_edited_in_place_and_not_twice_the_same(tg: Running, bot: Bot, anna: User) -> None:
    card = await bot.send_message(
        anna.id, "<b>card</b>", parse_mode="HTML", reply_markup=keyboard(callback_data="a")
    )
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await card.edit_text("<b>card</b>", parse_mode="HTML", reply_markup=keyboard(callback_data="a"))
    await card.edit_text("seen", reply_markup=keyboard(callback_data="b"))
    await card.edit_reply_markup(None)
    (shown,) = tg.said(anna)
    assert (shown.id, shown.text, shown.buttons()) == (card.message_id, "seen", [])


async def test_what_is_gone_or_not_the_bots_cannot_be_edited(tg: Running, bot: Bot, anna: User) -> None:
    request = tg.say(anna, "mine")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", anna.id, request.id)
    assert await bot.delete_message(anna.id, request.id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", anna.id, request.id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(anna.id, request.id)


async def test_a_reply_needs_its_message_unless_it_may_go_without(tg: Running, bot: Bot, anna: User) -> None:
    request = tg.say(anna, "/track contract")
    reply = await bot.send_message(anna.id, "yes", reply_parameters=ReplyParameters(request.id))
    assert reply.reply_to_message
    assert reply.reply_to_message.text == "/track contract"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(anna.id, "yes", reply_parameters=ReplyParameters(999))
    lost = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await bot.send_message(anna.id, "yes", reply_parameters=lost)).reply_to_message is None


async def test_silence_and_a_forced_reply_are_seen_by_the_person(tg: Running, bot: Bot, anna: User) -> None:
    markup = ForceReply(input_field_placeholder="contract to landlord")
    await bot.send_message(anna.id, "To whom?", reply_markup=markup, disable_notification=True)
    (asked,) = tg.said(anna)
    assert asked.silent
    assert asked.view()["force_reply"]["input_field_placeholder"] == "contract to landlord"


async def test_a_message_that_telegram_would_preview_is_flagged(tg: Running, bot: Bot, anna: User) -> None:
    url = "https://pixel.example.org/i/x.gif"
    off = LinkPreviewOptions(is_disabled=True)
    await bot.send_message(anna.id, f"bare {url}")
    await bot.send_message(anna.id, f'<a href="{url}">link</a>', parse_mode="HTML")
    await bot.send_message(anna.id, f"<code>{url}</code>", parse_mode="HTML")
    await bot.send_message(anna.id, f"bare {url}", link_preview_options=off)
    assert [message.preview for message in tg.said(anna)] == [url, url, None, None]
    assert f"(would preview {url})" in tg.lines()


async def test_a_file_is_uploaded_and_read_back_byte_for_byte(tg: Running, bot: Bot, anna: User) -> None:
    picture = await bot.send_photo(anna.id, PNG, caption="<b>timeline</b>", parse_mode="HTML")
    assert (picture.photo[0].width, picture.photo[0].height, picture.caption) == (640, 320, "timeline")
    document = await bot.send_document(anna.id, b"\r\n\x00\xff--x\r\n", filename="export ä.csv")
    assert document.document
    assert document.document.file_name == "export ä.csv"
    async with httpx.AsyncClient(trust_env=False) as client:
        described = await bot.get_file(document.document.file_id)
        read = await client.get(described.file_path or "")
    assert read.content == b"\r\n\x00\xff--x\r\n"


async def test_a_caption_has_at_most_1024_units_and_a_photo_is_a_picture(bot: Bot, anna: User) -> None:
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(anna.id, PNG, caption="x" * 1025)
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(anna.id, b"not a picture")
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_document(anna.id, b"", filename="empty.csv")


async def test_a_reaction_is_one_of_telegrams_and_the_bot_has_one(tg: Running, bot: Bot, anna: User) -> None:
    request = tg.say(anna, "/track contract")
    await bot.set_message_reaction(anna.id, request.id, "👀")
    await bot.set_message_reaction(anna.id, request.id, "🔥")
    assert list(request.reactions.values()) == ["🔥"]
    with pytest.raises(BadRequest, match="Reaction_invalid"):
        await bot.set_message_reaction(anna.id, request.id, ReactionTypeEmoji("🧾"))
    with pytest.raises(BadRequest, match="Message to react not found"):
        await bot.set_message_reaction(anna.id, 999, "👀")


async def test_a_link_written_in_the_open_is_fetched_as_telegram_would(
    tg: Running, bot: Bot, anna: User
) -> None:
    asked: list[str] = []

    def preview(url: str) -> None:
        asked.append(url)
        tg.monitor.notify()

    tg.previewer = preview
    await bot.send_message(anna.id, "https://pixel.example.org/i/x.gif")
    assert await tg.until(lambda: asked) == ["https://pixel.example.org/i/x.gif"]
