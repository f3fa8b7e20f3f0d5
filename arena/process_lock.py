"""What only one process at a time may do in a database, whichever database it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from db import Database
from db.postgres import Turn, hold_turn

WAIT_S = 1.0
"""Lets a passing `is_held` of another process end."""


@dataclass(frozen=True)
class ProcessLock:
    """A file beside an SQLite database, a turn on a server; both end with the process that holds them."""

    suffix: str
    turn: Turn

    @contextmanager
    def hold(self, database: Database, *, wait_s: float = WAIT_S) -> Iterator[bool]:
        """Hold it for the block; gives False where another process does."""
        file = self.file(database)
        if file is None:
            with hold_turn(database.writer, self.turn) as is_ours:
                yield is_ours
            return
        lock = FileLock(str(file))
        try:
            lock.acquire(timeout=wait_s, poll_interval=0.05)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def is_held(self, database: Database) -> bool:
        """Whether some process holds it; asking takes it for a moment where it is free."""
        file = self.file(database)
        if file is not None and not file.exists():
            return False
        with self.hold(database, wait_s=0.0) as is_free:
            return not is_free

    def file(self, database: Database) -> Path | None:
        """Return the file's path; None on a server."""
        return None if database.path is None else Path(f"{database.path}{self.suffix}")
