"""Moving a whole database to another address, SQLite to PostgreSQL or back."""

from __future__ import annotations

from collections.abc import Callable

from arena.errors import UsageError
from arena.run.runner import is_runner_alive
from arena.store import in_words
from db import open_database
from db.errors import MoveError
from db.move import MovedTable, move_database

__all__ = ["MovedTable", "move_store"]


def move_store(
    from_url: str, to_url: str, tell: Callable[[MovedTable], None] = lambda _moved: None
) -> list[MovedTable]:
    """Copy everything, fence key and stored calls too, into an empty database; `tell` hears of each table.

    Raises
    ------
    UsageError
        If the source is in use by a runner, or the target is not empty; nothing is changed.
    """
    with in_words():
        source, target = open_database(from_url), open_database(to_url)
        try:
            if is_runner_alive(source):
                raise UsageError(
                    "A runner (the app, or a worker) is at work on the source. Stop it first: what it writes"
                    " after the copy would be lost, and its runs would go on in both."
                )
            return move_database(source, target, tell)
        except MoveError as error:
            raise UsageError(str(error)) from error
        finally:
            source.close()
            target.close()
