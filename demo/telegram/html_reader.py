"""Telegram's HTML, parsed as strictly as Telegram parses it, into plain text and entities."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.telegram.entities import Entity, check_date_format, may_nest, utf16
from demo.telegram.errors import ApiError, bad_request

TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z]+))(;?)")
NAME = re.compile(r"<([^\s>]*)")
ATTRIBUTE = re.compile(r"""\s+([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9.-]+)))?(?=[\s>])""")
CLOSED = re.compile(r"\s*>")
END = re.compile(r"</([^\s>]*)\s*>")
PLAIN = re.compile(r"[^<&]+")
USER_LINK = re.compile(r"tg://user\?id=(\d+)")
WEB_LINK = re.compile(r"(?:https?://)?[^/\s]+\.[^/\s]+.*|(?:tg|ton|mailto|tel):.*", re.IGNORECASE | re.DOTALL)


@dataclass
class OpenTag:
    """A start tag whose end tag has not come yet."""

    tag: str
    attributes: dict[str, str]
    offset: int
    place: int


NEWER = frozenset({"tg-time"})
"""Tags that an old Bot API server does not know."""


class HtmlReader:
    def __init__(self, source: str, *, old: bool = False) -> None:
        self.source = source
        self.known = TYPES.keys() - NEWER if old else TYPES.keys()
        self.at = 0
        self.text = ""
        self.offset = 0
        self.open: list[OpenTag] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        steps: dict[str, Callable[[], None]] = {"<": self._tag, "&": self._reference}
        while self.at < len(self.source):
            steps.get(self.source[self.at], self._plain)()
        if self.open:
            tag = self.open[-1].tag
            raise bad_request(
                f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\""
            )
        return self.text, sorted(self.entities, key=lambda entity: (entity.offset, -entity.length))

    def _error(self, sentence: str, tail: str = "") -> ApiError:
        place = len(self.source[: self.at].encode())
        return bad_request(f"can't parse entities: {sentence} at byte offset {place}{tail}")

    def _write(self, text: str, to: int) -> None:
        self.text += text
        self.offset += utf16(text)
        self.at = to

    def _plain(self) -> None:
        match = PLAIN.match(self.source, self.at)
        if match:
            self._write(match.group(), match.end())

    def _reference(self) -> None:
        match = REFERENCE.match(self.source, self.at)
        character = decoded(match) if match else None
        if match and character:
            self._write(character, match.end())
        elif match and match[3] and match[4]:
            # Telegram would show it as it is. It is refused here, because somebody forgot to escape it.
            raise self._error(f'Unsupported character reference "{match.group()}"')
        else:
            self._write("&", self.at + 1)

    def _tag(self) -> None:
        if self.source.startswith("</", self.at):
            self._end_tag()
        else:
            self._start_tag()

    def _start_tag(self) -> None:
        name = NAME.match(self.source, self.at)
        if name is None or name.end() == len(self.source):
            raise self._error("Unclosed start tag")
        tag = name[1].lower()
        if tag not in self.known:
            raise self._error(f'Unsupported start tag "{tag}"')
        named, end = attributes(self.source, name.end())
        closed = CLOSED.match(self.source, end)
        if closed is None:
            over = not self.source[end:].strip()
            fault = "Unclosed start tag" if over else "Empty attribute name in the tag"
            raise self._error(f'{fault} "{tag}"')
        self._opened(tag, named)
        self.at = closed.end()

    def _opened(self, tag: str, named: dict[str, str]) -> None:
        if tag == "span" and named.get("class") != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"')
        for outer in self.open:
            if (outer.tag, tag) != ("pre", "code") and not may_nest(TYPES[outer.tag], TYPES[tag]):
                raise self._error(f'Tag "{tag}" can\'t be nested in "{outer.tag}"')
        self.open.append(OpenTag(tag, named, self.offset, len(self.text)))

    def _end_tag(self) -> None:
        match = END.match(self.source, self.at)
        if not self.open:
            raise self._error("Unexpected end tag")
        if match is None:
            raise self._error("Unclosed end tag")
        expected, found = self.open[-1].tag, match[1].lower()
        if found not in ("", expected):
            raise self._error("Unmatched end tag", f', expected "</{expected}>", found "</{found}>"')
        self._closed(self.open.pop())
        self.at = match.end()

    def _closed(self, opened: OpenTag) -> None:
        length = self.offset - opened.offset
        if not length:
            return
        inner = self.text[opened.place :]
        kind, extra = meaning(opened, inner)
        if opened.tag == "pre" and self.entities and self.entities[-1].type == "code":
            last = self.entities[-1]
            if (last.offset, last.length) == (opened.offset, length):
                self.entities.pop()
                extra = {"language": last.extra["language"]} if "language" in last.extra else {}
        if kind:
            self.entities.append(Entity(kind, opened.offset, length, extra))


def decoded(match: re.Match[str]) -> str | None:
    hexadecimal, decimal, name, _ = match.groups()
    if name:
        return NAMED.get(name)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else None


def attributes(source: str, at: int) -> tuple[dict[str, str], int]:
    """Return the attributes that begin here, and the place after them."""
    found = {}
    while match := ATTRIBUTE.match(source, at):
        name, double, single, bare = match.groups()
        value = double or single or (bare or "").lower()
        found[name] = REFERENCE.sub(lambda reference: decoded(reference) or reference.group(), value)
        at = match.end()
    return found, at


def meaning(opened: OpenTag, inner: str) -> tuple[str | None, dict[str, Any]]:
    """Return the entity of a closed tag; None if Telegram makes none."""
    named = opened.attributes
    match opened.tag:
        case "a":
            return link(named.get("href") or inner)
        case "tg-time":
            return moment(named)
        case "tg-emoji":
            return emoji(named.get("emoji-id", ""))
        case "blockquote" if "expandable" in named:
            return "expandable_blockquote", {}
        case "code" if named.get("class", "").startswith("language-"):
            return "code", {"language": named["class"].removeprefix("language-")}
    return TYPES[opened.tag], {}


def link(url: str) -> tuple[str | None, dict[str, Any]]:
    if user := USER_LINK.fullmatch(url):
        return "text_mention", {"user": {"id": int(user[1]), "is_bot": False, "first_name": ""}}
    if not WEB_LINK.fullmatch(url):
        return None, {}
    scheme = "" if re.match(r"[a-z]+:", url, re.IGNORECASE) else "http://"
    return "text_link", {"url": scheme + url}


def moment(named: dict[str, str]) -> tuple[str | None, dict[str, Any]]:
    check_date_format(named.get("format", ""))
    unix = named.get("unix", "")
    if not unix.isdecimal() or int(unix) == 0:
        return None, {}
    form = {"date_time_format": named["format"]} if named.get("format") else {}
    return "date_time", {"unix_time": int(unix), **form}


def emoji(identifier: str) -> tuple[str | None, dict[str, Any]]:
    if not identifier.isdecimal() or int(identifier) == 0:
        raise bad_request("can't parse entities: Invalid custom emoji identifier specified")
    return "custom_emoji", {"custom_emoji_id": identifier}


def parse_html(source: str, *, old: bool = False) -> tuple[str, list[Entity]]:
    """Return plain text and entities. Raises ApiError with Telegram's message."""
    text, entities = HtmlReader(source, old=old).read()
    plain = [e if e.type != "code" else Entity("code", e.offset, e.length) for e in entities]
    return text, plain
