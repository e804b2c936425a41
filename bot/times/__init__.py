"""Chats' time zones and quiet hours, and the days and times that people type."""
