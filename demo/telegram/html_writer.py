"""A message's text and entities as safe HTML for the chat page."""

from html import escape

from demo.telegram.entities import Entity, part, utf16

SIMPLE = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
}
LINKED = {"url": "", "email": "mailto:"}


def tags(entity: Entity, covered: str) -> tuple[str, str]:
    """Return the opening and the closing tag of an entity."""
    kind, extra = entity.type, entity.extra
    if kind in SIMPLE:
        return f"<{SIMPLE[kind]}>", f"</{SIMPLE[kind]}>"
    if kind == "text_link":
        return anchor(str(extra["url"]))
    if kind in LINKED:
        scheme = LINKED[kind] or ("" if "://" in covered else "http://")
        return anchor(scheme + covered)
    if kind == "date_time":
        form = escape(str(extra.get("date_time_format", "")))
        return f'<time data-unix="{int(extra["unix_time"])}" data-format="{form}">', "</time>"
    if kind in ("blockquote", "expandable_blockquote"):
        return f'<blockquote class="{kind}">', "</blockquote>"
    return f'<span class="{kind}">', "</span>"


def anchor(url: str) -> tuple[str, str]:
    if not url.lower().startswith(("http://", "https://", "mailto:", "tg:", "tel:")):
        return "<span>", "</span>"
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">', "</a>"


def as_html(text: str, entities: list[Entity]) -> str:
    """Return the HTML. Entities may overlap without nesting, so some tags are closed and opened again."""
    raw = text.encode("utf-16-le")
    edges = sorted({0, utf16(text), *(e.offset for e in entities), *(e.end for e in entities)})
    pieces: list[str] = []
    active: list[Entity] = []
    for start, end in zip(edges, [*edges[1:], edges[-1]], strict=True):
        active = _turn(pieces, active, entities, start, text)
        pieces.append(escape(raw[start * 2 : end * 2].decode("utf-16-le")))
    return "".join(pieces)


def _turn(
    pieces: list[str], active: list[Entity], entities: list[Entity], at: int, text: str
) -> list[Entity]:
    """Close the tags that end here and open those that begin here."""
    keep = next((i for i, entity in enumerate(active) if entity.end <= at), len(active))
    pieces.extend(tags(entity, part(text, entity))[1] for entity in reversed(active[keep:]))
    again = [entity for entity in active[keep:] if entity.end > at]
    begun = again + [entity for entity in entities if entity.offset == at and entity.length]
    pieces.extend(tags(entity, part(text, entity))[0] for entity in begun)
    return active[:keep] + begun
