"""The public pages: the front page and the recipient's page."""

from words.sentence import _, plural

PAGE_NOT_FOUND = _("There is nothing here.")
PAGE_TROUBLE = _("That did not work just now, and nothing was changed. Please try again in a minute.")
PAGE_TOO_MANY = _("This page is open too often. Close the others, or look at the chat.")
PAGE_HOST = _("What is this host?")
PAGE_FRONT_LEAD = _("The return receipt for e-mail.")
PAGE_FRONT_WHAT = _(
    "You have found an image from this host in a mail? It is one pixel large and invisible, and tells the sender of "
    "that one mail that the mail was shown. This host serves single mails between people, not marketing."
)
PAGE_FRONT_OBJECT = _("How to object")
PAGE_FRONT_OBJECT_HOW = _(
    "Every such image has a page that says what is recorded, and lets you stop it. Paste the image’s address, or whatever "
    "contains it; in most mail programs it is found under “Show original” or “Message source”."
)
PAGE_FRONT_IMAGE = _("The image’s address")
PAGE_FRONT_GO = _("Show its page")
PAGE_FRONT_MISSED = _("There is no address of an image from here in that. It looks like {url}/i/….gif")
PAGE_FRONT_BLOCK = _(
    "You can also tell your mail program not to load images by itself: then none of them tells anybody anything."
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
    "What runs here is Readback, free software under the MIT licence. Ask who runs it for its code."
)
PAGE_KEPT_TITLE = _("What is recorded")
PAGE_KEPT = _("""Each time the image is loaded: the moment, the program and what it calls itself, and the kind of \
network it is in, such as “Google’s” or “a data centre”
A code that tells one device from another, for this one mail, and is useless outside it
What all that probably means, such as “a security scanner” or “somebody looked”""")
PAGE_NOT_KEPT = _(
    "Not recorded: any network address, any place, who looked, whether they read. This host has access to nobody’s "
    "mailbox."
)
PAGE_LONG_TITLE = _("For how long")
PAGE_LONG = plural(
    "Each record is deleted after {days} day, or earlier when the sender deletes it. How often the image was loaded, "
    "and when first and last, stays for as long as the sender keeps the entry for their mail.",
    "Each record is deleted after {days} days, or earlier when the sender deletes it. How often the image was loaded, "
    "and when first and last, stays for as long as the sender keeps the entry for their mail.",
    counted="days",
)
PAGE_WHO_TITLE = _("By whom")
PAGE_WHO = _("This host is run by <b>{operator}</b>.")
PAGE_WHO_UNKNOWN = _("Who runs this host has not given a name here.")
PAGE_WHO_CONTACT = _("Contact: {contact}")
PAGE_WHO_SENDER = _("That there is an image in a mail is the decision of its sender.")
PAGE_NOTICE_TITLE = _("The image in your mail")
PAGE_NOTICE_LEAD = _(
    "The mail that led you here holds an invisible image. When a program loads it, the sender of the mail can be told "
    "that the mail was shown. You can stop that here."
)
PAGE_NOTICE_STOP = _("Stop recording")
PAGE_NOTICE_THEN = _(
    "From then on nothing about this mail is recorded any more, whoever loads the image, and the sender cannot "
    "turn it on again. The sender is told that recording was stopped. What was recorded before stays as long as it says below."
)
PAGE_STOPPED_TITLE = _("Recording is stopped")
PAGE_STOPPED = _(
    "Nothing about this mail is recorded any more, whoever loads its image. The image itself still comes, so that the "
    "mail looks as before."
)
PAGE_TRY_TITLE = _("This page stands for a mail")
PAGE_TRY = _(
    "Your browser has just loaded the invisible image, as a mail program does when somebody looks at a mail. Now look "
    "at your chat: it should say so by now."
)
PAGE_TRY_UNSEEN = _(
    "It says nothing? Then this host was reached, but took your browser for a machine (/history shows that), or its bot "
    "cannot reach Telegram (its log says why). Loading this page again within half a minute counts as the same look."
)
