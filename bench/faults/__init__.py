"""The proof that nothing is lost under faults. It knows the product only from outside and imports none of it.

load.py makes requests and logs the answers. unreliable_bot_api.py logs each message. nemesis.py injects
faults meanwhile. Then invariants.py checks seven invariants over these logs and the rows of the database.
"""
