"""Who works on a server's runs, for pages and commands to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from arena.run.timing import Timing
from arena.store import in_words
from db import Database, workers


@dataclass(frozen=True)
class WorkerStatus:
    """A live worker. The foreman looks after the queue; `n_blocks` it has taken and not finished."""

    name: str
    is_foreman: bool
    n_in_flight: int
    n_blocks: int
    started_at: datetime
    seen_at: datetime


def list_workers(database: Database) -> list[WorkerStatus]:
    """Return the live ones, the oldest first; an SQLite file has a runner instead, and this is empty."""
    if database.is_sqlite:
        return []
    with in_words(), database.read() as session:
        alive = workers.list_alive(session, Timing().silent_s)
    return [
        WorkerStatus(one.name, one is alive[0], one.n_in_flight, one.n_blocks, one.started_at, one.seen_at)
        for one in alive
    ]
