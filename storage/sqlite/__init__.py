"""SQLite: all that is done differently on a file than on PostgreSQL."""
