"""Opening the database for a page or a command, with every failure as a sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from arena.errors import ArenaError, NotFoundError, UsageError
from db import Database, DatabaseError, DatabaseUrlError, check_schema, open_database, upgrade
from db import NotFoundError as RowNotFoundError

DEFAULT_URL: Final = "sqlite:///evenhand.db"

__all__ = ["DEFAULT_URL", "Database", "database_url", "in_words", "init_store", "open_store", "sqlite_path"]


def database_url(given: str | None = None) -> str:
    """Return the URL that was given, else `$DATABASE_URL`, else a file in the working directory."""
    return given or os.environ.get("DATABASE_URL") or DEFAULT_URL


def sqlite_path(url: str) -> Path | None:
    """Return the file of an SQLite address, None for a server; its existence is not checked."""
    with in_words():
        database = open_database(url)
        try:
            return database.path
        finally:
            database.close()


def open_store(url: str) -> Database:
    """Open a database of this version's schema, creating or upgrading an SQLite file where needed."""
    with in_words():
        database = open_database(url)
        if database.is_sqlite:
            upgrade(database)
        else:
            check_schema(database)
        return database


def init_store(url: str) -> bool:
    """Create or upgrade the schema; return whether anything changed."""
    with in_words():
        database = open_database(url)
        is_changed = upgrade(database)
        if not database.is_sqlite:
            from arena.run.jobs import prepare_queue

            is_changed = prepare_queue(database) or is_changed
        return is_changed


@contextmanager
def in_words() -> Iterator[None]:
    """Turn the database's errors into this room's."""
    try:
        yield
    except RowNotFoundError as error:
        raise NotFoundError(str(error)) from error
    except DatabaseUrlError as error:
        raise UsageError(str(error)) from error
    except DatabaseError as error:
        raise ArenaError(str(error)) from error
