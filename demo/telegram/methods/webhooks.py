"""setWebhook and its kind. Webhooks are remembered, but never called."""

from typing import Any

from demo.telegram.errors import bad_request
from demo.telegram.parameters import Parameters
from demo.telegram.world import World


def set_webhook(world: World, call: Parameters) -> bool:
    url = call.text("url")
    if url and not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    world.webhook = url
    world.updates.remember(call.json("allowed_updates"))
    return True


def delete_webhook(world: World, call: Parameters) -> bool:
    world.webhook = ""
    if call.flag("drop_pending_updates"):
        world.updates.pending.clear()
    return True


def get_webhook_info(world: World, _call: Parameters) -> dict[str, Any]:
    return {
        "url": world.webhook,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending),
    }


METHODS = {"setWebhook": set_webhook, "deleteWebhook": delete_webhook, "getWebhookInfo": get_webhook_info}
