"""The Bot API's methods that exist here, by their names in lower case."""

from collections.abc import Callable
from typing import Any

from demo.telegram.methods import answering, chats, editing, files, profile, sending, webhooks
from demo.telegram.parameters import Parameters
from demo.telegram.world import World

Method = Callable[[World, Parameters], Any]

METHODS: dict[str, Method] = {
    name.lower(): method
    for module in (answering, chats, editing, files, profile, sending, webhooks)
    for name, method in module.METHODS.items()
}
