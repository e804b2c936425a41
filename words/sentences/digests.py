"""The daily summary."""

from words.sentence import _, plural

DIGEST_TITLE = _("🗞 <b>The last 24 hours</b>")
DIGEST_OPENED_ONCE = _("#{number} {name}: one open, {last}")
DIGEST_OPENED = plural(
    "#{number} {name}: {count} open so far, last {last}",
    "#{number} {name}: {count} opens so far, last {last}",
)
DIGEST_LINES = {
    "new": _("#{number} {name}: not in a mail yet"),
    "draft": _("#{number} {name}: still a draft"),
    "sent": _("#{number} {name}: sent, no open yet"),
    "fetched": _("#{number} {name}: sent, no open yet"),
    "stopped": _("#{number} {name}: stopped"),
    "objected": _("#{number} {name}: stopped"),
}
DIGEST_MORE = plural("… and {count} more link: /history", "… and {count} more links: /history")
