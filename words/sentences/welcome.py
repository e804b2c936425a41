"""`/start`, the self-test, `/help`, and the answer to what the bot does not understand."""

from words.sentence import _, layout

START = _("""<b>Readback</b> tells you what happened to one mail: seen in your draft, reached the provider, opened.
Send <code>/track contract to landlord</code>, paste one invisible image into the mail, and send it. I’ll tell \
you here what happens, and never more than is true. I never see your inbox.
/help lists everything, and has a test without a mail.""")
TEST_LABEL = _("self-test")
TEST_RECIPIENT = _("me", "the recipient of a self-test")
TEST = _("""🧪 <b>A test without a mail.</b> I act as if you had just sent one to yourself.
Open the test page. Your browser loads the image, as a mail program does when somebody opens a mail, and I’ll tell you here.
It shows that you can reach this host, and that what it sees reaches this chat. It does not show that your mail program \
keeps the image: for that, wait until the card of a real mail says that I see it in your draft.""")
TEST_PAGE = _("The test page: {url}")
HELP = _("<b>What I understand</b>")
HELP_HOW = _("Tap a group, and I explain its commands.")
HELP_GROUP = layout("<b>{group}</b>")
HELP_COMMANDS = layout("<b>{group}</b>: {commands}")
HELP_LINE = layout("/{command} {description}")
HELP_GROUPS = {
    "track": _("Track"),
    "happened": _("What happened"),
    "correct": _("Corrections"),
    "times": _("Times"),
    "data": _("Your data"),
    "more": _("More"),
}
COMMANDS = {
    "start": _("what this is"),
    "help": _("this list"),
    "track": _("make a link: /track contract to landlord, or one each: /track offer to Anna, Ben, Carla"),
    "history": _("your links and what happened to them: /history, /history landlord, /history archived"),
    "sent": _("say that you sent a mail: /sent 7, or /sent 7 at 14:05"),
    "peek": _("open my own mail without counting it, for 15 minutes: /peek, or /peek 7"),
    "mute": _("no more messages about a link: /mute 7, or /mute all"),
    "unmute": _("messages about it again: /unmute 7, or /unmute all"),
    "note": _("add to a link’s story: /note 7 called him, no answer"),
    "delete": _("erase a link for good: /delete 7, or /delete everything"),
    "export": _("everything I keep about this chat, as a file"),
    "remind": _("hear from me if nobody opened it: /remind 7 in 2 days"),
    "timezone": _("your time zone: /timezone Berlin"),
    "quiet": _("hours in which I keep quiet: /quiet 22:00-07:00"),
    "digest": _("a summary every day: /digest 18:00"),
    "stop": _("record nothing more for a link: /stop 7"),
    "language": _("which language I speak: /language en"),
    "status": _("what is watched, and whether all is well"),
    "privacy": _("what is kept, how long, and how to erase it"),
    "legal": _("what the law says, by place"),
    "cancel": _("drop the question I asked"),
}
CANCELLED = _("All right, I’ve dropped it.")
NOTHING_TO_CANCEL = _("There is nothing to cancel. /help lists what I understand.")
UNKNOWN_COMMAND = _("I don’t know that command. /help lists what I understand.")
UNKNOWN_TEXT = _("To track a mail, send <code>/track contract to landlord</code>. /help lists the rest.")
