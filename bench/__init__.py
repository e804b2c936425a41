"""Measurements that anyone can repeat. Nothing here is a test, and no test asserts a time."""
