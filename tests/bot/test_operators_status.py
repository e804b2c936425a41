"""`/status` tells the person who runs the host which proxy is not named, and nobody else."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from bot.context import BotContext
from bot.problems import Checked, Problem
from settings import Settings
from storage import health
from storage.engine import writing
from storage.health import Hop, HopKind
from storage.keys import open_keys
from storage.times import now
from tests.bot.test_turn import ANNA, GROUP, Talk
from words import sentences

CLOUDFLARE = Hop(HopKind.NAMED, "Cloudflare", "172.71.1.2", "127.0.0.1,cloudflare")


@pytest.mark.parametrize("admin", [ANNA, 4711])
async def test_the_unnamed_hop_is_told_to_the_operator_alone(
    settings: Settings, engine: Engine, admin: int
) -> None:
    context = BotContext(
        settings.model_copy(update={"admin_chat_id": admin}), engine, open_keys(settings.key_file)
    )
    anna = Talk(context, engine)
    for hop in (CLOUDFLARE, None):
        with writing(engine) as session:
            health.leave_hop(session, hop, now())
            health.beat(session, health.PIXEL_SERVER, "", now())
        context.checked = Checked(now(), ())
        await anna.says("/status")
    told, well = anna.answers()
    assert ("Requests come through Cloudflare (172.71.1.2)." in told) is (admin == ANNA)
    assert ("The operator of this bot has something to fix" in told) is (admin != ANNA)
    assert "All is well" not in told
    assert "All is well" in well
    context.close()


PLAIN = Problem(sentences.operator.CHECKUP_PLAIN, {"url": "http://mail.example"})
Make = Callable[..., Talk]


@pytest.fixture
def talk(settings: Settings, engine: Engine) -> Iterator[Make]:
    """Make Anna's chat with a bot that was checked, beside a pixel server that runs."""
    contexts: list[BotContext] = []

    def make(*problems: Problem, admin: int | None = None, beat_at: float | None = None) -> Talk:
        changed = settings.model_copy(update={"admin_chat_id": admin})
        contexts.append(BotContext(changed, engine, open_keys(settings.key_file)))
        contexts[-1].checked = Checked(now(), problems)
        with writing(engine) as session:
            health.beat(session, health.PIXEL_SERVER, "", beat_at or now())
        return Talk(contexts[-1], engine)

    yield make
    for context in contexts:
        context.close()


async def test_all_is_well_only_after_the_first_check(talk: Make) -> None:
    anna = talk()
    await anna.says("/status")
    anna.context.checked = None
    await anna.says("/status")
    well, early = anna.answers()
    assert "All is well" in well
    assert "All is well" not in early
    assert "still check" in early


async def test_a_pixel_server_without_a_sign_of_life_is_told_to_everybody(talk: Make) -> None:
    anna = talk(beat_at=now() - 60)
    await anna.says("/status")
    (told,) = anna.answers()
    assert "shows no sign of life" in told
    assert "All is well" not in told


async def test_status_repeats_what_the_check_found_to_the_operator(talk: Make) -> None:
    anna = talk(PLAIN, admin=ANNA)
    await anna.says("/status")
    (told,) = anna.answers()
    assert "PUBLIC_URL http://mail.example is not https." in told
    assert "Checked at " in told
    assert "This chat" not in told


async def test_others_hear_that_there_is_something_but_no_addresses(talk: Make) -> None:
    anna = talk(PLAIN, admin=4711)
    await anna.says("/status")
    (told,) = anna.answers()
    assert "has something to fix" in told
    assert "mail.example" not in told
    assert "All is well" not in told


async def test_the_number_for_admin_chat_id_is_told_while_there_is_none(talk: Make) -> None:
    anna = talk()
    await anna.says("/status")
    await anna.says("/status", chat=GROUP)
    private, group = anna.answers()
    assert f"This chat: {ANNA}." in private
    assert "This chat" not in group
