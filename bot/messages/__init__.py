"""Builds every message that the bot sends."""
