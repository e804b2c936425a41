"""The clock of a chat, and the days and times that people type."""
