"""A verdict in words: what the fetch was, how sure that is, why, and what else it could be."""

from words.sentence import _, plural

CONFIDENCE = {
    "strong": _("Sure"),
    "probable": _("Probable"),
    "weak": _("Weak"),
}
BECAUSE = _("{confidence}: {because}")
ADDRESS_HIDDEN = _("The fetcher’s address is not visible to this host, so nobody could check it.")
REASONS = {
    "stopped": _("Recording was stopped."),
    "method": _("It asked about the image, and did not load it."),
    "prefetch_header": _("The program said that it fetched the image ahead of time."),
    "ai_agent": _("An AI agent fetched it, and said so."),
    "address_bar": _("Somebody opened the image’s own address in a browser, not a mail."),
    "no_user_agent": _("The program did not say what it is. Mail programs and browsers do."),
    "link_preview": _("A chat or social network made a preview of the link."),
    "crawler": _("A robot that reads the web fetched it."),
    "tool": _("A tool fetched it, not a mail program."),
    "forged_proxy": _("It claimed to be Gmail, but came from an address that is not Google’s."),
    "unknown_agent": _("The program is neither a known mail program nor a browser."),
    "flood": _("So many programs fetched this image that I only counted them."),
    "peek": _("You had said that you would open it yourself."),
    "that_was_me": _("You said that this was you."),
    "sender_device": _("It came from the device that showed your draft."),
    "before_sent": _("You had not sent it yet, so it was your own draft."),
    "gmail_prefetch": _("Gmail’s prefetcher fetched it ahead of time, for an inbox."),
    "provider_prefetch": _("The mail provider fetched the image by itself."),
    "claimed_prefetch": _(
        "It calls itself Gmail’s prefetcher, but its address is not one that Google publishes."
    ),
    "apple_prefetch": _("Apple’s Mail Privacy Protection fetched it by itself."),
    "first_seconds": _("It came within seconds of sending, when copies are filed and checked."),
    "scanner_agent": _("A security scanner that names itself fetched it."),
    "scanner_network": _("It came from the network of a mail security service."),
    "datacentre_browser": _(
        "A browser came from a data centre and said no more than its name: security scanners look like that."
    ),
    "burst": _("It came within two seconds of a scanner, and said no more about itself than scanners do."),
    "returned": _("It looks the same as a scanner that fetched this mail before."),
    "unlike_a_browser": _("It called itself a browser, but left out what that browser always sends."),
    "same_view": _("It is the same open again: programs fetch an image many times."),
    "gmail_proxy": _("Gmail loaded the image the way it does when someone opens the mail."),
    "unlisted_google": _("Gmail loaded the image, from an address that Google does not list for Gmail yet."),
    "mail_proxy": _("A mail provider loaded the image the way it does when someone opens the mail."),
    "mail_client": _("A mail program loaded the image directly."),
    "browser": _("A browser loaded the image, as webmail does."),
    "other_provider": _("A mail provider other than the one you wrote with loaded the image."),
    "maybe_draft": _("You hadn’t tapped Sent, but nothing had loaded the draft for a while."),
    "maybe_unsent": _("You tapped Sent while I was away. That may have been before this, or after it."),
}
WHY = _("<b>Why “{kind}”?</b> {name}")
WHY_SEEN = _("Seen: {agent}, {network}, {time}.")
WHY_SINCE = _("That is {span} after it was sent.")
WHY_ELSE = _("What else it could be: {alternative}")
WHY_WRONG = plural(
    "In the examples I was built with, a verdict like this was wrong {wrong} time in {judged}.",
    "In the examples I was built with, a verdict like this was wrong {wrong} times in {judged}.",
    counted="wrong",
)
WHY_NEVER = _("A pixel never knows who opened the mail, or whether they read it.")
ALTERNATIVES = {
    "stopped": _("nothing. I did not judge it."),
    "method": _("nothing: no program shows a mail that way."),
    "prefetch_header": _("a reader a moment later, whose program had the image already."),
    "ai_agent": _("a reader who has an assistant read their mail."),
    "address_bar": _("a reader who opened the image in a tab of its own."),
    "no_user_agent": _("a reader whose program hides its name."),
    "link_preview": _("a reader, if somebody forged the name."),
    "crawler": _("a reader, if their program uses a robot’s name."),
    "tool": _("a reader who uses such a tool to read mail."),
    "forged_proxy": _("Gmail, from an address that Google has not published yet."),
    "unknown_agent": _("a reader with a mail program I have not heard of."),
    "flood": _("anything. I did not judge these one by one."),
    "peek": _("the recipient, in the same minutes as you."),
    "that_was_me": _("the recipient, if you were mistaken."),
    "sender_device": _("somebody else on the same device and network. Then tap “That wasn’t me”."),
    "before_sent": _("the recipient, if you had sent it before you told me. Then tell me when you sent it."),
    "gmail_prefetch": _("nothing, unless somebody forged it."),
    "provider_prefetch": _("a reader, a moment later, with the provider’s copy."),
    "claimed_prefetch": _(
        "Gmail’s prefetcher, from an address that Google has not published yet, or a reader whose program uses its name."
    ),
    "apple_prefetch": _("a reader with Apple Mail. Nobody can tell."),
    "first_seconds": _("a very quick reader."),
    "scanner_agent": _("a reader, if somebody forged the name."),
    "scanner_network": _("a reader who works behind that service."),
    "datacentre_browser": _(
        "a reader on a company network that runs in a data centre. Then tap “It was a person”."
    ),
    "burst": _("a reader who opened it in the very same two seconds."),
    "returned": _("a reader with the same browser as that scanner."),
    "unlike_a_browser": _(
        "a reader whose network or virus scanner removes such details. Then tap “It was a person”."
    ),
    "same_view": _("a second reader, through the same provider, within half a minute."),
    "gmail_proxy": _("you, opening your own Sent mail in Gmail. Then tap “That was me”."),
    "unlisted_google": _("somebody in Google’s network who pretends to be Gmail."),
    "mail_proxy": _("you, opening your own copy, or a provider that loads images by itself."),
    "mail_client": _("you, on another device, or a program that loads images without being asked."),
    "browser": _("you, in webmail, or a security gateway that waits before it checks a mail."),
    "other_provider": _("you, with a second mail account."),
    "maybe_draft": _("your own draft, opened again after a pause."),
    "maybe_unsent": _("your own draft, just before you sent it."),
}
KINDS = {
    "activated": _("in your draft"),
    "inserted": _("in your draft"),
    "proxied": _("fetched, no open yet"),
    "opened": _("opened"),
    "own": _("you"),
    "scanned": _("security scanner"),
    "noise": _("not a reader"),
    "repeat": _("same open again"),
    "ignored": _("not recorded"),
}
AGENTS = {
    "gmail_proxy": _("Gmail’s image proxy"),
    "gmail_prefetch": _("Gmail’s prefetcher"),
    "claimed_gmail_proxy": _("something that calls itself Gmail"),
    "claimed_gmail_prefetch": _("something that calls itself Gmail’s prefetcher"),
    "apple_mpp": _("Apple’s Mail Privacy Protection"),
    "yahoo_proxy": _("Yahoo’s image proxy"),
    "mail_proxy": _("a mail provider’s image proxy"),
    "outlook": _("Outlook"),
    "thunderbird": _("Thunderbird"),
    "apple_mail": _("Apple Mail"),
    "mail_app": _("a mail app"),
    "browser": _("a browser"),
    "scanner": _("a security scanner"),
    "link_preview": _("a link preview"),
    "crawler": _("a robot"),
    "tool": _("a tool"),
    "unknown": _("an unknown program"),
}
NETWORKS = {
    "unknown": _("address not visible to this host"),
    "google_proxy": _("Google’s addresses for images that people open"),
    "google_prefetch": _("Google’s addresses for fetching ahead of time"),
    "google": _("Google’s network"),
    "telegram": _("Telegram’s network"),
    "apple_relay": _("Apple’s relay"),
    "mail_security": _("a mail security service’s network"),
    "microsoft": _("Microsoft’s network"),
    "datacentre": _("a data centre"),
    "other": _("an ordinary network"),
}
