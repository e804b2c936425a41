"""Is anything lost? The product as strangers see it, under faults: nothing of it is imported here.

A load that logs what was answered, a Bot API that logs what was said, a nemesis in between, and then
seven invariants over these logs and the database's rows.
"""
