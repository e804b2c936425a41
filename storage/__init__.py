"""Tables, queries, the outbox and migrations: SQLModel on SQLite or PostgreSQL."""
