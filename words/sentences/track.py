"""Answers to `/track` other than a card."""

from words.sentence import _, plural

TRACK_ASK = _("What are you sending, and to whom? For example: <i>contract to landlord</i>")
TRACK_PLACEHOLDER = _("contract to landlord")
TRACK_ASK_LABEL = _("What are you sending to {recipient}? For example: <i>contract</i>")
TRACK_ASK_RECIPIENT = _("To whom are you sending it? For example: <i>landlord</i>")
TRACK_LABEL_PLACEHOLDER = _("contract")
TRACK_RECIPIENT_PLACEHOLDER = _("landlord")
TRACK_WORDS = _(
    "track, trace, follow, watch",
    "words with which people ask for a link without a command: “track offer to Ben”",
)
TRACK_OFFER = _("Shall I make a link for that mail?")
TRACK_TOO_MANY = plural(
    "That is {limit} link in 24 hours, the most this host allows. Readback is for single mails. "
    "You can make the next one {free}.",
    "That is {limit} links in 24 hours, the most this host allows. Readback is for single mails. "
    "You can make the next one {free}.",
    counted="limit",
)
TRACK_ROOM_FOR = _(
    "I made nothing. This host allows {limit} links in 24 hours, and {left} are left. Name fewer recipients."
)
TRACK_FEWER = plural(
    "I made nothing: {count} recipient is too many at once. Name {most} at most. Readback is for single mails.",
    "I made nothing: {count} recipients are too many at once. Name {most} at most. Readback is for single mails.",
)
TRACK_ONE_PERSON = _(
    "One link is for one person: with several people behind it I couldn’t tell you who opened the mail. "
    "Name them one by one, with commas: <code>/track offer to Anna, Ben, Carla</code>"
)
TRACK_SEVERAL = plural(
    "{count} link, one for each recipient: write {count} mail. With two of these images in one mail, "
    "or one image in two mails, I couldn’t tell you whose open it was.",
    "{count} links, one for each recipient: write {count} mails. With two of these images in one mail, "
    "or one image in two mails, I couldn’t tell you whose open it was.",
)
TRACK_WHICH_DAY = _(
    "I don’t know the day “{day}”. For a deadline, write <code>/track notice to landlord by 30 Nov</code>. "
    "Without a deadline, leave out the “by”."
)
TRACK_PASSED = _("{day} has passed. Name a day to come: <code>/track notice to landlord by 30 Nov</code>")
