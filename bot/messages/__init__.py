"""What is said: every message as the chat should show it now."""
