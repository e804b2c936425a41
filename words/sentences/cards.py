"""A link's card, and how a link is named."""

from words.sentence import _, layout, plural

NAME = _("<b>{label}</b> → {recipient}")
NAMELESS = _("(no name)")
NAME_ALONE = layout("<b>{label}</b>")
NUMBERED = layout("{name} · #{number}")
CARD_WAITING = _("Paste the image into your mail. I’ll tell you here when I see it.")
CARD_DRAFT = _("👁 I see it in your draft. Paste worked.")
CARD_SENT = _("📨 Sent {time}.")
CARD_SENT_TOLD = _("📨 Sent {time}, as you told me.")
CARD_SENT_AWAY = _("📨 Sent between {since} and {time}. You tapped Sent while I was away.")
CARD_SENT_WHEN = _("If you know when, write for example <code>/sent {number} at 14:05</code>.")
CARD_SENT_INFERRED = _("📨 Sent by {time}: {because}")
CARD_SENT_WATCHING = _("{sent} Watching.")
CARD_GMAIL = _("📬 Reached Gmail. No sign of an open yet.")
CARD_APPLE = _("🍏 Apple fetched it by itself. That proves nothing either way.")
CARD_PROXIED = _("📭 Fetched within seconds of sending. It may be your own copy. No sign of an open yet.")
CARD_PROVIDER = _("📭 Something fetched it ahead of time, as mail providers do. No sign of an open yet.")
CARD_OPENED_ONCE = _("👀 Opened {first}.")
CARD_OPENED = plural(
    "👀 Opened {count} time: first {first}, last {last}.",
    "👀 Opened {count} times: first {first}, last {last}.",
)
CARD_MUTED = _("🔕 Muted. I count opens here, and send no alerts.")
CARD_FLOODED = _("🌊 Programs fetch it all the time. I only count most of that, and still tell of opens.")
CARD_QUIET_PROGRAM = _("🤖 A program fetched it {time}. It looks like a scanner, so I sent no alert.")
CARD_QUIET_OWN = _("🙋 An open {time} looks like yours: the same device as your draft. I don’t count it.")
CARD_ASLEEP = _("💤 Asleep: no open since then.")
CARD_WOKE = _("🔔 Woke up {time}, after {span}.")
CARD_DEADLINE = _("⏳ Deadline: {time}. I’ll remind you before then if I have seen no open.")
CARD_DEADLINE_NEAR = _("⏳ Deadline: {time}.")
CARD_DEADLINE_PASSED = _("⏳ The deadline, {time}, has passed. I saw no open before it.")
TRACKED_BY = _("Tracked by {who}.")
LIST_TITLE = layout("{title} · {page}")
LIST_NEW = _("▫️ Not in a mail yet.")
LIST_UNSEEN = _("❓ I never saw the image in your draft. Is it in the mail? Tap its <b>Story</b> to answer.")
LIST_MUTED = _("🔕 Muted.")
LIST_STEPS = _(
    "For each mail: tap its <b>Open copy page</b> and press the button there, paste into the mail, send it. "
    "Then tap its <b>✅ Sent</b>."
)
LIST_SENT_EARLIER = _(
    "Sent one earlier? Tap its <b>Story</b> and say when, or write <code>/sent {number} at 14:05</code>."
)
CARD_ENDED = {
    "stopped": _("⏹ Stopped. I record nothing any more."),
    "objected": _("✋ Stopped on the mail’s page, for good. I record nothing any more."),
}
CARD_COPY_PAGE = _("Open copy page: {url}")
CARD_STEPS = _("""In Gmail, on a computer:
1. Tap <b>Open copy page</b> and press its button.
2. Paste into your mail, anywhere.
3. Send the mail, then tap <b>✅ I’ve sent it</b>.""")
CARD_UNSEEN = _("❓ I never saw the image in your draft. Is it in the mail?")
UNSEEN_ASK = _("Is the image in the mail?")
CARD_LOCAL = _(
    "⚠️ Only this machine and its network can load this image. A mail to somebody else would report nothing."
)
CARD_LOCAL_DEMO = _("Only the mail programs on this machine can load this image.")
CARD_SENT_EARLIER = _("Sent it earlier? Tell me when, and I’ll judge again what came since:")
OTHER_APPS = _("""<b>Other mail apps</b>
Outlook on the web, Apple Mail, Thunderbird, Proton: open the copy page, press its button, and paste into \
the mail.
Gmail’s <b>Insert photo → Web address</b> takes the address itself. But Gmail may then show every reader its own \
copy, and I couldn’t tell Outlook from Apple Mail.
On a phone, pasting an image often fails. If the card doesn’t say that I see it, write the mail on a computer.
One link, one mail, one recipient: with two recipients I couldn’t tell you which of them opened it.""")
