"""`/privacy` and `/legal`."""

from words.sentence import _

PRIVACY = _("""<b>What is kept</b>
<b>About you:</b> this chat’s id; what you named your links, when you made them, and in a group your first name and your number at Telegram; \
what you told me about them, and your notes; your language; your time zone, quiet hours and daily summary, if you set them. A location \
you send only becomes a time zone. I forget what you write to me as soon as I have acted on it.
<b>About the recipient:</b> the name you gave them, and of each fetch of the image: when, which program and what it \
calls itself, what kind of network, and what it meant. I store no address and no place. A short code tells one device \
from another within one link, and is useless outside it. Each mail has a page for them, <code>{url}/n/…</code>. It says all this, shows none of your names for things, and lets them stop the recording for good.
<b>How long:</b> fetches: {days}; links and notes: until you delete them.
<b>Yours to take and to erase:</b> /export gives you all of it. <code>/delete 7</code> erases one link, and \
<code>/delete everything</code> erases all of it, at once and for good.
I have no access to anybody’s mailbox, and I am not for marketing. /legal says what the law is, by place.""")
LEGAL = _("""<b>The law, by place</b>
Information, not advice, researched in November 2026. In many places a pixel in a mail needs the recipient’s \
consent. The fair way is the same everywhere: ask first, or at least tell people that you do it. Where is your \
recipient?""")
LEGAL_PLACES = {
    "eu": _("European Union"),
    "france": _("France"),
    "uk": _("United Kingdom"),
    "us": _("United States"),
    "canada": _("Canada"),
    "elsewhere": _("Elsewhere"),
    "case": _("One mail, one person"),
}
LEGAL_CARDS = {
    "eu": _("""The ePrivacy Directive, Art. 5(3), covers tracking pixels: they need consent, or one of the narrow \
exemptions, whatever the basis under the GDPR is. Legitimate interest (GDPR Art. 6(1)(f)) does not replace that consent. \
Purely personal activity is outside the GDPR (Art. 2(2)(c)). A freelancer’s invoices are not purely personal.
<i>Sources: EDPB, Guidelines 2/2023, final in October 2024; GDPR, Art. 2 and 6.</i>"""),
    "france": _("""The CNIL wants consent before a pixel reports a single person’s opens. Mail between businesses is not \
exempt. If somebody withdraws consent, pixels that were already sent must stop too: <code>/stop 7</code> does that. It \
concerns senders to people who live in France. Whether it reaches purely private senders is unclear.
<i>Source: CNIL, recommendation of 12 March 2026, published on 14 April, with time to adapt until 14 July 2026.</i>"""),
    "uk": _("""The ICO’s guidance names tracking pixels: they need consent unless an exception applies.
<i>Source: ICO, guidance of 29 April 2026.</i>"""),
    "us": _("""I found no rule about pixels in CAN-SPAM. Its duties apply to commercial mail. Single states may have rules \
of their own.
<i>Source: CAN-SPAM Act, looked up in November 2026.</i>"""),
    "canada": _("""Commercial messages need consent, must say who sends them, and must offer a way to unsubscribe. \
That holds from the first message on.
<i>Source: CASL, looked up in November 2026.</i>"""),
    "elsewhere": _("""I have not looked up the law of other places. Ask somebody who knows it. Until then, ask the \
recipient before you use a pixel."""),
    "case": _("""The case for it: you want to know whether one message that somebody expects has arrived. There is no marketing, no \
profile of a person, no access to a mailbox, one link for one person, and little is kept, for a limited time. People argue \
that this is a legitimate interest (GDPR Art. 6(1)(f)).
Its limits: it does not replace the consent that the ePrivacy rules ask for. The recipient did not choose it. Nobody \
has decided whether the rules reach purely private senders. The less the recipient could expect it, the weaker the case."""),
}
LEGAL_CARD = _("<b>{place}</b>\n{text}\n\nInformation, not advice.")
