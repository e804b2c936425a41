"""The certificates that the bot trusts, for all of its HTTPS clients."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """Return the TLS context. It is built once: otherwise each client would read the certificates anew."""
    return httpx.create_ssl_context()
