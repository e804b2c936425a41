"""Every sentence that a person is told, by subject.

Braces are filled with escaped values; tags are those that Telegram and browsers share.
"""
