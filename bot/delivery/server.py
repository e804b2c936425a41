"""Keeps what this Bot API server does not understand: learnt once, until the bot starts anew.

Whoever runs a Bot API server of their own may run an old one. Without this, every message would be refused
once before it is sent.
"""

import logging

from bot.delivery.forms import FOR_OLD_SERVER, Form
from bot.delivery.refusals import Refusal

log = logging.getLogger(__name__)

_NAMES = {Refusal.TIMES: "date-time entities", Refusal.COPYING: "buttons that copy a text"}


class Server:
    """The Bot API server, as its refusals describe it."""

    def __init__(self) -> None:
        self._lacks: set[Refusal] = set()

    def learn(self, refusal: Refusal) -> bool:
        """Take a refusal into account. Return True if it tells of the server; the log says so once."""
        if refusal not in FOR_OLD_SERVER:
            return False
        if refusal not in self._lacks:
            self._lacks.add(refusal)
            log.warning(
                "This Bot API server does not know %s: messages go without them until the bot starts anew.",
                _NAMES[refusal],
            )
        return True

    def suited(self, form: Form) -> Form:
        """Return the form without what the server does not understand."""
        for refusal in self._lacks:
            form = FOR_OLD_SERVER[refusal](form)
        return form
