"""What maintainers run by hand.

No program imports it, so it may use packages that only requirements-dev.txt installs.
"""
