"""`/status` tells the person who runs the host which proxy is not named, and nobody else."""

import pytest
from sqlalchemy import Engine

from bot.context import BotContext
from settings import Settings
from storage import health
from storage.engine import writing
from storage.health import Hop, HopKind
from storage.keys import open_keys
from storage.times import now
from tests.bot.test_turn import ANNA, Talk

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
        await anna.says("/status")
    told, well = anna.answers()
    assert ("Requests come through Cloudflare (172.71.1.2)." in told) is (admin == ANNA)
    assert ("All is well" in told) is (admin != ANNA)
    assert "All is well" in well
    context.close()
