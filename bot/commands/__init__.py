"""Handles commands, buttons, and texts that people type."""
