"""The daily summary."""

from words.sentence import _, plural

DIGEST_TITLE = _("🗞 <b>The last 24 hours</b>")
DIGEST_LOOKED_ONCE = _("#{number} {name}: looked at once, {last}")
DIGEST_LOOKED = plural(
    "#{number} {name}: looked at {count} time so far, the last time {last}",
    "#{number} {name}: looked at {count} times so far, the last time {last}",
)
DIGEST_LINES = {
    "new": _("#{number} {name}: not in a mail yet"),
    "draft": _("#{number} {name}: still a draft"),
    "sent": _("#{number} {name}: sent, no look seen yet"),
    "fetched": _("#{number} {name}: sent, no look seen yet"),
    "stopped": _("#{number} {name}: stopped"),
    "objected": _("#{number} {name}: stopped"),
}
DIGEST_MORE = plural("… and {count} more link: /history", "… and {count} more links: /history")
