"""Figures that anyone can measure again; nothing here is a test, and no test asserts a time."""
