"""One process at a time works in a database's lab."""

from __future__ import annotations

from arena.process_lock import ProcessLock
from db import Database
from db.postgres import Turn

LAB_LOCK = ProcessLock(".lab.lock", Turn.LAB)


def is_lab_busy(database: Database) -> bool:
    """Whether some process works in the lab; a run that says so without one was interrupted."""
    return LAB_LOCK.is_held(database)
