"""Which fetches in the name of Gmail's proxy are in doubt, and what a host name settles."""

import pytest

from tracking import Agent, Network, Reason, Sighting
from tracking.reverse_names import confirmed, is_doubtful, network_named


@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("google-proxy-66-249-85-224.google.com", Network.GOOGLE_PROXY),
        ("Google-Proxy-66-249-85-224.google.com.", Network.GOOGLE_PROXY),
        ("rate-limited-proxy-66-249-90-77.google.com", Network.GOOGLE_PREFETCH),
        ("crawl-66-249-66-1.googlebot.com", None),
        ("google-proxy-66-249-85-224.google.com.attacker.example", None),
        ("google-proxy-1.attacker.example/.google.com", None),
        ("google-proxy-.google.com\n", None),
        ("", None),
    ],
)
def test_only_names_of_googles_proxies_say_anything(name: str, network: Network | None) -> None:
    assert network_named(name) is network


@pytest.mark.parametrize("network", Network)
def test_a_proxy_of_gmails_is_in_doubt_at_any_known_address_on_no_list(network: Network) -> None:
    settled = {Network.GOOGLE_PROXY, Network.GOOGLE_PREFETCH, Network.UNKNOWN}
    for sign in (None, Reason.FORGED_PROXY):
        assert is_doubtful(Sighting(Agent.GMAIL_PROXY, network, sign)) is (network not in settled)


def test_other_programs_and_other_signs_leave_no_doubt() -> None:
    assert not is_doubtful(Sighting(Agent.GMAIL_PREFETCH, Network.OTHER, Reason.PROVIDER_PREFETCH))
    assert not is_doubtful(Sighting(Agent.THUNDERBIRD, Network.OTHER))
    assert not is_doubtful(Sighting(Agent.GMAIL_PROXY, Network.OTHER, Reason.METHOD))


def test_a_confirmed_fetch_is_what_it_would_have_been_on_a_list() -> None:
    forged = Sighting(Agent.GMAIL_PROXY, Network.OTHER, Reason.FORGED_PROXY)
    assert confirmed(forged, Network.GOOGLE_PROXY) == Sighting(Agent.GMAIL_PROXY, Network.GOOGLE_PROXY)
    assert confirmed(forged, Network.GOOGLE_PREFETCH) == Sighting(
        Agent.GMAIL_PREFETCH, Network.GOOGLE_PREFETCH
    )
