"""From the outbox to Telegram: word, pace, send, settle."""
