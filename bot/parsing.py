"""Parses what people type: commands, links' numbers, labels and recipients."""

import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

import words
from words import sentences
from words.typed import understood

_ARROW = re.compile(r" ?(?:→|->) ?")
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Characters that come along when somebody pastes, and that nobody sees."""
_BLANK = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + _UNSEEN
_QUOTES = "`'\"“”„‟‘’‚«»‹›"
_COMMAND = re.compile(r"[/／](?P<name>[^\W\d_]+)_?(?P<number>\d*)(?:@(?P<addressee>\w+))?(?![\w/@])")
_SIGNS = re.compile(r"\s*:(?!\S)|(?:[:,;.!?…–—]|-(?!\d))+")
"""Signs that people write behind a command: `/track: contract`."""
SHORTEST_BEGINNING = 3
"""Letters of a word that may be the beginning of a command, or a misspelt one."""
MOST_SLIPS = 2
"""Letters that are wrong in a misspelt command."""
LONGEST_COMMAND = 32
"""Letters of a command in Telegram. A longer word is no misspelt command."""
LONGEST_WISH = 100
"""Characters of a text that may be a request for a link. A longer one tells something else."""
MOST_WORDS = 5
"""Words of a label, or of a recipient, in such a text."""
_BEFORE_A_VERB = re.compile(
    r"i|you|we|they|wants?|need|ha(ve|[sd])|try|like|nice|how|what|where|when|why|who|able|going|used|it|hello",
    re.IGNORECASE,
)
"""English words that "to" follows in other sentences: “I want to know”."""
_ADDRESS = re.compile(r"(?<![^\s,;<>@])[^\s,;<>@]+@[^\s,;<>@]+\.[^\s,;<>@]+")
"""It begins only where a word does: from within 4,096 letters, it was tried at each of them."""


class Command(NamedTuple):
    """A command as somebody wrote it. `name` is in lower case, and empty if the text is no command."""

    name: str = ""
    addressee: str = ""
    """The bot that it names: `/track@OurBot`."""
    argument: str = ""


class TrackRequest(NamedTuple):
    """The label and the recipient of a link that somebody asks for. One of them may be empty."""

    label: str
    recipient: str


def track(text: str) -> TrackRequest | None:
    """Take `contract to landlord` apart at the last arrow, or else at the last " to ".

    Where a language has several words for "to", the first of them that the text contains counts. Of
    `to landlord` the label is empty. Return None if there is nothing to track.
    """
    text = " ".join(text.split())
    if not text.strip(",;.-→> "):
        return None
    for mark in (_ARROW, *(re.compile(rf" {re.escape(to)} ", re.IGNORECASE) for to in understood().to)):
        found = list(mark.finditer(text))
        if found and (label := text[: found[-1].start()]) and (recipient := text[found[-1].end() :]):
            return TrackRequest(label, recipient)
    begins = re.match(rf"(?:{_to()} |→ ?|-> ?)(?=.)", text, re.IGNORECASE)
    return TrackRequest("", text[begins.end() :]) if begins else TrackRequest(text, "")


def lacks_recipient(text: str) -> bool:
    """Return True for `contract to`: somebody wanted to say to whom, and did not."""
    return bool(re.fullmatch(rf".*\S(?:\s+{_to()}|\s*(?:→|->))\s*", text, re.IGNORECASE | re.DOTALL))


def _to() -> str:
    """Return a pattern of the words for "to", without the Spanish “a”, which means other things, too."""
    return f"(?:{'|'.join(re.escape(to) for to in understood().to if len(to) > 1)})"


def wish(text: str) -> str | None:
    """Return the text after `/track` that somebody may have meant who wrote no command; None if none.

    `track offer to Ben` gives `offer to Ben`, and so does `offer to Ben` alone. It is only offered, so it may
    be wrong now and then.
    """
    text = " ".join(text.split())
    if len(text) > LONGEST_WISH:
        return None
    first, _, rest = text.partition(" ")
    is_asked = first.casefold().strip(":,") in _asking_words() and bool(rest)
    request = track(rest if is_asked else text)
    if request is None or not request.label or text.endswith("?"):
        return None
    if is_asked:
        return rest
    is_short = max(len(part.split()) for part in request) <= MOST_WORDS
    is_other = _BEFORE_A_VERB.fullmatch(request.label.split()[-1]) or "/" in text
    return text if request.recipient and is_short and not is_other else None


def _asking_words() -> set[str]:
    """Return "track" and its like, in English and in the current language."""
    asking = sentences.track.TRACK_WORDS
    return {word for text in (asking.text, words.plain(asking)) for word in text.casefold().split(", ")}


def recipients(text: str) -> list[str]:
    """Return who gets a link each.

    `Anna, Ben and Carla` are three, `Anna and Ben` is one, `Ben, ben` is one.
    """
    joined = rf"(?:{'|'.join(map(re.escape, understood().and_))})"
    *listed, last = text.split(",")
    # After a comma, "and" ends a list. Without one it joins two people who get one mail.
    ending = re.split(rf"\s{joined}\s", last, maxsplit=1) if listed else [last]
    parts = (re.sub(rf"^{joined} ", "", part.strip()).strip() for part in (*listed, *ending))
    found = {part.casefold(): part for part in reversed([part for part in parts if part])}
    return [*reversed(found.values())] or [""]


def is_mailing_list(text: str) -> bool:
    """Return True if one link would be for several mail addresses."""
    return len(_ADDRESS.findall(text)) > 1


def command(text: str) -> Command:
    """`/Track@OurBot contract` gives `track`, `OurBot` and `contract`. What is not there is empty.

    Telegram does not mark every command that people paste, and none in code: the text alone decides. It may
    be quoted, and a sign or a number may follow the command at once.
    """
    bare = text.lstrip(_BLANK + _QUOTES)
    found = _COMMAND.match(bare)
    if found is None:
        return Command()
    is_quoted = any(sign in _QUOTES for sign in text[: len(text) - len(bare)])
    rest = bare[found.end() :].rstrip(_BLANK + _QUOTES if is_quoted else _BLANK)
    if sign := _SIGNS.match(rest):
        rest = rest[sign.end() :]
    name, number = (unicodedata.normalize("NFKC", part) for part in found.group("name", "number"))
    return Command(name.lower(), found["addressee"] or "", f"{number} {rest.strip(_BLANK)}".strip())


def meant(name: str, known: Collection[str]) -> list[str]:
    """Return the commands that a misspelt or shortened one may mean, the nearest first: two at most."""
    if not SHORTEST_BEGINNING <= len(name) <= LONGEST_COMMAND:
        return []
    # Of three letters, two changed ones leave another word.
    most = min(MOST_SLIPS, len(name) // 2)
    slips = {each: 0.5 if each.startswith(name) else _slips(name, each) for each in known}
    return sorted((each for each in slips if slips[each] <= most), key=slips.__getitem__)[:2]


def _slips(first: str, second: str) -> int:
    """Return how many letters to add, drop, change or swap with the next (Damerau and Levenshtein)."""
    before: list[int] = []
    row: list[int] = [*range(len(second) + 1)]
    for i, one in enumerate(first, 1):
        above, row, earlier = row, [i], before
        for j, other in enumerate(second, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (one != other)))
            if i > 1 and j > 1 and one == second[j - 2] and other == first[i - 2]:
                row[-1] = min(row[-1], earlier[j - 2] + 1)
        before = above
    return row[-1]


def number_and_rest(text: str) -> tuple[int | None, str]:
    """`7 in 2 days` gives 7 and `in 2 days`; without a number, None and the whole text."""
    first, rest = [*text.split(None, 1), "", ""][:2]
    found = number(first.rstrip(":,;"))
    return (None, text.strip()) if found is None else (found, rest.strip())


def number(text: str) -> int | None:
    """Return a link's number, typed with or without its `#`."""
    found = re.fullmatch(r"#?(\d{1,9})", text.strip(), re.ASCII)
    return int(found[1]) if found else None
