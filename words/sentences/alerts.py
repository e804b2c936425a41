"""Messages that the bot sends because of a fetch.

Only the alert of a first or revival open says "opened"; no other new message does.
"""

from words.sentence import _, plural

OPENED = _("👀 {name} was opened {time}, {span} after you sent it.")
OPENED_SENT_UNKNOWN = _("👀 {name} was opened {time}.")
OPENED_MAYBE = _("👀 {name} may have been opened {time}. Had you sent it by then?")
REVIVED = _("🔔 {name} woke up: opened again {time}, after {span}.")
PROXIED_GMAIL = _("📬 {name} reached Gmail. No sign of an open yet.")
PROXIED_APPLE = _(
    "🍏 {name}: Apple fetched the image by itself. It does that whether or not anybody opens the mail, "
    "so it proves nothing either way."
)
PROXIED_PROVIDER = _("📬 {name}: a mail provider fetched the image by itself. No sign of an open yet.")
PROXIED_CLAIMED = _(
    "📭 {name}: something that calls itself Gmail’s prefetcher fetched the image, from an address that is not "
    "Google’s. No sign of an open yet."
)
PROXIED_FIRST_SECONDS = _(
    "📭 {name}: something fetched the image within seconds of sending. It may have been your own copy, or the "
    "provider. No sign of an open yet."
)
CORRECTED_OWN = _("🙋 {name}: the open {time} was yours. I don’t count it.")
CORRECTED_SCANNER = _("🤖 {name}: the fetch {time} was a scanner’s. I don’t count it. {because}")
CORRECTED_DRAFT = _("📝 {name}: the open {time} was of your draft. I don’t count it.")
KEEP_OUT_GMAIL = _("""Gmail can keep your own opens out: Settings → General → Images → \
<b>Ask before displaying external images</b>. Then I may not see your drafts either.""")
CORRECTED_OTHER = _("↩️ {name}: I no longer count the fetch {time}. {because}")
OBJECTED = _(
    "✋ {name}: somebody stopped the recording on the mail’s page. I record nothing more about this mail. "
    "Anyone who has the mail can do that, and I can’t tell who did. It says nothing about you, or about what "
    "anybody thinks of the mail."
)
LATE = _("I’m telling you late.")
LATE_BOT_DOWN = _("I’m telling you late: I was not running.")
LATE_TELEGRAM = _("I’m telling you late: I couldn’t reach Telegram.")
REPEATED = _("🔁 Possibly repeated (no. {number}).")
MISSED = _("⚠️ Earlier messages that may not have reached you: {count}. /status can send them again.")
HELD_OPENS = plural(
    "During your quiet hours it was opened {count} time, last {last}.",
    "During your quiet hours it was opened {count} times, last {last}.",
)
