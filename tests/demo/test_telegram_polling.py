"""Updates reach a bot by polling, tried with the real python-telegram-bot."""

import asyncio

import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, EndPointNotFound, InvalidToken

from demo.telegram import Running, User


async def test_what_anna_writes_waits_until_the_bot_confirms_it(tg: Running, bot: Bot, anna: User) -> None:
    tg.say(anna, "/track contract to landlord")
    start, track = await bot.get_updates()
    assert track.message
    assert (track.message.text, track.message.from_user.id) == ("/track contract to landlord", anna.id)  # type: ignore[union-attr]  # a person wrote it
    assert [u.update_id for u in await bot.get_updates(offset=track.update_id)] == [track.update_id]
    assert await bot.get_updates(offset=track.update_id + 1) == ()
    assert start.update_id < track.update_id


async def test_a_command_carries_the_entity_that_command_handlers_look_for(
    tg: Running, bot: Bot, anna: User
) -> None:
    tg.say(anna, "/track ä 👀 see /help")
    update = (await bot.get_updates())[-1]
    assert update.message
    assert [(e.type, e.offset, e.length) for e in update.message.entities] == [
        ("bot_command", 0, 6),
        ("bot_command", 16, 5),
    ]


async def test_a_long_poll_ends_as_soon_as_somebody_writes(tg: Running, bot: Bot, anna: User) -> None:
    (start,) = await bot.get_updates()
    poll = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=50))
    await tg.until(lambda: tg.updates.polls == 2)
    tg.say(anna, "hello")
    (update,) = await poll
    assert update.message
    assert update.message.text == "hello"


async def test_the_newer_poller_ends_the_older(tg: Running, bot: Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=50))
    await tg.until(lambda: tg.updates.polls == 1)
    newer = asyncio.create_task(bot.get_updates(timeout=50))
    with pytest.raises(Conflict, match="terminated by other getUpdates request; make sure that only one bot"):
        await older
    tg.say(tg.person("Ben"), "hello")
    assert len(await newer) == 1


async def test_kinds_that_were_not_asked_for_do_not_come_and_the_list_is_remembered(
    tg: Running, bot: Bot, anna: User
) -> None:
    await bot.get_updates(allowed_updates=["message_reaction"], offset=-1)
    await bot.get_updates()
    tg.react(anna, tg.say(anna, "not asked for"), "👍")
    assert (await bot.get_updates())[-1].message_reaction
    assert [u.message for u in await bot.get_updates(offset=-1)] == [None]


async def test_a_webhook_and_a_poller_exclude_each_other(bot: Bot) -> None:
    await bot.set_webhook("https://bot.example.org/hook")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_a_revoked_token_ends_even_a_poll_that_waits(tg: Running, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await tg.until(lambda: tg.updates.polls == 1)
    tg.revoke()
    with pytest.raises(InvalidToken):
        await poll


async def test_a_method_that_does_not_exist_is_not_found(bot: Bot) -> None:
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendCarrierPigeon")


async def test_a_stranger_cannot_be_written_to_first(tg: Running, bot: Bot) -> None:
    carl = tg.person("Carl")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(carl.id, "hello")
