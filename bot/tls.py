"""Whose certificates are trusted."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """Read once: by itself each client reads the whole list anew."""
    return httpx.create_ssl_context()
