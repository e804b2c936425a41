"""Who can load an image follows from the settings, and the card says so."""

import pytest

from bot.reach import caution, is_local
from settings import Settings
from words import sentences

HERE, WORLD = "http://127.0.0.1:8000", "https://mail.example"


@pytest.mark.parametrize(
    ("public_url", "api", "said"),
    [
        (WORLD, WORLD, None),
        (WORLD, HERE, None),
        (HERE, WORLD, sentences.cards.CARD_LOCAL),
        ("http://10.0.0.5", WORLD, sentences.cards.CARD_LOCAL),
        (HERE, HERE, sentences.cards.CARD_LOCAL_DEMO),
    ],
)
def test_a_card_says_who_alone_can_load_the_image(
    settings: Settings, public_url: str, api: str, said: object
) -> None:
    changed = {"public_url": public_url, "telegram_api_url": api}
    assert caution(settings.model_copy(update=changed)) is said


@pytest.mark.parametrize(
    "url",
    [
        "http://100.64.1.2",
        "http://169.254.1.1",
        "http://nas",
        "http://pixel.internal",
        "http://[fd00::1]",
        "http://fritz.lan",
    ],
)
def test_more_addresses_lead_no_further_than_their_own_network(url: str) -> None:
    assert is_local(url)
