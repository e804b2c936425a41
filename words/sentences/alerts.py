"""Messages that the bot sends because of a fetch.

Only the alert of a first or revival open says "opened"; no other new message does.
"""

from words.sentence import _, plural

OPENED = _("👀 {name} was opened {time}, {span} after you sent it.")
OPENED_SENT_UNKNOWN = _("👀 {name} was opened {time}.")
OPENED_MAYBE = _("👀 {name} may have been opened {time}. Had you sent it by then?")
REVIVED = _("🔔 {name} woke up: opened again {time}, after {span}.")
PROXIED_GMAIL = _("📬 {name} reached Gmail. Nobody is known to have looked yet.")
PROXIED_APPLE = _(
    "🍏 {name}: Apple fetched the image by itself. Apple does that whether or not anybody looks, "
    "so it proves nothing either way."
)
PROXIED_PROVIDER = _(
    "📬 {name}: a mail provider fetched the image by itself. Nobody is known to have looked yet."
)
PROXIED_CLAIMED = _(
    "📭 {name} was fetched by something that says it is Gmail’s prefetcher, from an address that is not Google’s. "
    "Nobody is known to have looked."
)
PROXIED_FIRST_SECONDS = _(
    "📭 {name} was fetched within seconds of sending. That may be your own copy, or the provider. "
    "Nobody is known to have looked."
)
CORRECTED_OWN = _("🙋 {name}: the look at {time} was yours. It does not count.")
CORRECTED_SCANNER = _("🤖 That was a scanner: {name}, {time}. It does not count. {because}")
CORRECTED_DRAFT = _("📝 {name}: at {time} it was still your draft. It does not count.")
OWN_LOOKS_GMAIL = _("""In Gmail you can keep your own looks out: Settings → General → Images → \
<b>Ask before displaying external images</b>. I may then not see your drafts either.""")
CORRECTED_OTHER = _("↩️ {name}: the fetch at {time} does not count any more. {because}")
OBJECTED = _(
    "✋ {name}: recording was stopped on the recipient’s page, and nothing more is recorded about this mail. "
    "Whoever has the mail can do that, and I cannot know who did; it says nothing about you, or about what "
    "anybody thinks of the mail."
)
REPEATED = _("🔁 Possibly repeated (no. {number}).")
MISSED = _("⚠️ Earlier messages that may not have reached you: {count}. /status sends them again.")
HELD_LOOKS = plural(
    "While it was quiet it was looked at {count} time, the last time {last}.",
    "While it was quiet it was looked at {count} times, the last time {last}.",
)
