"""Erased data also leaves the pixel server's own files."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Semaphore

from sqlalchemy import Engine

from pixel_server.database.erasing import Eraser
from settings import Settings
from storage import erasing, links
from storage.engine import database_of, writing
from storage.notifying import Topic
from storage.spools import Spools
from tests.fetches import NOON, arrival
from tests.pixel_server.serving import track


class Watched(Spools):
    """Releases a semaphore after each round of erasing."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.erased = Semaphore(0)

    def erase_unknown(self, unknown_tokens: Callable[[set[str]], set[str]]) -> None:
        super().erase_unknown(unknown_tokens)
        self.erased.release()


async def test_a_fetch_set_aside_for_an_erased_link_is_erased_at_the_start_and_after_a_notification(
    settings: Settings, engine: Engine
) -> None:
    contract, offer = track(engine, "contract"), track(engine, "offer")
    spools = Watched(settings.spool_path)
    spools.put_aside([arrival(token, NOON) for token in ("A" * 22, contract.token, offer.token)])
    eraser = Eraser(engine, spools)
    eraser.start()
    while spools.set_aside > 2:
        await asyncio.to_thread(spools.erased.acquire)
    _erase(engine, contract.id, contract.chat_id)
    if settings.sqlite_path:
        notifier = database_of(engine).notifier(Topic.ERASED)
        notifier.after_commit()
        notifier.close()
    else:
        await eraser.stop()
        eraser = Eraser(engine, spools)
        eraser.start()
    while spools.set_aside > 1:
        await asyncio.to_thread(spools.erased.acquire)
    await eraser.stop()
    kept = settings.spool_path.with_suffix(".poison").read_text()
    assert offer.token in kept
    assert contract.token not in kept


def _erase(engine: Engine, link_id: int, chat_id: int) -> None:
    with writing(engine) as session:
        link = links.link_of(session, chat_id, link_id, lock=True)
        assert link
        erasing.erase_link(session, link, mentions=lambda _: False)
