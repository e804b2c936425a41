"""The owner's copy page: it puts the image on the clipboard and shows when the draft loads it."""

from words.sentence import _

PAGE_COPY_TITLE = _("Put the image into your mail")
PAGE_COPY_LEAD = _("for {name}", "below the title: which mail the image is for")
PAGE_COPY_STEP = _("Copy it")
PAGE_COPY_BUTTON = _("Copy the invisible image")
PAGE_COPY_DONE = _("Copied. Now paste it into your mail.")
PAGE_COPY_FAILED = _(
    "Your browser did not allow that. The line with the image is selected below. Copy it, and put it into the mail "
    "as HTML."
)
PAGE_NO_SCRIPT = _(
    "The copy button needs JavaScript. Without it, copy one of the lines at the end of this page. Reload the page "
    "to see what has happened to your mail."
)
PAGE_HANDOVER_TITLE = _("Continue on a computer: it works best there")
PAGE_HANDOVER_WHY = _(
    "Mail apps on phones often drop the image. A browser on a computer keeps it. Open the bot’s chat in Telegram on "
    "your computer, and press <b>Open copy page</b> there. Or send yourself the address of this page."
)
PAGE_HANDOVER_SHARE = _(
    "Send this page to my computer", "on a phone: opens the phone’s own list of ways to share"
)
PAGE_HANDOVER_COPY = _("Copy the address of this page")
PAGE_HANDOVER_MAIL = _("Mail it to myself", "a link that begins a mail with the address of this page")
PAGE_HANDOVER_COPIED = _("Copied. Paste it into a message to yourself.")
PAGE_HANDOVER_FAILED = _("Your browser did not allow that. Copy the address from the top of your browser.")
PAGE_HANDOVER_SECRET = _(
    "Send it to nobody else: whoever has this address can open this page, see whom your mail is for, and say that you "
    "sent it."
)
PAGE_STAGES = {
    "waiting": _("Not in a mail yet. I’ll tell you here when I see it."),
    "draft": _("I see it in your draft. Paste worked."),
    "sent": _("Noted as sent. Watching."),
    "closed": _("Recording is stopped for this mail. I will see no open."),
    "gone": _("This link is gone. Make a new one in the chat."),
}
PAGE_PASTE_STEP = _("Paste it where you write")
PAGE_PASTE_HOW = _(
    "Click into the text of your mail and press <b>Ctrl V</b>, on a Mac <b>⌘ V</b>. You will see nothing new there: "
    "the image is invisible. This page tells you when I see it."
)
PAGE_PASTE_ON_A_PHONE = _(
    "Touch and hold the text of your mail, then tap <b>Paste</b>. You will see nothing new: the image is invisible. "
    "This page tells you when the image is in your draft."
)
PAGE_PASTE_UNSEEN = _(
    "Not seen after half a minute? Then your mail program dropped the image, keeps its own copy, or loads no images "
    "while you write. Nobody can tell which. To be sure, write in a browser."
)
PAGE_SENT_STEP = _("Send the mail, then say so")
PAGE_SENT_WHY = _("Opens count from then on. What comes before is your own draft.")
PAGE_SENT_BUTTON = _("I’ve sent it")
PAGE_SENT_DONE = _("You can close this page. From now on I’ll tell you in the chat what happens.")
PAGE_APPS_TITLE = _("Which program do you write in?")
PAGE_APPS = {
    "gmail": _("Gmail in a browser"),
    "outlook_web": _("Outlook in a browser"),
    "outlook": _("Outlook as a program"),
    "apple": _("Apple Mail on a Mac"),
    "thunderbird": _("Thunderbird"),
    "proton": _("Proton Mail"),
    "phone": _("On a phone"),
}
PAGE_APPS_STEPS = {
    "gmail": _("""Press <b>Compose</b>, click into the text, paste.
Or, in the bar below the text: <b>Insert photo → Web Address (URL)</b>, with the address below.
That other way, Gmail may show every reader its own copy. Then I can’t tell Outlook from Apple Mail."""),
    "outlook_web": _("""Press <b>New mail</b>, click into the text, paste.
Outlook may keep its own copy instead. Then I don’t see it here, and never will. Delete it, or write elsewhere."""),
    "outlook": _("""Click into the text, paste. The mail must be HTML: <b>Format Text → HTML</b>.
Outlook for Windows may load the image now, and still send everybody a copy inside the mail. Then I never see an \
open, and silence says even less than usual. A browser is the surer way."""),
    "apple": _("""Click into the text, paste. If it is plain text: <b>Format → Make Rich Text</b>.
Mail may turn what you paste into an attachment. Then I don’t see it here, and never will. Delete it, or write in a browser."""),
    "thunderbird": _("""Click into the text. In the menu: <b>Insert → HTML…</b>
Paste the line “As HTML” from below, and press <b>Insert</b>. Plain-text mails can’t contain images.
Thunderbird may load nothing while you write. Then I don’t see it here, but it may work all the same."""),
    "proton": _("""Write in a browser: <b>New message</b>, click into the text, paste.
Proton may load nothing while you write. Then I don’t see it here, but it may work all the same.
I often don’t see readers who use Proton either: it removes known tracking images."""),
    "phone": _("""Hold a finger on the text of the mail, then <b>Paste</b>.
Apps on phones often drop the image, or paste its address as text. If you see an address, delete it.
If this page doesn’t see the image, save the draft, and finish it in a browser on a computer."""),
}
PAGE_PHONE_THERE = _(
    "To copy the image on your phone, open the bot’s chat in Telegram there, and tap <b>Open copy page</b>."
)
PAGE_LINES_TITLE = _("By hand")
PAGE_COPY_ADDRESS = _("The address, for “Web Address (URL)”")
PAGE_COPY_HTML = _("As HTML")
