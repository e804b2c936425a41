"""The pixel, and the few pages people see."""
