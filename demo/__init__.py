"""The whole product with no bot token: a local Bot API, a chat page, mail clients played on buttons."""
