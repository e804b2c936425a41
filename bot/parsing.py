"""Parses what people type: commands, links' numbers, labels and recipients."""

import json
import re
from typing import NamedTuple

from words.typed import understood

_ARROW = re.compile(r"\s*(?:→|->)\s*")
_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?(?![\w/@])", re.ASCII)
_ADDRESS = re.compile(r"[^\s,;<>@]+@[^\s,;<>@]+\.[^\s,;<>@]+")


class TrackRequest(NamedTuple):
    """The label and the recipient of a link that somebody asks for."""

    label: str
    recipient: str


def track(text: str) -> TrackRequest | None:
    """Take `contract to landlord` apart at the last arrow, or else at the last " to ".

    Where a language has several words for "to", the first of them that the text contains counts.
    Return None if there is nothing to track.
    """
    text = " ".join(text.split())
    if not text.strip(",;.-→> "):
        return None
    for mark in (_ARROW, *(re.compile(rf" {re.escape(to)} ", re.IGNORECASE) for to in understood().to)):
        found = list(mark.finditer(text))
        if found and (label := text[: found[-1].start()]) and (recipient := text[found[-1].end() :]):
            return TrackRequest(label, recipient)
    return TrackRequest(text, "")


def recipients(text: str) -> list[str]:
    """Return who gets a link each: `Anna, Ben, Carla` are three, `Anna and Ben` is one, `Ben, ben` is one."""
    joined = rf"(?:{'|'.join(map(re.escape, understood().and_))}) "
    parts = (re.sub(f"^{joined}", "", part.strip()).strip() for part in text.split(","))
    found = {part.casefold(): part for part in reversed([part for part in parts if part])}
    return [*reversed(found.values())] or [""]


def is_mailing_list(text: str) -> bool:
    """Return True if one link would be for several mail addresses."""
    return len(_ADDRESS.findall(text)) > 1


def unpacked(payload: str) -> str:
    """Return the text of a message as the outbox stores it."""
    text: str = json.loads(payload)["text"] if payload else ""
    return text


def command(text: str) -> tuple[str, str]:
    """`/Track@OurBot contract` gives `track` and `OurBot`. What is not there is empty.

    Telegram marks the commands that people type, but not those that they paste: the text alone decides.
    """
    found = _COMMAND.match(text)
    return (found[1].lower(), found[2] or "") if found else ("", "")


def argument(text: str) -> str:
    """Return the text after a command: `/track@bot contract` gives `contract`."""
    return " ".join(text.split(None, 1)[1:]).strip()


def number_and_rest(text: str) -> tuple[int | None, str]:
    """`7 in 2 days` gives 7 and `in 2 days`; without a number, None and the text after its first word."""
    first, rest = [*text.split(None, 1), "", ""][:2]
    return number(first), rest.strip()


def number(text: str) -> int | None:
    """Return a link's number, typed with or without its `#`."""
    found = re.fullmatch(r"#?(\d{1,9})", text.strip(), re.ASCII)
    return int(found[1]) if found else None
