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
    "That is {limit} link in 24 hours, the limit here: Readback is for single mails. "
    "There is room for the next one from {free}.",
    "That is {limit} links in 24 hours, the limit here: Readback is for single mails. "
    "There is room for the next one from {free}.",
    counted="limit",
)
TRACK_ROOM_FOR = _(
    "Nothing made. Links in 24 hours: {limit} at most. Still possible now: {left}. Name fewer recipients."
)
TRACK_FEWER = plural(
    "Nothing made: {count} recipient in one go is too many. The most is {most}; Readback is for single mails.",
    "Nothing made: {count} recipients in one go are too many. The most is {most}; Readback is for single mails.",
)
TRACK_ONE_PERSON = _(
    "One link is for one person: with several addresses behind it I could not tell you whose look it was. "
    "Name them one by one, with commas: <code>/track offer to Anna, Ben, Carla</code>"
)
TRACK_SEVERAL = plural(
    "{count} link, one for each recipient: write {count} mail. One mail with two of these images, "
    "or one image in two mails, could not tell you who looked.",
    "{count} links, one for each recipient: write {count} mails. One mail with two of these images, "
    "or one image in two mails, could not tell you who looked.",
)
TRACK_WHICH_DAY = _(
    "I don’t know the day “{day}”. For a deadline name one, such as <code>/track notice to landlord by 30 Nov</code>; "
    "without one, leave the “by” out."
)
TRACK_PASSED = _("{day} has passed. Say a day to come: <code>/track notice to landlord by 30 Nov</code>")
