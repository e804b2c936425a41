"""Files that outlive a power cut, and locks on files that end with their process."""

import fcntl
import os
from pathlib import Path

APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
"""Open for reading and appending; make the file when it is not there."""


def hold(path: Path) -> int | None:
    """Open the file, make it when it is not there, and lock it for this process: return its descriptor.

    Return None when another process holds it. The lock ends when the descriptor is closed or the process
    ends. Raises OSError.
    """
    descriptor = os.open(path, APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A power cut can forget the name of a new file, and with it what is in the file.
        sync(path.parent)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def write_whole(descriptor: int, data: bytes) -> None:
    """Write all of it, and return once it is on disk. Raises OSError."""
    while data:
        data = data[os.write(descriptor, data) :]
    os.fdatasync(descriptor)


def sync(path: Path) -> None:
    """Return once a file's contents, or a folder's names, are on disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
