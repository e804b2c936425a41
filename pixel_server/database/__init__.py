"""Fetches on their way into the database: batches, transactions, the spool, and erasing."""
