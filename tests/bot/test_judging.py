"""The bot judges links with many fetches again, while it does everything else."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import Engine

from bot.context import BotContext
from bot.judging import Rejudger
from settings import Settings
from storage import rejudging
from storage.keys import open_keys
from tests.fetches import NOON, arrival
from tests.storage.test_ingest import fold
from tests.storage.test_rejudging import is_marked, rows_of, say, tracked
from tracking import Statement, StatementKind


@pytest.mark.parametrize("step", [2, 100])
async def test_what_was_said_changes_every_verdict_soon(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(rejudging, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(rejudging, "STEP", step)
    monkeypatch.setattr(rejudging, "TAIL", 0)
    link = tracked(engine)
    fold(engine, *(arrival(link.token, NOON + 7200 * n) for n in range(9)))
    say(engine, link, Statement(StatementKind.DRAFT, NOON + 86400), now=NOON + 86400)
    context = BotContext(settings, engine, open_keys(settings.key_file))
    judging = asyncio.create_task(Rejudger(context).run())
    await asyncio.wait_for(context.due.wait(), 60)
    judging.cancel()
    with suppress(asyncio.CancelledError):
        await judging
    context.close()
    assert not is_marked(engine, link.id)
    assert {row.kind for row in rows_of(engine, link)} == {"activated", "inserted"}
