"""The kinds and states of message in the outbox, what the bot does with each kind, and the keys of messages.

Every rule by which the outbox and the delivery treat kinds differently is a field of `Policy`: a new kind has
a line in `POLICIES`, and its wording in `WORDED_BY` of bot/delivery/composing.py. A test holds both complete.
Beyond that, only the code that owes or drops one kind of message names it.
"""

from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Literal, NamedTuple


class MessageKind(StrEnum):
    """The subject of a message; the outbox keeps the word in its column `kind`."""

    CARD = "card"
    """Shows where a link stands. It is edited for as long as the link lives."""
    LIST = "list"
    """The card of links that were made together: it shows where each of them stands."""
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
    REACTION = "reaction"
    """The 👀 on the message that asked for a link (reactions.py)."""
    ERASED = "erased"
    """Takes the place of a message in the chat whose link was erased, and says only that."""


class MessageState(StrEnum):
    """The progress of a message; the outbox keeps the word in its column `state`."""

    PENDING = "pending"
    """Owed, and not claimed."""
    SENDING = "sending"
    """Claimed: a worker holds the lease."""
    SENT = "sent"
    """Telegram has confirmed its newest version, or there was nothing to show."""
    PARKED = "parked"
    """Refused, or in doubt twice: tried again only when somebody asks. `/status` shows it."""


class Urgency(IntEnum):
    """A message's turn among those that wait for their chat's allowance: the lowest number goes first.

    Messages of one urgency go in the order in which they were owed.
    """

    ANSWER = 1
    """Somebody has asked for it, and is waiting."""
    ALERT = 2
    """It makes a sound."""
    NEWS = 3
    """Any other new message."""
    EDIT = 4
    """It changes a message that the chat shows already. However often it changes, one edit shows it.

    An edit needs no rule to jump the queue, because the queue of new messages runs empty. Only somebody who
    typed a command every four seconds in a group, or every second in private, could keep it waiting.
    """


URGENT = (Urgency.ANSWER, Urgency.ALERT)
"""These may use up the whole allowance. The others leave a part of it (`kept` in pacing.py)."""
MOST_AWAITED = 2
"""New cards that may wait in a chat and still count as answers. More of them are a batch: nobody waits for
its fortieth card, and an open would be told after all of them (in a group of a hundred: six minutes late)."""


class Policy(NamedTuple):
    """The bot's treatment of the messages of one kind."""

    urgency: Urgency
    """The turn of a new message."""
    edit_urgency: Urgency = Urgency.EDIT
    """The turn of a change."""
    comes_in_batches: bool = False
    """If more than `MOST_AWAITED` new ones wait in the chat, they go as news."""
    is_loud: bool = False
    """Sent with a sound. Of several alerts that the same quiet hours held, only the first one keeps it."""
    answers_card: bool = False
    """A new message is sent as a reply to its link's card."""
    earns_reaction: bool = False
    """The bot owes 👀 on the message that asked for the link, once this one has arrived."""
    is_reaction: bool = False
    """It shows no text, but the bot's reaction on a person's message. So erasing keeps nothing of it, and a
    refusal is nothing that anybody needs to know."""
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


_NUDGE = Policy(
    Urgency.ALERT, is_loud=True, answers_card=True, is_held=True, is_nudge=True, tells_parked=True
)

POLICIES = {
    MessageKind.CARD: Policy(Urgency.ANSWER, comes_in_batches=True, is_restored=True),
    MessageKind.LIST: Policy(Urgency.ANSWER, comes_in_batches=True, is_restored=True),
    MessageKind.OPENED: Policy(
        Urgency.ALERT,
        is_loud=True,
        answers_card=True,
        earns_reaction=True,
        is_held=True,
        tells_parked=True,
    ),
    MessageKind.PROXIED: Policy(Urgency.NEWS, answers_card=True, is_held=True),
    MessageKind.OBJECTED: Policy(Urgency.NEWS, answers_card=True, is_held=True),
    MessageKind.UNSENT: Policy(Urgency.NEWS, answers_card=True, is_held=True),
    MessageKind.REMIND: _NUDGE,
    MessageKind.DEADLINE: _NUDGE,
    MessageKind.DIGEST: Policy(Urgency.NEWS, tells_parked=True, is_forgotten=True),
    MessageKind.REPLY: Policy(
        Urgency.ANSWER,
        # An answer changes because somebody tapped a button on it: the next page of /history.
        edit_urgency=Urgency.ANSWER,
        is_answer=True,
        is_worded_when_owed=True,
        is_forgotten=True,
    ),
    MessageKind.EXPORT: Policy(Urgency.ANSWER, is_answer=True, file="document", is_forgotten=True),
    MessageKind.PICTURE: Policy(Urgency.ANSWER, is_answer=True, file="photo", is_forgotten=True),
    # It always changes a person's message, so only `edit_urgency` counts. It waits for the new messages: the
    # alert that earns it has told of the open already.
    MessageKind.REACTION: Policy(Urgency.EDIT, edit_urgency=Urgency.EDIT, is_reaction=True),
    MessageKind.ERASED: Policy(Urgency.NEWS, is_forgotten=True),
}


def policy_of(kind: str) -> Policy:
    """Return the policy of a kind as the outbox keeps it. Raises ValueError for a word that is no kind."""
    return POLICIES[MessageKind(kind)]


def kinds_where(applies: Callable[[Policy], bool]) -> tuple[MessageKind, ...]:
    """Return the kinds whose policy fits, for a query: `kinds_where(lambda policy: policy.is_held)`."""
    return tuple(kind for kind, policy in POLICIES.items() if applies(policy))


# A key is unique in the outbox: owing the same message twice leaves one.


def card_key(link_id: int, list_id: int | None) -> str:
    """Return the key of the message that shows where a link stands: its own card, or that of its list.

    Nothing else decides that. Alerts answer this message, and a change of the link refreshes it.
    """
    return f"card:{link_id}" if list_id is None else list_key(list_id)


def list_key(list_id: int) -> str:
    return f"list:{list_id}"


def opened_key(fetch_id: str) -> str:
    return f"opened:{fetch_id}"


def proxied_key(link_id: int) -> str:
    return f"proxied:{link_id}"


def objected_key(link_id: int) -> str:
    return f"objected:{link_id}"


def unsent_key(link_id: int) -> str:
    return f"unsent:{link_id}"


def reaction_key(chat_id: int, asked_in: int) -> str:
    """Return the key of the reaction on a message: it may have asked for several links."""
    return f"reaction:{chat_id}:{asked_in}"


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


def part_key(key: str, number: int) -> str:
    """Return the key of another file of an answer that has several, given the key of one of them."""
    return f"{key.partition('#')[0]}#{number}"


def notice_key(about: str, which: float) -> str:
    """Return the key of a notice to the administrator, such as `failed:<update>` or `checkup:<time>`."""
    return f"{about}:{which}"
