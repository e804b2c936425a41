"""What people ask for: commands, buttons, and what they type."""
