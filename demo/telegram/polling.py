"""getUpdates: a long poll. A new poll ends the one before."""

from typing import Any

from demo.telegram.errors import OTHER_POLLER, WEBHOOK_ACTIVE, ApiError
from demo.telegram.parameters import Parameters
from demo.telegram.world import World

MOST_UPDATES = 100
LONGEST_POLL = 50


async def get_updates(world: World, call: Parameters) -> list[dict[str, Any]]:
    limit = min(max(call.number("limit", MOST_UPDATES), 1), MOST_UPDATES)
    seconds = min(max(call.number("timeout"), 0), LONGEST_POLL)
    poll = _begin(world, call)

    def look() -> list[dict[str, Any]] | None:
        if world.updates.polls != poll:
            raise ApiError(409, OTHER_POLLER)
        if world.revoked:
            raise ApiError(401, "Unauthorized")
        return [] if world.closing else world.updates.batch(limit) or None

    return await world.monitor.until(look, seconds) or []


def _begin(world: World, call: Parameters) -> int:
    with world.monitor.lock:
        if world.webhook:
            raise ApiError(409, WEBHOOK_ACTIVE)
        world.updates.remember(call.json("allowed_updates"))
        world.updates.confirm(call.number("offset"))
        poll = world.updates.begin()
        world.monitor.notify()
        return poll
