"""The public pages: the front page and the recipient's page."""

from words.sentence import _, plural

PAGE_NOT_FOUND = _("There is nothing here.")
PAGE_TROUBLE = _("That did not work just now, and nothing has changed. Please try again in a minute.")
PAGE_TOO_MANY = _("This page is open too many times. Close the others, or read on in the chat.")
PAGE_HOST = _("What is this host?")
PAGE_FRONT_LEAD = _("The return receipt for e-mail.")
PAGE_FRONT_WHAT = _(
    "Have you found an image from this host in a mail? It is invisible, one pixel large, and tells the sender of "
    "that one mail that the mail was opened. This host serves single mails between people, not marketing."
)
PAGE_FRONT_OBJECT = _("How to object")
PAGE_FRONT_OBJECT_HOW = _(
    "Every such image has a page that says what is recorded, and lets you stop it. Paste the image’s address, or any text "
    "that contains it. Most mail programs show it under “Show original” or “Message source”."
)
PAGE_FRONT_IMAGE = _("The image’s address")
PAGE_FRONT_GO = _("Show its page")
PAGE_FRONT_MISSED = _(
    "I found no address of an image from this host in that. Such an address is {url}/i/….gif"
)
PAGE_FRONT_BLOCK = _(
    "You can also tell your mail program not to load images by itself. Then no image tells anybody anything."
)
PAGE_FRONT_BOT = _("Know when your own mail is opened")
PAGE_FRONT_BOT_WHAT = _(
    "Readback is a bot in Telegram. Tell it what you send and to whom, and it gives you such an image for your mail."
)
PAGE_FRONT_BOT_OPEN = _("Open the bot in Telegram")
PAGE_FRONT_SOURCE = _("Source code")
PAGE_FRONT_SOURCE_AT = _(
    "What runs here is Readback, free software under the MIT licence. Its code: <b>{link}</b>"
)
PAGE_FRONT_SOURCE_ASK = _(
    "What runs here is Readback, free software under the MIT licence. Ask whoever runs this host for its code."
)
PAGE_KEPT_TITLE = _("What is recorded")
PAGE_KEPT = _("""Each time the image is loaded: the time, the program and what it calls itself, and the kind of \
network it is in, such as “Google’s” or “a data centre”
A code that tells one device from another within this one mail, and is useless outside it
What all that probably means, such as “a security scanner” or “somebody opened the mail”""")
PAGE_NOT_KEPT = _(
    "Not recorded: any network address, any place, who opened the mail, or whether they read it. This host has access "
    "to nobody’s mailbox."
)
PAGE_LONG_TITLE = _("For how long")
PAGE_LONG = plural(
    "Each record is deleted after {days} day, or earlier if the sender deletes it. How often the image was loaded, and "
    "when first and last, is kept for as long as the sender keeps the entry for this mail.",
    "Each record is deleted after {days} days, or earlier if the sender deletes it. How often the image was loaded, and "
    "when first and last, is kept for as long as the sender keeps the entry for this mail.",
    counted="days",
)
PAGE_WHO_TITLE = _("By whom")
PAGE_WHO = _("This host is run by <b>{operator}</b>.")
PAGE_WHO_UNKNOWN = _("Whoever runs this host has not given a name here.")
PAGE_WHO_CONTACT = _("Contact: {contact}")
PAGE_WHO_SENDER = _("The sender decided to put the image there.")
PAGE_NOTICE_TITLE = _("The image in your mail")
PAGE_NOTICE_LEAD = _(
    "The mail that led you here contains an invisible image. When a program loads it, the sender can be told that the "
    "mail was opened. You can stop that here."
)
PAGE_NOTICE_STOP = _("Stop recording")
PAGE_NOTICE_THEN = _(
    "From then on nothing about this mail is recorded, whoever loads the image. The sender is told that the recording "
    "was stopped, and cannot turn it on again. What was recorded before is kept as long as it says below."
)
PAGE_STOPPED_TITLE = _("Recording is stopped")
PAGE_STOPPED = _(
    "Nothing about this mail is recorded any more, whoever loads its image. The image itself still loads, so that the "
    "mail looks as before."
)
PAGE_TRY_TITLE = _("This page stands in for a mail")
PAGE_TRY = _(
    "Your browser has just loaded the invisible image, as a mail program does when somebody opens a mail. Your chat "
    "should say so by now."
)
PAGE_TRY_UNSEEN = _(
    "Does it say nothing? Then this host took your browser for a machine (/history shows that), or its bot cannot reach "
    "Telegram (its log says why). Loading this page again within half a minute counts as the same open."
)
