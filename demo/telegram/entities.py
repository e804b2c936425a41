"""Entities: the marked parts of a text, such as bold or a link. Places and lengths are in UTF-16 units."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from demo.telegram.errors import bad_request

FOUND_BY_TELEGRAM = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
CODE = frozenset({"code", "pre"})
NEEDS = {
    "text_link": ("url", str),
    "text_mention": ("user", dict),
    "custom_emoji": ("custom_emoji_id", str),
    "date_time": ("unix_time", int),
}
GIVEN = STYLES | QUOTES | CODE | NEEDS.keys()
KEPT = ("url", "user", "custom_emoji_id", "unix_time", "date_time_format", "language")
DATE_FORMAT = re.compile(r"[rR]|[tTdDwW]*")


@dataclass(frozen=True)
class Entity:
    type: str
    offset: int
    length: int
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.offset + self.length

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "offset": self.offset, "length": self.length, **self.extra}


def utf16(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def part(text: str, entity: Entity) -> str:
    """Return the text that an entity marks."""
    return text.encode("utf-16-le")[entity.offset * 2 : entity.end * 2].decode("utf-16-le")


def may_nest(outer: str, inner: str) -> bool:
    """Return True if `inner` may lie in `outer`. Telegram drops it otherwise; a refusal shows the mistake."""
    if outer in CODE:
        return False
    if inner in CODE:
        return outer in QUOTES
    if inner in QUOTES:
        return outer not in QUOTES
    return outer in STYLES | QUOTES or inner in STYLES


def check_date_format(form: str) -> None:
    if not DATE_FORMAT.fullmatch(form):
        raise bad_request("can't parse entities: Invalid date-time format specified")


def given_entities(listed: object, text: str) -> list[Entity]:
    """Return the entities of the `entities` parameter. Raises ApiError if they do not fit the text."""
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    read = [_one(item) for item in listed if not _found_by_telegram(item)]
    entities = sorted(read, key=lambda entity: (entity.offset, -entity.length))
    for entity in entities:
        _check_place(entity, text)
    _check_nesting(entities)
    return entities


def _found_by_telegram(item: object) -> bool:
    return isinstance(item, dict) and item.get("type") in FOUND_BY_TELEGRAM


def _one(item: object) -> Entity:
    if not isinstance(item, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    kind, offset, length = item.get("type"), item.get("offset"), item.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request('can\'t parse MessageEntity: field "offset" or "length" is missing')
    if kind not in GIVEN:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    _check_needs(kind, item)
    return Entity(kind, offset, length, {name: item[name] for name in KEPT if name in item})


def _check_needs(kind: str, item: dict[str, Any]) -> None:
    name, of = NEEDS.get(kind, ("type", str))
    if not isinstance(item.get(name), of):
        raise bad_request(f"can't parse MessageEntity: can't find field \"{name}\"")
    if kind == "date_time":
        check_date_format(str(item.get("date_time_format", "")))


def _check_place(entity: Entity, text: str) -> None:
    size = utf16(text)
    if entity.offset < 0 or entity.offset > size:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {entity.offset}")
    if entity.length <= 0 or entity.end > size:
        raise bad_request(
            f"entity beginning at UTF-16 offset {entity.offset} "
            f"ends after the end of the text at UTF-16 offset {entity.end}"
        )
    try:
        part(text, entity)
    except UnicodeDecodeError:
        raise bad_request(
            f"entity beginning at UTF-16 offset {entity.offset} ends in a middle of a UTF-16 symbol"
        ) from None


def _check_nesting(entities: list[Entity]) -> None:
    for index, outer in enumerate(entities):
        for inner in entities[index + 1 :]:
            if inner.offset < outer.end and not may_nest(outer.type, inner.type):
                raise bad_request(
                    f'can\'t parse entities: "{inner.type}" can\'t be nested in "{outer.type}" '
                    f"at UTF-16 offset {inner.offset}"
                )


# Entities that Telegram finds by itself

COMMAND = re.compile(r"(?<![\w/@.<])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(
    r"(?<![\w@./])(?:https?://[^\s<>\"]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|pro|me|eu|de|fr|uk)"
    r"(?![\w.-])(?:/[^\s<>\"]*)?)",
    re.IGNORECASE,
)
MENTION = re.compile(r"(?<![\w@])@[A-Za-z0-9_]{4,32}(?!\w)")
SEARCHES = (("url", URL), ("email", EMAIL), ("mention", MENTION), ("bot_command", COMMAND))
OPAQUE = CODE | {"text_link", "text_mention", "custom_emoji"} | FOUND_BY_TELEGRAM


def with_found(text: str, given: Iterable[Entity]) -> list[Entity]:
    """Add the entities that Telegram finds by itself. They never lie inside code, links or one another."""
    entities = list(given)
    for kind, pattern in SEARCHES:
        for found in _find(kind, pattern, text):
            if not any(_overlap(found, other) for other in entities if other.type in OPAQUE):
                entities.append(found)
    return sorted(entities, key=lambda entity: (entity.offset, -entity.length))


def _find(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[Entity]:
    for match in pattern.finditer(text):
        found = match.group().rstrip(".,;:!?)'\"") if kind == "url" else match.group()
        if kind != "url" or _has_dotted_host(found):
            yield Entity(kind, utf16(text[: match.start()]), utf16(found))


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end


def _has_dotted_host(url: str) -> bool:
    address = url if "://" in url else f"http://{url}"
    try:
        return "." in (urlsplit(address).hostname or "")
    except ValueError:
        return False


def preview_url(text: str, entities: Iterable[Entity]) -> str | None:
    """Return the address that Telegram's servers would fetch to draw a link preview, if there is one."""
    for entity in entities:
        url = {"url": part(text, entity), "text_link": entity.extra.get("url", "")}.get(entity.type, "")
        if url:
            return str(url) if "://" in url else f"http://{url}"
    return None


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Drop the white space around a message, as Telegram does, and move the entities accordingly."""
    kept = text.strip(" \n\r\t")
    cut = utf16(text[: len(text) - len(text.lstrip(" \n\r\t"))])
    size = utf16(kept)
    moved = []
    for entity in entities:
        start, end = max(0, entity.offset - cut), min(size, entity.end - cut)
        if end > start:
            moved.append(replace(entity, offset=start, length=end - start))
    return kept, moved
