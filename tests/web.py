"""HTTP between tests and processes of this machine: httpx without the trusted certificates.

Each new httpx client reads them all, which takes 26 ms of a processor, and nothing here speaks TLS.
"""

import ssl
from functools import partial

import httpx

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: a request over TLS would fail."""

Client = partial(httpx.Client, verify=NO_CERTIFICATES)
get = partial(httpx.get, verify=NO_CERTIFICATES)
post = partial(httpx.post, verify=NO_CERTIFICATES)
request = partial(httpx.request, verify=NO_CERTIFICATES)
stream = partial(httpx.stream, verify=NO_CERTIFICATES)
