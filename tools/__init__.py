"""Commands that maintainers run by hand.

No program imports them, so they may use packages that only requirements-dev.in names.
"""
