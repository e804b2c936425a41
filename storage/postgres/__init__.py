"""PostgreSQL: all that is done differently on a server than on a SQLite file.

Imported where PostgreSQL is used and nowhere else: its driver, psycopg, takes 9 MB.
"""
