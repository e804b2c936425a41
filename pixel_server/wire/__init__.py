"""Handles HTTP itself: limits on requests, the pixel's short cut past ASGI, and the meaning of headers."""
