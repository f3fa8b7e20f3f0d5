"""One process at a time works in a database's lab, whichever database it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from db import Database
from db.lab import lab_turn

LOCK_SUFFIX = ".lab.lock"
WAIT_S = 1.0


@contextlib.contextmanager
def lab_lock(database: Database, *, wait_s: float = WAIT_S) -> Iterator[bool]:
    """Hold the lab for the block; gives False where another process holds it.

    A file lock beside an SQLite database, an advisory lock on a server; both end with their process.
    """
    path = database.path
    if path is None:
        with lab_turn(database.writer) as is_ours:
            yield is_ours
        return
    lock = FileLock(str(path) + LOCK_SUFFIX)
    try:
        lock.acquire(timeout=wait_s, poll_interval=0.05)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def is_lab_busy(database: Database) -> bool:
    """Whether some process works in the lab; a run that says so without one was interrupted."""
    path = database.path
    if path is not None and not Path(str(path) + LOCK_SUFFIX).exists():
        return False
    with lab_lock(database, wait_s=0.0) as is_free:
        return not is_free
