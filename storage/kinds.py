"""The kinds of message in the outbox, what the bot does with each, and the keys that tell messages apart.

Every rule by which the outbox and the delivery treat kinds differently is a field of `Policy`: a new kind has
a line in `POLICIES`, and its wording in `WORDED_BY` of bot/delivery/composing.py. A test holds both complete.
Beyond that, only the code that owes or drops one kind of message names it.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Literal, NamedTuple


class MessageKind(StrEnum):
    """The subject of a message; the outbox keeps the word in its column `kind`."""

    CARD = "card"
    """Shows where a link stands. A link has one, which is edited for as long as the link lives."""
    OPENED = "opened"
    """The alert: it tells of one open."""
    PROXIED = "proxied"
    """Tells that a mail provider fetched the image, before anybody opened the mail."""
    OBJECTED = "objected"
    """Tells that the recipient stopped the recording."""
    UNSENT = "unsent"
    """Asks whether a draft that rests was sent."""
    REMIND = "remind"
    """The reminder that `/remind` asked for."""
    DEADLINE = "deadline"
    """The nudge before a deadline."""
    DIGEST = "digest"
    """The chat's daily summary."""
    REPLY = "reply"
    """The answer to an update, or a notice to the administrator."""
    EXPORT = "export"
    """A file with all that is kept about the chat."""
    PICTURE = "picture"
    """A link's story as an image."""
    ERASED = "erased"
    """Takes the place of a message in the chat whose link was erased, and says only that."""


class Policy(NamedTuple):
    """The bot's treatment of the messages of one kind."""

    is_loud: bool = False
    """Sent with a sound. Of several alerts that the same quiet hours held, only the first one keeps it."""
    answers_card: bool = False
    """A new message is sent as a reply to its link's card."""
    earns_reaction: bool = False
    """The bot puts 👀 on the message that asked for the link, once this one has arrived."""
    is_answer: bool = False
    """Answers an update: `answer_key` and `pressed_key` make its key."""
    is_worded_when_owed: bool = False
    """Its payload is its text and buttons (`bot.message.pack`). The others are worded when they are sent."""
    is_held: bool = False
    """Quiet hours hold a new message. The others are answers, make no sound, or have a time of their own."""
    is_nudge: bool = False
    """Somebody asked for it at a time to come: `/status` counts it while it waits."""
    tells_parked: bool = False
    """A new message also says how many messages before it may not have arrived."""
    file: Literal["", "photo", "document"] = ""
    """It is a file of this form. It cannot be edited into a text, so erasing keeps nothing of it."""
    is_restored: bool = False
    """The chat always has one. The bot sends it anew, at the next change, if somebody deleted it or if the
    group became a supergroup. Any other message that the chat has seen is given up then."""
    is_forgotten: bool = False
    """Dropped from the outbox a week after it was sent; the others live as long as their link."""


_NUDGE = Policy(is_loud=True, answers_card=True, is_held=True, is_nudge=True, tells_parked=True)

POLICIES = {
    MessageKind.CARD: Policy(is_restored=True),
    MessageKind.OPENED: Policy(
        is_loud=True, answers_card=True, earns_reaction=True, is_held=True, tells_parked=True
    ),
    MessageKind.PROXIED: Policy(answers_card=True, is_held=True),
    MessageKind.OBJECTED: Policy(answers_card=True, is_held=True),
    MessageKind.UNSENT: Policy(answers_card=True, is_held=True),
    MessageKind.REMIND: _NUDGE,
    MessageKind.DEADLINE: _NUDGE,
    MessageKind.DIGEST: Policy(tells_parked=True, is_forgotten=True),
    MessageKind.REPLY: Policy(is_answer=True, is_worded_when_owed=True, is_forgotten=True),
    MessageKind.EXPORT: Policy(is_answer=True, file="document", is_forgotten=True),
    MessageKind.PICTURE: Policy(is_answer=True, file="photo", is_forgotten=True),
    MessageKind.ERASED: Policy(is_forgotten=True),
}


def policy_of(kind: str) -> Policy:
    """Return the policy of a kind as the outbox keeps it. Raises ValueError for a word that is no kind."""
    return POLICIES[MessageKind(kind)]


def kinds_where(applies: Callable[[Policy], bool]) -> tuple[MessageKind, ...]:
    """Return the kinds whose policy fits, for a query: `kinds_where(lambda policy: policy.is_held)`."""
    return tuple(kind for kind, policy in POLICIES.items() if applies(policy))


# A key is unique in the outbox: owing the same message twice leaves one.


def card_key(link_id: int) -> str:
    return f"card:{link_id}"


def opened_key(fetch_id: str) -> str:
    return f"opened:{fetch_id}"


def proxied_key(link_id: int) -> str:
    return f"proxied:{link_id}"


def objected_key(link_id: int) -> str:
    return f"objected:{link_id}"


def unsent_key(link_id: int) -> str:
    return f"unsent:{link_id}"


def nudge_key(kind: MessageKind, link_id: int, due: float) -> str:
    return f"{kind}:{link_id}:{int(due)}"


def digest_key(chat_id: int, due: float) -> str:
    return f"digest:{chat_id}:{int(due)}"


def answer_key(kind: MessageKind, update_id: int) -> str:
    """Return the key of the answer to an update: an update that is handled twice has one answer."""
    return f"{kind}:{update_id}"


def pressed_key(kind: MessageKind, chat_id: int, telegram_id: int, data: str, window: int) -> str:
    """Return the key of the answer to a button. `window` is the span of seconds in which it was pressed."""
    return f"{kind}:{chat_id}:{telegram_id}:{data}:{window}"


def notice_key(about: str, which: float) -> str:
    """Return the key of a notice to the administrator, such as `failed:<update>` or `checkup:<time>`."""
    return f"{about}:{which}"
