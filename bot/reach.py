"""Tells from the settings who can load the images of this installation."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from settings import Settings
from words import Sentence, sentences


def is_local(url: str) -> bool:
    """Return True if an address leads to this machine, or no further than its own network."""
    host = urlsplit(url).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa"))


def is_demo(settings: Settings) -> bool:
    """Return True with a local Bot API: there the mail programs run on this machine, too."""
    return is_local(settings.telegram_api_url)


def caution(settings: Settings) -> Sentence | None:
    """Return what a card must say of its image; None if the whole world can load it."""
    if not is_local(settings.public_url):
        return None
    return sentences.cards.CARD_LOCAL_DEMO if is_demo(settings) else sentences.cards.CARD_LOCAL
