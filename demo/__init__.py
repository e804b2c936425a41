"""The whole product without a bot token: a local Bot API, a chat page, and mail programs on buttons."""
