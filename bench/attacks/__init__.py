"""Attacks by strangers with time, each against a product of its own on this machine."""
