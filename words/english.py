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
CARD_DEADLINE = "⏳ Deadline: {time}. If nothing was seen, I speak up some days before."
TRACKED_BY = "Tracked by {who}."
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
BUTTON_COPY_FOLLOW_UP = "Copy the follow-up"
BUTTON_REMIND = {1: "⏳ Remind me in a day", 3: "⏳ Remind me in 3 days", 7: "⏳ Remind me in a week"}
BUTTON_DELETE = "🗑 Delete for good"
BUTTON_DELETE_ALL = "🗑 Delete everything"
BUTTON_DELETE_ALL_SURE = "🗑 Yes, everything, for good"
BUTTON_PICTURE = "🖼 Picture"
BUTTON_DARK = "🌙 On dark"
BUTTON_LIGHT = "☀️ On light"
BUTTON_REMIND_ME = "⏳ Remind me"
BUTTON_FLIP = "That was not me: {day}, {clock}"
BUTTON_STOP = "Stop"
BUTTON_RESUME = "Watch again"
BUTTON_AGAIN = "Send them again"

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
OBJECTED = (
    "✋ {name}: recording was stopped on the recipient’s page, and nothing more is recorded about this mail. "
    "Everybody may ask for that; it says nothing about you, or about what they think of the mail."
)
REPEATED = "🔁 Possibly repeated (no. {number})."

HELD_LOOKS = "While it was quiet it was looked at {count} times, the last time {last}."

UNSENT = (
    "📝 {name}: I saw the image in your draft. Have you sent the mail since? I count from when you tell me."
)
REMIND = "⏳ {name}: nothing was seen in the {span} since you sent it."
REMIND_UNSENT = "⏳ {name}: you have not said that it was sent, and nothing was seen."
DEADLINE_UNSENT = "⏳ {name}: the deadline is {day}, and you have not said that it was sent."
DEADLINE_POST = (
    "⏳ {name}: nothing was seen, and the deadline is {day}. "
    "There is still time to send it by registered post."
)
DEADLINE_NEAR = (
    "⏳ {name}: nothing was seen, and the deadline is {day}. "
    "There is still time to ring, or to hand it over in person, with a witness."
)
FOLLOW_UP_IS = "A follow-up, to copy:"
FOLLOW_UP = (
    "Hello, on {day} I sent you a mail about “{label}”. "
    "Could you tell me whether you have received it? Thank you, and kind regards"
)

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
HISTORY_FOUND = "<b>Links for “{query}”</b>, newest first:"
HISTORY_NOT_FOUND = "Nothing found for “{query}”. /history lists all your links."
SEARCH_STATES = {
    "opened": "opened",
    "unopened": "unopened",
    "sent": "sent",
    "draft": "draft",
    "drafts": "draft",
    "stopped": "stopped",
    "muted": "muted",
}
HISTORY_EMPTY = "No links yet. Send <code>/track contract to landlord</code> to make one."
HISTORY_LINE = "#{number} {name}: {state}, {last}"
HISTORY_HINT = "Tap a number for its story."
TIMELINE_EMPTY = "Nothing has fetched it yet."
TIMELINE_LINE = "{time} · {kind}: {agent}"
TIMELINE_FOLDED = "{time} · {kind}: {agent} ({count}×)"
TIMELINE_NOTE = "{time} · 📝 {text}"
TIMELINE_EVENT = "{time} · {event}"
TIMELINE_SAID = {
    "sent": "you sent it",
    "told_sent": "sent, as you said later",
    "draft": "you said: still a draft",
    "peek": "you announced a look of yours",
    "stopped": "recording stopped",
    "resumed": "recording again",
    "objected": "the recipient stopped the recording",
}
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

# --- the picture (plain text, in a font without emoji) ------------------------------------------------
PICTURE_TITLE = "#{number} · {state}"
PICTURE_ZONE = "Times in {zone}"
PICTURE_SILENCE = "{span} of silence"
PICTURE_MORE = "… {count} more …"
PICTURE_OLDER = "… {count} earlier …"
PICTURE_NOTHING = "nothing has happened yet"
PICTURE_NOTE = "noted"
PICTURE_ONCE = "{kind}"
PICTURE_COUNTED = "{kind} ({count}×)"

# --- commands --------------------------------------------------------------------------------------
START = """<b>Readback</b> tells you what happened to one mail: seen in your draft, reached the provider, opened.
Send <code>/track contract to landlord</code>, paste one invisible image into the mail, send it. I tell you \
here, and never more than is true. I never see your inbox.
/help lists everything."""
BUTTON_FIRST = "Track my first mail"
BUTTON_TEST = "Try it on myself"
TEST_LABEL = "self-test"
TEST_RECIPIENT = "me"
TEST = """🧪 <b>A test without a mail.</b> Let us pretend that you have just sent one to yourself.
Open the test page: your browser then loads the image, as a mail program does when somebody looks, and I tell you so here.
It proves that this host can be reached from where you are, and that what it sees reaches this chat. \
It does not prove that your mail program keeps the image: for that, wait until the card of a real mail says that I see it in your draft."""
BUTTON_TEST_PAGE = "Open the test page"
TEST_PAGE = "The test page: {url}"
HELP = "<b>What I understand</b>"
HELP_LINE = "/{command} {description}"
COMMANDS = {
    "start": "what this is",
    "help": "this list",
    "track": "make a link: /track contract to landlord, or one each: /track offer to Anna, Ben, Carla",
    "history": "your links and what happened to them: /history, /history landlord, /history unopened",
    "sent": "say that a mail was sent: /sent 7, or /sent 7 at 14:05",
    "peek": "ignore what I look at myself for 15 minutes: /peek, or /peek 7",
    "mute": "no more messages about a link: /mute 7",
    "note": "add to a link’s story: /note 7 called him, no answer",
    "delete": "erase a link for good: /delete 7, or /delete everything",
    "export": "all that is kept here, as a file",
    "remind": "speak up if nothing was seen: /remind 7 in 2 days",
    "timezone": "where your clock is: /timezone Berlin",
    "quiet": "hours in which news waits: /quiet 22:00-07:00",
    "digest": "a summary every day: /digest 18:00",
    "stop": "record nothing more for a link: /stop 7",
    "status": "what is watched, and whether all is well",
    "privacy": "what is kept, how long, and how to erase it",
    "legal": "what the law says, by place",
    "cancel": "leave a question unanswered",
}
TRACK_ASK = "What are you sending, and to whom? For example: <i>contract to landlord</i>"
TRACK_PLACEHOLDER = "contract to landlord"
TRACK_TOO_MANY = (
    "That is {limit} links in 24 hours, the limit here: Readback is for single mails. "
    "There is room for the next one from {free}."
)
TRACK_ROOM_FOR = (
    "Nothing made: of {limit} links in 24 hours, {left} may still be made now. Name fewer recipients."
)
TRACK_FEWER = "Nothing made: {count} recipients in one go are too many. Name {most} at most; Readback is for single mails."
TRACK_ONE_PERSON = (
    "One link is for one person: with several addresses behind it I could not tell you whose look it was. "
    "Name them one by one, with commas: <code>/track offer to Anna, Ben, Carla</code>"
)
TRACK_SEVERAL = (
    "{count} links, one for each recipient: write {count} mails. One mail with two of these images, "
    "or one image in two mails, could not tell you who looked."
)
CANCELLED = "All right, forgotten."
NOTHING_TO_CANCEL = "There is nothing to cancel. /help lists what I understand."
UNKNOWN_COMMAND = "I don’t know that command. /help lists what I understand."
UNKNOWN_TEXT = "To track a mail, send <code>/track contract to landlord</code>. /help lists the rest."
NO_SUCH_LINK = "There is no link #{number} here. /history lists yours."
WHICH_LINK = "Which link? Say its number, such as <code>/{command} 7</code>. /history lists them."
SENT_WHEN = "When was it sent? For example <code>/sent {number} at 14:05</code> or <code>/sent {number} 20 min ago</code>."
SENT_TO_COME = (
    "{clock} is still to come in UTC, and I don’t know your clock. "
    "Tell me with <code>/timezone Berlin</code>, then say it again."
)
SENT_NOTED = "📨 {name}: noted as sent {time}."
REMIND_WHEN = (
    "{name}: when shall I speak up, if nothing was seen by then? "
    "You can also write <code>/remind {number} in 2 days</code> or <code>/remind {number} 30 Nov at 9:00</code>."
)
REMIND_NOTED = "⏳ {name}: if nothing was seen by {time}, I say so then."
REMIND_OFF = "{name}: no reminder any more."
REMIND_NONE = "{name} had no reminder."
REMIND_SEEN = "{name} was looked at already: there is nothing to wait for. /history tells when."
REMIND_STOPPED = "{name} is stopped, so nothing would be seen. Its card can take that back."
TRACK_PASSED = "{day} has passed. Say a day to come: <code>/track notice to landlord by 30 Nov</code>"
NOTE_HOW = "What shall I note? For example <code>/note {number} called him, no answer</code>"
NOTE_KEPT = "📝 Noted for {name}. Its story in /history shows it."
NOTE_TOO_LONG = "A note has at most {longest} characters. Please shorten it, or write two."
DELETE_ASK = (
    "Delete {name} for good? All that was seen, said and noted about it is erased, and nothing more is recorded. "
    "That cannot be undone. To stop recording only, use /stop."
)
DELETED = "🗑 #{number} is deleted. The image in the mail goes on showing nothing, and records nothing."
DELETE_NOTHING = "There is nothing to delete here."
DELETE_ALL_ASK = (
    "Delete everything? Links: {count}, with all that was seen, said and noted about them, "
    "and this chat’s settings. /export gives you a copy before."
)
DELETE_ALL_SURE = "Really everything? That cannot be undone, by nobody."
DELETED_ALL = "🗑 Everything is deleted. I know nothing more than that this chat is there."
ERASED = "🗑 Deleted."
EXPORT = (
    "📦 All that is kept of this chat: links, fetches, corrections, notes and settings, as JSON and as CSV."
)
PEEK_NOTED = "🙈 For {minutes} minutes I take looks for yours: {what}."
PEEK_ALL = "at every link here"
PEEK_NOTHING = "There is nothing to look at yet. Make a link with <code>/track contract to landlord</code>."
MUTE_NOTED = "🔕 {name} is muted. Looks are still counted on its card."
STOP_NOTED = "⏹ {name} is stopped. From now on nothing is recorded."
TOAST_OBJECTED = "The recipient asked not to be recorded. That cannot be undone."
STATUS = "<b>Status</b>\nWatching {watching} of {links} links."
STATUS_WAITING = "⏳ Reminders that wait: {count}"
STATUS_ZONE = "🕰 Clock: {zone}"
STATUS_QUIET = "🌙 Quiet from {start} to {end}"
STATUS_DIGEST = "🗞 Summary every day at {clock}"
STATUS_TROUBLE = (
    "⚠️ Something keeps me from working as I should; nothing is lost. The operator’s log says what."
)
STATUS_WELL = "All is well."
STATUS_PARKED = "⚠️ {count} messages may not have reached you. /history knows what they were about."
PRIVACY = """<b>What is kept</b>
<b>About you:</b> this chat’s id; what you named your links, when you made them, and in a group your first name; \
what you told me about them, your notes; your time zone, quiet hours and daily summary, if you set them. A location \
you send only becomes a time zone. What you write to me is forgotten as soon as it is done.
<b>About the recipient:</b> the name you gave them, and of each fetch of the image: when, which program and what it \
calls itself, what kind of network, what it meant. No address is stored, and no place. A short code tells one device \
from others inside one link, and is useless outside it. Each mail has a page for them, <code>{url}/n/…</code>: it says all this, shows none of your names for things, and stops the recording for good.
<b>How long:</b> fetches {days} days, links and notes until you delete them.
<b>Yours to take and to erase:</b> /export gives you all of it, <code>/delete 7</code> erases one link, \
<code>/delete everything</code> all of it, at once and for good.
I have no access to anybody’s mailbox, and I am not for marketing. /legal tells what the law says where you are."""
LEGAL = """<b>The law, by place</b>
Information, not advice, researched in November 2026. In many places a pixel in a mail asks for the recipient’s \
consent. The fair way is the same everywhere: ask before, or at least tell people that you do it. Where is your \
recipient?"""
LEGAL_PLACES = {
    "eu": "European Union",
    "france": "France",
    "uk": "United Kingdom",
    "us": "United States",
    "canada": "Canada",
    "elsewhere": "Elsewhere",
    "case": "One mail, one person",
}
LEGAL_CARDS = {
    "eu": """A tracking pixel is covered by the ePrivacy Directive, Art. 5(3): it takes consent, or one of the narrow \
exemptions, whatever the basis under the GDPR is. Legitimate interest (GDPR Art. 6(1)(f)) does not replace that consent. \
What is purely personal is outside the GDPR (Art. 2(2)(c)); a freelancer’s invoices are not purely personal.
<i>Sources: EDPB, Guidelines 2/2023, final in October 2024; GDPR, Art. 2 and 6.</i>""",
    "france": """The CNIL wants consent before a pixel tells of a single person’s opens. Mail between businesses is not \
exempt. Who takes their consent back must be spared by pixels already sent, too: <code>/stop 7</code> does that. It \
concerns senders to people who live in France. Whether it reaches purely private senders is unclear.
<i>Source: CNIL, recommendation of 12 March 2026, published on 14 April, with time to adapt until 14 July 2026.</i>""",
    "uk": """The ICO’s guidance names tracking pixels: they take consent unless an exception applies.
<i>Source: ICO, guidance of 29 April 2026.</i>""",
    "us": """No rule about pixels was found in CAN-SPAM. Its duties belong to commercial mail. Single states may have rules \
of their own.
<i>Source: CAN-SPAM Act, looked up in November 2026.</i>""",
    "canada": """Commercial messages take consent, say who sends them, and offer a way to unsubscribe; there is no \
smallest number of messages below which that does not hold.
<i>Source: CASL, looked up in November 2026.</i>""",
    "elsewhere": """I have not looked up the law of other places. Ask somebody who knows it; until then, ask the \
recipient before you use a pixel.""",
    "case": """The case for it: you confirm that one message, which somebody expects, arrived. No marketing, no profile \
of a person, no access to a mailbox, one link for one person, and little is kept, for a limited time. That is what is \
argued as a legitimate interest (GDPR Art. 6(1)(f)).
Its limits: it does not replace the consent that the ePrivacy rules ask for, the recipient did not choose it, and nobody \
has decided whether purely private senders are meant. It is weaker the less the recipient could expect it.""",
}
LEGAL_CARD = "<b>{place}</b>\n{text}\n\nInformation, not advice."
TIMEZONE_IS = "🕰 Your clock is that of {zone}: it is {clock} there."
TIMEZONE_NONE = "🕰 I don’t know where your clock is, and count in UTC: it is {clock} there."
TIMEZONE_ASK = "Which city is near you? Or send me a location (📎): I keep the time zone, and not the place."
TIMEZONE_PLACEHOLDER = "Berlin"
TIMEZONE_UNKNOWN = (
    "I don’t know where {place} is. Name a larger city with the same clock, such as "
    "<code>/timezone Berlin</code>, or send me a location (📎)."
)
TIMEZONE_SEVERAL = "In {place} there are several clocks. Which one is yours?"
TIMEZONE_NOWHERE = "I cannot tell the time zone there. Name a city: <code>/timezone Berlin</code>"
TIMEZONE_NOT_KEPT = "The place itself is not kept."
CLOCK_IN_UTC = "That is in UTC, as I don’t know your clock: <code>/timezone Berlin</code> tells me."
QUIET_IS = "🌙 Quiet from {start} to {end}. What comes then waits, and is summed up at {end}."
QUIET_OFF = "🔔 No quiet hours: news comes when it comes."
QUIET_HOW = "For quiet hours say from when to when: <code>/quiet 22:00-07:00</code>. <code>/quiet off</code> ends them."
DIGEST_IS = "🗞 Every day at {clock} I sum up what happened. On a day without news I say nothing."
DIGEST_OFF = "No daily summary."
DIGEST_HOW = "For a daily summary say when: <code>/digest 18:00</code>. <code>/digest off</code> ends it."
DIGEST_TITLE = "🗞 <b>The last 24 hours</b>"
DIGEST_LOOKED_ONCE = "#{number} {name}: looked at once, {last}"
DIGEST_LOOKED = "#{number} {name}: looked at {count} times so far, the last time {last}"
DIGEST_SENT = "#{number} {name}: sent, nothing seen yet"
DIGEST_DRAFT = "#{number} {name}: still a draft"
DIGEST_NEW = "#{number} {name}: not in a mail yet"
DIGEST_STOPPED = "#{number} {name}: stopped"
DIGEST_MORE = "… and {count} more: /history"
FAILED = "That did not work, and it was written down for the operator. Please try again. (no. {number})"
ADMIN_FAILED = "Something a person asked for failed three times (update {number}). The log says why."
CHECKUP = "⚠️ <b>Readback has started, but:</b>"
CHECKUP_LINE = "• {problem}"
CHECKUP_SILENT = (
    "PUBLIC_URL {url} cannot be reached from this machine ({error}). Links would stay silent. Check that the pixel "
    "server runs, and that the name and your proxy or tunnel lead to it. If it works from a phone outside your "
    "network, this machine only cannot see itself from outside, and all is well."
)
CHECKUP_MOVED = "PUBLIC_URL {url} sends everybody on to {to}. Set PUBLIC_URL to where it really is."
CHECKUP_STRANGER = (
    "At PUBLIC_URL {url} something else answers (status {status}), not the pixel server. Let your proxy or tunnel "
    "lead there, the path /healthz included."
)
CHECKUP_OTHER = (
    "At PUBLIC_URL {url} another installation answers: it has another key file. Give the bot and the pixel server "
    "the same KEY_FILE, or set PUBLIC_URL to this one’s address."
)
CHECKUP_PLAIN = (
    "PUBLIC_URL {url} is not https. Mail programs may refuse the image, and browsers the copy button. Put a proxy "
    "with a certificate before the pixel server, and set PUBLIC_URL to its https:// address."
)
CHECKUP_LOCAL = (
    "PUBLIC_URL {url} leads no further than your own network, so nobody outside can load an image. Set it to the "
    "https:// address at which the world reaches the pixel server."
)
CHECKUP_DATABASE = (
    "The database {path} {why}. Links and what they saw would be gone then. Put it on a volume that lasts, or set "
    "DATABASE_URL to a PostgreSQL server."
)
CHECKUP_KEY_FILE = (
    "The key file {path} {why}. The pages of all cards would stop working then. Keep it on a volume that lasts, "
    "or hand it over as a secret with KEY_FILE."
)
CHECKUP_LOST = {
    "memory": "is kept in memory and is lost with a restart",
    "container": "lies inside a container and is lost with it",
    "platform": "lies on a disk that {platform} empties at every restart",
}
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
TOAST_AGAIN = "They are on their way."
TOAST_GONE = "That is not there any more."
TOAST_REMIND = "Noted. I say so if nothing was seen by then."
TOAST_NO_REMINDER = "There is nothing to wait for."
TOAST_DELETED = "Deleted, for good."
TOAST_NOT_YOURS = "Only who made it, or an administrator of this group, can delete it."
TOAST_ONLY_ADMINS = "Only an administrator of this group can delete everything."
TOAST_PEEK = "For 15 minutes I take looks for yours."

# --- pages -----------------------------------------------------------------------------------------
PAGE_NOT_FOUND = "There is nothing here."
PAGE_TROUBLE = "That did not work just now, and nothing was changed. Please try again in a minute."
PAGE_TOO_MANY = "This page is open too often. Close the others, or look at the chat."
PAGE_HOST = "What is this host?"

PAGE_COPY_TITLE = "Put the image into your mail"
PAGE_COPY_LEAD = "for {name}"
PAGE_COPY_STEP = "Copy it"
PAGE_COPY_BUTTON = "Copy the invisible image"
PAGE_COPY_DONE = "Copied. Now paste it into your mail."
PAGE_COPY_FAILED = (
    "Your browser did not allow that. The line that holds the image is selected below: copy it, and put it into "
    "the mail as HTML."
)
PAGE_NO_SCRIPT = (
    "Copying by button needs JavaScript. Without it, copy one of the lines at the end of this page. Load the page "
    "again to see how far your mail is."
)
PAGE_STAGES = {
    "waiting": "Not in a mail yet. I say here when I see it.",
    "draft": "I see it in your draft. Paste worked.",
    "sent": "Noted as sent. Watching.",
    "closed": "Recording is stopped for this mail: nothing will be seen.",
    "gone": "This link is not there any more.",
}
PAGE_PASTE_STEP = "Paste it where you write"
PAGE_PASTE_HOW = (
    "Click into the text of your mail and press <b>Ctrl V</b>, on a Mac <b>⌘ V</b>. Nothing new is to be seen there: "
    "the image is invisible. This page says when I see it."
)
PAGE_PASTE_UNSEEN = (
    "Not seen after half a minute? Then your program dropped the image, keeps a copy of its own, or loads no images "
    "while you write. Nobody can tell which: to be sure, write in a browser."
)
PAGE_SENT_STEP = "Send the mail, then say so"
PAGE_SENT_WHY = "Looks count from then on; what comes before is your own draft."
PAGE_SENT_BUTTON = "I’ve sent it"
PAGE_SENT_DONE = "You can close this page. What happens from now on is told in the chat."
PAGE_APPS_TITLE = "Which program do you write in?"
PAGE_APPS = {
    "gmail": "Gmail in a browser",
    "outlook_web": "Outlook in a browser",
    "outlook": "Outlook as a program",
    "apple": "Apple Mail on a Mac",
    "thunderbird": "Thunderbird",
    "proton": "Proton Mail",
    "phone": "On a phone",
}
PAGE_APPS_STEPS = {
    "gmail": """Press <b>Compose</b>, click into the text, paste.
Or, in the bar below the text: <b>Insert photo → Web Address (URL)</b>, with the address below.
That other way Gmail may turn the address into Google’s own for all readers. Then I cannot tell Outlook from Apple Mail.""",
    "outlook_web": """Press <b>New mail</b>, click into the text, paste.
Outlook may keep a copy of its own instead. Then I do not see it here, and never will: delete it, or write elsewhere.""",
    "outlook": """Click into the text, paste. The mail must be HTML: <b>Format Text → HTML</b>.
Outlook for Windows may show it to me now and still send everybody a copy from inside the mail. Then no look is ever \
seen, and silence says even less than otherwise. A browser is the surer way.""",
    "apple": """Click into the text, paste. If it is plain text: <b>Format → Make Rich Text</b>.
Mail may make an attachment of what is pasted. Then I do not see it here, and never will: delete it, or write in a browser.""",
    "thunderbird": """Click into the text. In the menu: <b>Insert → HTML…</b>
Paste the line “As HTML” from below, and press <b>Insert</b>. Not in plain-text mails: those hold no images.
Thunderbird may load nothing while you write. Then I do not see it here, and it may work all the same.""",
    "proton": """Write in a browser: <b>New message</b>, click into the text, paste.
Proton may load nothing while you write. Then I do not see it here, and it may work all the same.
Readers with Proton are often not seen either: it takes known tracking images out.""",
    "phone": """Hold a finger on the text of the mail, then <b>Paste</b>.
Apps on phones often drop the image, or paste its address as text. If you see an address, delete it.
If this page does not see the image: save the draft, and finish it in a browser on a computer.""",
}
PAGE_LINES_TITLE = "By hand"
PAGE_COPY_ADDRESS = "The address, for “Web Address (URL)”"
PAGE_COPY_HTML = "As HTML"

PAGE_FRONT_LEAD = "The return receipt for e-mail."
PAGE_FRONT_WHAT = (
    "You have found an image from this host in a mail? It is one pixel large and invisible, and tells the sender of "
    "that one mail that the mail was shown. This host serves single mails between people, not marketing."
)
PAGE_FRONT_OBJECT = "How to object"
PAGE_FRONT_OBJECT_HOW = (
    "Every such image has a page that says what is recorded, and stops it. Paste the image’s address, or whatever "
    "contains it; in most mail programs it is found under “Show original” or “Message source”."
)
PAGE_FRONT_IMAGE = "The image’s address"
PAGE_FRONT_GO = "Show its page"
PAGE_FRONT_MISSED = "There is no address of an image from here in that. It looks like {url}/i/….gif"
PAGE_FRONT_BLOCK = "You can also tell your mail program not to load images by itself: then none of them tells anybody anything."
PAGE_FRONT_SOURCE = "Source code"
PAGE_FRONT_SOURCE_AT = (
    "What runs here is Readback, free software under the MIT licence. Its code: <b>{link}</b>"
)
PAGE_FRONT_SOURCE_ASK = (
    "What runs here is Readback, free software under the MIT licence. Ask who runs it for its code."
)

PAGE_KEPT_TITLE = "What is recorded"
PAGE_KEPT = """Each time the image is loaded: the moment, the program and what it calls itself, and the kind of \
network it is in, such as “Google’s” or “a data centre”
A code that tells one device from another, for this one mail, and is useless outside it
What all that probably means, such as “a security scanner” or “somebody looked”"""
PAGE_NOT_KEPT = (
    "Not recorded: any network address, any place, who looked, whether they read. This host has access to nobody’s "
    "mailbox."
)
PAGE_LONG_TITLE = "For how long"
PAGE_LONG = (
    "Each record is deleted after {days} days, or earlier when the sender deletes it. How often the image was loaded, "
    "and when first and last, stays for as long as the sender keeps the entry for their mail."
)
PAGE_WHO_TITLE = "By whom"
PAGE_WHO = "This host is run by <b>{operator}</b>."
PAGE_WHO_UNKNOWN = "Who runs this host has not given a name here."
PAGE_WHO_CONTACT = "Contact: {contact}"
PAGE_WHO_SENDER = "That there is an image in a mail is the decision of its sender."

PAGE_NOTICE_TITLE = "The image in your mail"
PAGE_NOTICE_LEAD = (
    "The mail that led you here holds an invisible image. When a program loads it, the sender of the mail can be told "
    "that the mail was shown. You can stop that here."
)
PAGE_NOTICE_STOP = "Stop recording"
PAGE_NOTICE_THEN = (
    "From then on nothing about this mail is recorded any more, whoever loads the image, and the sender cannot "
    "turn it on again. The sender is told that recording was stopped. What was recorded before stays as long as it says below."
)
PAGE_STOPPED_TITLE = "Recording is stopped"
PAGE_STOPPED = (
    "Nothing about this mail is recorded any more, whoever loads its image. The image itself still comes, so that the "
    "mail looks as before."
)

PAGE_TRY_TITLE = "This page stands for a mail"
PAGE_TRY = (
    "Your browser has just loaded the invisible image, as a mail program does when somebody looks at a mail. Now look "
    "at your chat: it should say so by now."
)
PAGE_TRY_UNSEEN = (
    "It says nothing? Then this host was reached, but took your browser for a machine (/history shows that), or its bot "
    "cannot reach Telegram (its log says why). Loading this page again within half a minute counts as the same look."
)
