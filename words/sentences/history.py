"""`/history`: the list of links, the story of one link, and what it can mean that nobody opened."""

from words.sentence import _, layout, plural

HISTORY_TITLE = _("<b>Your links</b>, newest first:")
HISTORY_FOUND = _("<b>Links for “{query}”</b>, newest first:")
HISTORY_NOT_FOUND = _("Nothing found for “{query}”. /history lists all your links.")
HISTORY_EMPTY = _("No links yet. Send <code>/track contract to landlord</code> to make one.")
HISTORY_LINE = _("#{number} {name}: {state}, {last}")
HISTORY_HINT = _("Tap a number for its story.")
TIMELINE_EMPTY = _("Nothing has fetched it yet.")
TIMELINE_LINE = _("{time} · {kind}: {agent}")
TIMELINE_FOLDED = _("{time} · {kind}: {agent} ({count}×)")
TIMELINE_NOTE = layout("{time} · 📝 {text}")
TIMELINE_EVENT = layout("{time} · {event}")
TIMELINE_SAID = {
    "sent": _("you sent it"),
    "told_sent": _("sent, as you said later"),
    "draft": _("you said: still a draft"),
    "peek": _("you announced a look of yours"),
    "stopped": _("recording stopped"),
    "resumed": _("recording again"),
    "objected": _("recording stopped on the mail’s page"),
}
TIMELINE_MORE = plural("… and {count} earlier fetch.", "… and {count} earlier fetches.")
STATES = {
    "new": _("not in a mail yet"),
    "draft": _("draft"),
    "sent": _("sent"),
    "fetched": _("sent and fetched, no look known"),
    "stopped": _("stopped"),
    "objected": _("stopped"),
}
STATE_OPENED_ONCE = _("opened once")
STATE_OPENED = plural("opened {count} time", "opened {count} times")
SILENCE = _("Nothing seen is not “not read”. {meaning}")
SILENCES = {
    "not_pasted": _(
        "I never saw the image in your draft either: perhaps it was not pasted. Some programs load no \
images while you write."
    ),
    "nothing": _(
        "Many programs show no images unless asked, Outlook on a computer among them, and a mail in the \
spam folder shows none."
    ),
    "apple": _(
        "Apple fetched a copy of its own. A look in Apple Mail shows that copy, and I would not hear of it."
    ),
    "gmail": _(
        "It reached Gmail, which shows images by itself unless the reader turned that off. In another program \
somebody may have looked without images."
    ),
    "provider": _(
        "Something fetched it ahead, as mail providers do. If it was one, it may show its copy without \
asking me again."
    ),
    "first_seconds": _("All I saw came within seconds of sending. That may have been your own copy."),
    "scanned": _(
        "A security service looked at it, theirs or yours. Where one stands, images are often held back \
until the reader asks."
    ),
}
