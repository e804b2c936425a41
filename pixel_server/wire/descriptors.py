"""Shares the process's file descriptors between connections and everything else."""

import resource

MAX_CONNECTIONS = 4096
"""Some 30 MB. When so many are open, one that waits for its client makes room for a newer one."""
MAX_OWN = 128
"""Descriptors for the database's connections, the spool, and the libraries."""
ALL = MAX_CONNECTIONS + MAX_OWN


def connections(descriptors: int) -> int:
    """Return how many connections may be open where the process may have so many descriptors.

    Without descriptors of its own, a process that everybody connects to could open no file. And `accept`
    itself would fail: nobody is served then, at no load and without a line in the log.
    """
    return min(MAX_CONNECTIONS, descriptors - min(MAX_OWN, descriptors * 2 // 5))


def allowed() -> int:
    """Return how many descriptors this process may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ALL if soft == resource.RLIM_INFINITY else soft


def raise_limit() -> None:
    """Allow as many descriptors as are needed, or as the system lets us. Most systems begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ALL if hard == resource.RLIM_INFINITY else min(ALL, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
