"""What arrives over HTTP: limits on requests, the pixel's short cut past ASGI, and what headers say."""
