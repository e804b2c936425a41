"""`/history`: the list of links, the story of one link, and what it can mean that nobody opened."""

from words.sentence import _, layout, plural

TITLES = {
    "all": _("<b>Your links: {count}</b>"),
    "unopened": _("<b>Unopened: {count}</b>"),
    "opened": _("<b>Opened: {count}</b>"),
    "mine": _("<b>Tracked by {who}: {count}</b>"),
    "draft": _("<b>Drafts: {count}</b>"),
    "asleep": _("<b>Asleep: {count}</b>"),
    "stopped": _("<b>Stopped: {count}</b>"),
    "muted": _("<b>Muted: {count}</b>"),
    "archived": _("<b>Archived: {count}</b>"),
}
HISTORY_FOUND = _("<b>Links for “{query}”: {count}</b>")
HISTORY_FOUND_AMONG = _("<b>“{query}”</b> · {title}")
HISTORY_PAGE = _("{title} · page {page} of {pages}")
HISTORY_NOT_FOUND = _("Nothing found for “{query}”. /history lists all your links.")
HISTORY_EMPTY = _("No links yet. Send <code>/track contract to landlord</code> to make one.")
HISTORY_NONE = _("There are none now.")
HISTORY_LINE = layout("{mark} #{number} {name} · {time}")
HISTORY_TIMES = layout("{count}×")
HISTORY_HINT = _("Tap a number for its story.")
LEGEND = {
    "fetched": _("reached Gmail"),
    "opened": _("opened"),
    "asleep": _("asleep"),
    "objected": _("stopped on the mail’s page"),
}
"""What the mark of a status means, below a list, where STATES says it otherwise."""
STORY_ARCHIVED = _("🗄 Archived. An open brings it back to the list.")
STORY_REMINDER = _("⏳ Reminder: {time}")
STORY_DEADLINE = _("⏳ Deadline: {day}")
TIMELINE_EMPTY = _("Nothing has fetched it yet.")
TIMELINE_LINE = _("{time} · {kind}: {agent}")
TIMELINE_FOLDED = _("{time} · {kind}: {agent} ({count}×)")
TIMELINE_NOTE = layout("{time} · 📝 {text}")
TIMELINE_EVENT = layout("{time} · {event}")
TIMELINE_SAID = {
    "sent": _("you sent it"),
    "told_sent": _("sent, as you said later"),
    "draft": _("you said: still a draft"),
    "pasted": _("you said: the image is in the mail"),
    "peek": _("you said you would open it yourself"),
    "stopped": _("recording stopped"),
    "resumed": _("watching again"),
    "objected": _("recording stopped on the mail’s page"),
}
TIMELINE_LEFT_OUT = plural("… {count} more entry …", "… {count} more entries …")
TIMELINE_OLDER = plural("… {count} earlier fetch …", "… {count} earlier fetches …")
STATES = {
    "new": _("not in a mail yet"),
    "draft": _("draft"),
    "sent": _("sent"),
    "fetched": _("sent and fetched, no open yet"),
    "stopped": _("stopped"),
    "objected": _("stopped"),
}
STATE_ASLEEP = _("{state}, asleep")
STATE_OPENED_ONCE = _("opened once")
STATE_OPENED = plural("opened {count} time", "opened {count} times")
SILENCE = _("“No open” doesn’t mean “not read”. {meaning}")
SILENCES = {
    "not_pasted": _(
        "I never saw the image in your draft either. Perhaps it was not pasted, or your mail program loads no \
images while you write."
    ),
    "nothing": _(
        "Many programs show no images unless asked, Outlook on a computer among them. A mail in the \
spam folder shows none."
    ),
    "apple": _(
        "Apple fetched a copy of its own. Apple Mail shows that copy, so I would not hear of an open there."
    ),
    "gmail": _(
        "It reached Gmail, which shows images by itself unless the reader turned that off. Other programs may show \
the mail without images, and then I see no open."
    ),
    "provider": _(
        "Something fetched it ahead of time, as mail providers do. If it was one, it may show its own copy without \
asking me again."
    ),
    "first_seconds": _("All I saw came within seconds of sending. It may have been your own copy."),
    "scanned": _(
        "A security service checked it, theirs or yours. Behind such a service, images are often held back \
until the reader asks for them."
    ),
}
