"""The pixel server: the image, and the few pages that people see."""
