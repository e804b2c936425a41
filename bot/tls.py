"""Which certificates the bot trusts."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """Return the list of trusted certificates, read once. Each client would read it anew."""
    return httpx.create_ssl_context()
