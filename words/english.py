"""The catalogue: every sentence a person is told, in English.

Braces are filled with escaped values; tags are those that Telegram and browsers share.
Outside a first or revival open nothing that comes unasked says "opened": see product.md's calm.
"""

# --- links -----------------------------------------------------------------------------------------
NAME = "<b>{label}</b> → {recipient}"
NAMELESS = "(no name)"
NAME_ALONE = "<b>{label}</b>"
NUMBERED = "{name} · #{number}"

# --- the card --------------------------------------------------------------------------------------
CARD_WAITING = "Paste the image into your mail. I’ll say here when I see it."
CARD_DRAFT = "👁 I see it in your draft. Paste worked."
CARD_SENT = "📨 Sent {time}. Watching."
CARD_SENT_TOLD = "📨 Sent {time}, as you said. Watching."
CARD_SENT_INFERRED = "📨 Sent by {time}: {because} Watching."
CARD_GMAIL = "📬 Reached Gmail. Nobody is known to have looked yet."
CARD_APPLE = "🍏 Apple fetched it by itself. That proves nothing either way."
CARD_PROXIED = "📭 Fetched within seconds of sending: maybe your own copy. Nobody is known to have looked."
CARD_PROVIDER = "📬 A mail provider fetched it by itself. Nobody is known to have looked yet."
CARD_LOOKED_ONCE = "👀 Looked at {first}."
CARD_LOOKED = "👀 Looked at {count} times: first {first}, last {last}."
CARD_MUTED = "🔕 Muted: looks are counted here, and nothing else is sent."
CARD_STOPPED = "⏹ Stopped. Nothing is recorded any more."
CARD_OBJECTED = "✋ The recipient asked not to be recorded. Nothing is recorded any more."
CARD_COPY_PAGE = "Open copy page: {url}"
CARD_STEPS = """In Gmail, on a computer:
1. Tap <b>Open copy page</b> and press its button.
2. Paste into your mail, anywhere.
3. Send the mail, then tap <b>✅ I’ve sent it</b>."""
CARD_SENT_EARLIER = "Sent it earlier? Say when, and I look again at what came since:"

OTHER_APPS = """<b>Other mail apps</b>
Outlook on the web, Apple Mail, Thunderbird, Proton: open the copy page, press its button, paste into \
the mail.
Gmail’s <b>Insert photo → Web address</b> takes the address itself; Gmail may then show everyone its own copy, \
and I could not tell Outlook from Apple Mail.
On a phone pasting an image often does not work. If the card does not say that I see it, write the mail on a \
computer.
One link, one mail, one recipient: with two recipients I could not tell you which of them looked."""

# --- buttons ---------------------------------------------------------------------------------------
BUTTON_COPY = "Copy link"
BUTTON_COPY_PAGE = "Open copy page"
BUTTON_SENT = "✅ I’ve sent it"
BUTTON_OTHER_APPS = "Other mail apps"
BUTTON_WHY = "Why?"
BUTTON_OWN = "That was me"
BUTTON_NOT_OWN = "That was not me"
BUTTON_MUTE = "Mute"
BUTTON_UNMUTE = "Unmute"
BUTTON_YES_SENT = "Yes"
BUTTON_DRAFT = "Still a draft"
BUTTON_PEEK = "Ignore my looks for 15 min"
BUTTON_AGO = {5: "5 min ago", 15: "15 min ago", 60: "1 h ago"}
BUTTON_NEWER = "← Newer"
BUTTON_OLDER = "Older →"
BUTTON_BACK = "← All links"
BUTTON_STOP = "Stop"
BUTTON_RESUME = "Watch again"

# --- alerts ----------------------------------------------------------------------------------------
OPENED = "👀 {name} was opened {time}, {span} after you sent it."
OPENED_SENT_UNKNOWN = "👀 {name} was opened {time}."
OPENED_MAYBE = "👀 {name} may have been opened {time}. Had you sent it by then?"
REVIVED = "🔔 {name} woke up: opened again {time}, after {span}."
PROXIED_GMAIL = "📬 {name} reached Gmail. Nobody is known to have looked yet."
PROXIED_APPLE = (
    "🍏 {name}: Apple fetched the image by itself. Apple does that whether or not anybody looks, "
    "so it proves nothing either way."
)
PROXIED_PROVIDER = (
    "📬 {name}: a mail provider fetched the image by itself. Nobody is known to have looked yet."
)
PROXIED_FIRST_SECONDS = (
    "📭 {name} was fetched within seconds of sending. That may be your own copy, or the provider. "
    "Nobody is known to have looked."
)
CORRECTED_OWN = "🙋 {name}: the look at {time} was yours. It does not count."
CORRECTED_SCANNER = "🤖 That was a scanner: {name}, {time}. It does not count. {because}"
CORRECTED_DRAFT = "📝 {name}: at {time} it was still your draft. It does not count."
OWN_LOOKS_GMAIL = """In Gmail you can keep your own looks out: Settings → General → Images → \
<b>Ask before displaying external images</b>. I may then not see your drafts either."""
CORRECTED_OTHER = "↩️ {name}: the fetch at {time} does not count any more. {because}"
REPEATED = "🔁 Possibly repeated (no. {number})."

CONFIDENCE = {"strong": "Sure", "probable": "Probable", "weak": "Weak"}
BECAUSE = "{confidence}: {because}"
ADDRESS_HIDDEN = "The fetcher’s address is not visible to this host, so nobody could check it."

# --- reasons: one sentence each, shown behind a verdict ---------------------------------------------
REASONS = {
    "stopped": "Recording was stopped.",
    "method": "It was not a request for the image, only about it.",
    "prefetch_header": "The program said that it only fetched ahead.",
    "address_bar": "Somebody opened the image’s address itself, not a mail.",
    "no_user_agent": "The program did not say what it is. Mail programs and browsers do.",
    "link_preview": "A chat or social network made a preview of the link.",
    "crawler": "A robot that reads the web fetched it.",
    "tool": "A tool fetched it, not a mail program.",
    "forged_proxy": "It claimed to be Gmail, but came from an address that is not Google’s.",
    "unknown_agent": "The program is neither a known mail program nor a browser.",
    "peek": "You had said that you would look.",
    "that_was_me": "You said that this was you.",
    "sender_device": "It came from the device that showed your draft.",
    "before_sent": "You had not sent it yet, so it was your own draft.",
    "gmail_prefetch": "Gmail’s prefetcher fetched it ahead for an inbox.",
    "provider_prefetch": "The mail provider prepared the image by itself.",
    "apple_prefetch": "Apple’s Mail Privacy Protection fetched it by itself.",
    "first_seconds": "It came within seconds of sending, when copies are filed and checked.",
    "scanner_agent": "A security scanner that names itself fetched it.",
    "scanner_network": "It came from the network of a mail security service.",
    "datacentre_browser": "A browser in a data centre, soon after sending: security gateways look like that.",
    "burst": "It came within two seconds of a machine, and said no more of itself than machines do.",
    "same_view": "It is the same look again: programs fetch an image many times.",
    "gmail_proxy": "Gmail loaded the image, and not its prefetcher.",
    "mail_proxy": "A mail provider loaded the image as it does when a mail is shown.",
    "mail_client": "A mail program loaded the image directly.",
    "browser": "A browser loaded the image, as webmail does.",
    "other_provider": "A mail provider that you did not write with loaded the image.",
    "maybe_draft": "You had not tapped Sent, but the draft had not been touched for a while.",
}

# --- why: what else it could be ---------------------------------------------------------------------
WHY = "<b>Why “{kind}”?</b> {name}"
WHY_SEEN = "Seen: {agent}, {network}, {time}."
WHY_SINCE = "That is {span} after it was sent."
WHY_ELSE = "What else it could be: {alternative}"
WHY_NEVER = "A pixel never knows who looked, or whether they read."
ALTERNATIVES = {
    "stopped": "nothing. It was not even looked at.",
    "method": "nothing that anybody saw: no program shows a mail that way.",
    "prefetch_header": "a reader a moment later, without a fetch of their own.",
    "address_bar": "a reader who opened the image in a tab of its own.",
    "no_user_agent": "a reader whose program hides its name.",
    "link_preview": "a reader, if somebody forged the name.",
    "crawler": "a reader, if a program boasts a robot’s name.",
    "tool": "a reader with a program they wrote themselves.",
    "forged_proxy": "Gmail, from an address that Google has not published yet.",
    "unknown_agent": "a reader with a mail program I have not heard of.",
    "peek": "the recipient, at the same time as you.",
    "that_was_me": "the recipient, if you were mistaken.",
    "sender_device": "somebody else on the same device and network.",
    "before_sent": "the recipient, if you sent it before you said so. Then say when.",
    "gmail_prefetch": "nothing, unless somebody forged it.",
    "provider_prefetch": "a reader, a moment later, with the provider’s copy.",
    "apple_prefetch": "a reader with Apple Mail. Nobody can tell.",
    "first_seconds": "a very quick reader.",
    "scanner_agent": "a reader, if somebody forged the name.",
    "scanner_network": "a reader who works behind that service.",
    "datacentre_browser": "a reader on a company network that runs in a data centre.",
    "burst": "a reader who looked in the very same two seconds.",
    "same_view": "a second reader, through the same provider, within half a minute.",
    "gmail_proxy": "you, looking at your own Sent mail in Gmail. Then tap “That was me”.",
    "mail_proxy": "you, looking at your own copy, or a provider that loads images by itself.",
    "mail_client": "you, on another device, or a program that loads images without being asked.",
    "browser": "you, in webmail, or a security gateway that waits before it looks.",
    "other_provider": "you, with a second mail account.",
    "maybe_draft": "your own draft, opened again after a pause.",
}
KINDS = {
    "activated": "in your draft",
    "inserted": "in your draft",
    "proxied": "fetched by the provider",
    "opened": "opened",
    "own": "you",
    "scanned": "security scanner",
    "noise": "not a reader",
    "repeat": "same look again",
    "ignored": "not recorded",
}
AGENTS = {
    "gmail_proxy": "Gmail’s image proxy",
    "gmail_prefetch": "Gmail’s prefetcher",
    "apple_mpp": "Apple’s Mail Privacy Protection",
    "yahoo_proxy": "Yahoo’s image proxy",
    "mail_proxy": "a mail provider’s image proxy",
    "outlook": "Outlook",
    "thunderbird": "Thunderbird",
    "apple_mail": "Apple Mail",
    "mail_app": "a mail app",
    "browser": "a browser",
    "scanner": "a security scanner",
    "link_preview": "a link preview",
    "crawler": "a robot",
    "tool": "a tool",
    "unknown": "an unknown program",
}
NETWORKS = {
    "unknown": "address not visible to this host",
    "google_proxy": "Google’s address for images people look at",
    "google_prefetch": "Google’s address for fetching ahead",
    "telegram": "Telegram’s network",
    "apple_relay": "Apple’s relay",
    "mail_security": "a mail security service’s network",
    "microsoft": "Microsoft’s network",
    "datacentre": "a data centre",
    "other": "an ordinary network",
}

# --- history ---------------------------------------------------------------------------------------
HISTORY_TITLE = "<b>Your links</b>, newest first:"
HISTORY_EMPTY = "No links yet. Send <code>/track contract to landlord</code> to make one."
HISTORY_LINE = "#{number} {name}: {state}, {last}"
HISTORY_HINT = "Tap a number for its story."
TIMELINE_EMPTY = "Nothing has fetched it yet."
TIMELINE_LINE = "{time} · {kind}: {agent}"
TIMELINE_FOLDED = "{time} · {kind}: {agent} ({count}×)"
TIMELINE_MORE = "… and {count} earlier."
STATE_NEW = "not in a mail yet"
STATE_DRAFT = "draft"
STATE_SENT = "sent"
STATE_PROXIED = "sent, fetched by the provider"
STATE_OPENED_ONCE = "opened once"
STATE_OPENED = "opened {count} times"
STATE_STOPPED = "stopped"
SILENCE = "Nothing seen is not “not read”. {meaning}"
SILENCES = {
    "not_pasted": "I never saw the image in your draft either: perhaps it was not pasted. Some programs load no \
images while you write.",
    "nothing": "Many programs show no images unless asked, Outlook on a computer among them, and a mail in the \
spam folder shows none.",
    "apple": "Apple fetched a copy of its own. A look in Apple Mail shows that copy, and I would not hear of it.",
    "gmail": "It reached Gmail, which shows images by itself unless the reader turned that off. In another program \
somebody may have looked without images.",
    "provider": "The mail provider made a copy of its own. It may show that without asking me again.",
    "first_seconds": "All I saw came within seconds of sending. That may have been your own copy.",
    "scanned": "A security service looked at it, theirs or yours. Where one stands, images are often held back \
until the reader asks.",
}

# --- commands --------------------------------------------------------------------------------------
START = """<b>Readback</b> tells you what happened to one mail: seen in your draft, reached the provider, opened.
Send <code>/track contract to landlord</code>, paste one invisible image into the mail, send it. I tell you \
here, and never more than is true. I never see your inbox.
/help lists everything."""
BUTTON_FIRST = "Track my first mail"
HELP = "<b>What I understand</b>"
HELP_LINE = "/{command} {description}"
COMMANDS = {
    "start": "what this is",
    "help": "this list",
    "track": "make a link: /track contract to landlord",
    "history": "your links and what happened to them",
    "sent": "say that a mail was sent: /sent 7",
    "peek": "ignore what I look at myself for 15 minutes: /peek, or /peek 7",
    "mute": "no more messages about a link: /mute 7",
    "stop": "record nothing more for a link: /stop 7",
    "status": "what is watched, and whether all is well",
    "privacy": "what is kept, and how long",
    "cancel": "leave a question unanswered",
}
TRACK_ASK = "What are you sending, and to whom? For example: <i>contract to landlord</i>"
TRACK_PLACEHOLDER = "contract to landlord"
TRACK_TOO_MANY = (
    "That is {limit} links in 24 hours, the limit here. Try again tomorrow: Readback is for single mails."
)
CANCELLED = "All right, forgotten."
NOTHING_TO_CANCEL = "There is nothing to cancel. /help lists what I understand."
UNKNOWN_COMMAND = "I don’t know that command. /help lists what I understand."
UNKNOWN_TEXT = "To track a mail, send <code>/track contract to landlord</code>. /help lists the rest."
NO_SUCH_LINK = "There is no link #{number} here. /history lists yours."
WHICH_LINK = "Which link? Say its number, such as <code>/{command} 7</code>. /history lists them."
SENT_NOTED = "📨 {name}: noted as sent {time}."
PEEK_NOTED = "🙈 For {minutes} minutes I take looks for yours: {what}."
PEEK_ALL = "at every link here"
PEEK_NOTHING = "There is nothing to look at yet. Make a link with <code>/track contract to landlord</code>."
MUTE_NOTED = "🔕 {name} is muted. Looks are still counted on its card."
STOP_NOTED = "⏹ {name} is stopped. From now on nothing is recorded."
TOAST_OBJECTED = "The recipient asked not to be recorded. That cannot be undone."
STATUS = "<b>Status</b>\nWatching {watching} of {links} links."
STATUS_WELL = "All is well."
STATUS_PARKED = "⚠️ {count} messages could not be delivered for sure. Look at /history for what happened."
PRIVACY = """<b>What is kept</b>
About you: your chat’s id, your links’ names, what you told me about them.
About a fetch: when, which program and what it calls itself, what kind of network, what it meant. No address is stored, and no place. \
A short code tells your own device from others inside one link, and is useless outside it.
Fetches are deleted after {days} days.
I never have access to your mailbox, and I am not for marketing."""
FAILED = "That did not work, and it was written down for the operator. Please try again. (no. {number})"
ADMIN_FAILED = "Something a person asked for failed three times (update {number}). The log says why."
NOT_ALLOWED = "This bot serves invited chats only. Its operator can add the number {chat} to ALLOWED_CHATS."

# --- short answers to a pressed button (plain text, at most 200 characters) ---------------------------
TOAST_SENT = "Noted. Watching."
TOAST_ALREADY = "That is noted already."
TOAST_OWN = "Noted: that was you."
TOAST_NOT_OWN = "Noted: that was not you."
TOAST_MUTED = "Muted. Looks are still counted on the card."
TOAST_UNMUTED = "Unmuted."
TOAST_STOPPED = "Stopped. Nothing more is recorded."
TOAST_RESUMED = "Watching again."
TOAST_DRAFT = "Noted: still a draft."
TOAST_GONE = "That is not there any more."
TOAST_PEEK = "For 15 minutes I take looks for yours."

# --- pages -----------------------------------------------------------------------------------------
PAGE_COPY_TITLE = "Copy the image"
PAGE_COPY_LEAD = "for {name}"
PAGE_COPY_BUTTON = "Copy the invisible image"
PAGE_COPY_DONE = "Copied. Now paste it into your mail."
PAGE_COPY_FAILED = (
    "Your browser did not allow that. Select the line below, copy it, and paste it into the mail’s HTML."
)
PAGE_COPY_THEN = "Then paste it into your mail, send the mail, and tap “I’ve sent it” in the chat."
PAGE_COPY_ADDRESS = "For “Insert photo → Web address”, or by hand:"
PAGE_COPY_HTML = "As HTML:"
PAGE_NO_SCRIPT = "Copying by button needs JavaScript. Without it, copy one of the lines below."
PAGE_FRONT_LEAD = "The return receipt for e-mail."
PAGE_FRONT_WHAT = """This host serves the tiny image that tells the sender of one particular mail that the mail \
was shown. It is used for single mails between people, not for marketing."""
PAGE_FRONT_KEPT = """Of each time the image is loaded it keeps the moment, the program and what it calls itself, \
the kind of network, a code that is useless outside this one mail, and what all that probably means. It stores no \
address and no place, and has no access to anybody’s mailbox."""
PAGE_FRONT_OPERATOR = "Run by {operator}."
PAGE_FRONT_CONTACT = "Contact: {contact}"
PAGE_NOT_FOUND = "There is nothing here."
