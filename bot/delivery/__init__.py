"""From the outbox to Telegram: claim a message, word it, send it, and settle the claim."""
