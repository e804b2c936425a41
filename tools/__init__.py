"""What maintainers run by hand. The programs import nothing from here, so it may need what tests need."""
