"""Who works on runs: several workers beside each other on a server, one runner beside an SQLite file."""

from __future__ import annotations

from arena.run.timing import Timing
from arena.store import in_words
from db import Database, workers
from db.workers import StoredWorker

__all__ = ["StoredWorker", "list_workers"]


def list_workers(database: Database) -> list[StoredWorker]:
    """Return those that gave a sign of life not long ago; none for an SQLite file, which has one runner."""
    if database.is_sqlite:
        return []
    with in_words(), database.read() as session:
        return workers.list_alive(session, Timing().silent_s)
