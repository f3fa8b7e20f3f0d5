"""Opening a database: one engine that reads, one that writes, and the recipe that makes SQLite keep its word.

SQLite's default transactions lose concurrent updates; `BEGIN IMMEDIATE` for writers loses none. `db.postgres`
holds the other recipe.
"""

from __future__ import annotations

import json
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import DatabaseError as DriverError
from sqlalchemy.orm import Session

from db.errors import DatabaseUnreachableError, DatabaseUrlError
from db.postgres import NOT_ALLOWED, Turn, create_reader, create_writer, wait_for
from db.texts import keep

BUSY_TIMEOUT_MS = 30_000
READS = "reads"
"""Marks a session that sees committed rows only: what it read may be kept for the next one."""


@dataclass(frozen=True)
class Database:
    """A database that is open for reading and writing; its connections close with it."""

    url: str
    reader: Engine
    writer: Engine

    def __post_init__(self) -> None:
        weakref.finalize(self, _dispose, self.reader, self.writer)

    @property
    def is_sqlite(self) -> bool:
        return self.writer.dialect.name == "sqlite"

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database, None for a server."""
        name = make_url(self.url).database
        return Path(name).resolve() if self.is_sqlite and name else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that sees one consistent state and is never committed."""
        with reachable(self.url), Session(self.reader, expire_on_commit=False, info={READS: True}) as session:
            yield session

    @contextmanager
    def write(self, turn: Turn = Turn.SHORT) -> Iterator[Session]:
        """Open a session that commits at the end of the block, or changes nothing. Keep the block short.

        One block runs at a time: it sees everything that was written before it.
        """
        with reachable(self.url), Session(self.writer, expire_on_commit=False) as session, session.begin():
            if not self.is_sqlite:
                wait_for(session.connection(), turn)
            yield session

    def close(self) -> None:
        _dispose(self.reader, self.writer)


def _dispose(*engines: Engine) -> None:
    for engine in engines:
        engine.dispose()


def open_database(url: str) -> Database:
    """Open `sqlite:///FILE` or `postgresql://...`; nothing is created or upgraded here.

    Raises
    ------
    DatabaseUrlError
        If the URL is not of either kind.
    DatabaseUnreachableError
        If the server's driver is not installed.
    """
    try:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
    except ArgumentError as error:
        raise DatabaseUrlError(url) from error
    if kind == "sqlite":
        return Database(url, _sqlite_engine(parsed, "BEGIN"), _sqlite_engine(parsed, "BEGIN IMMEDIATE"))
    if kind == "postgres":  # as hosts hand it out
        parsed, kind = parsed.set(drivername="postgresql"), "postgresql"
    if kind != "postgresql":
        raise DatabaseUrlError(url)
    try:
        reader = create_reader(parsed, json_serializer=_to_json)
        return Database(url, reader, create_writer(parsed, json_serializer=_to_json))
    except ModuleNotFoundError as error:
        raise DatabaseUnreachableError(url, f"its driver {error.name} is not installed") from error


def _sqlite_engine(url: URL, begin: str) -> Engine:
    engine = create_engine(url, json_serializer=_to_json, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    def connect(connection: Any, _record: object) -> None:
        # The driver's own transaction handling is switched off: it begins too late and too weakly.
        connection.isolation_level = None
        cursor = connection.cursor()
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.close()

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", start)
    return engine


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Switch a file to its write-ahead log; SQLite itself does not wait for somebody who is about to."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)  # nothing tells when the other one is done
        else:
            return


def _to_json(value: object) -> str:
    """Write JSON that both databases keep as it is: half a surrogate pair only fits as an escape."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if keep(written) != written:
        return json.dumps(value, separators=(",", ":"))
    return written


@contextmanager
def reachable(url: str) -> Iterator[None]:
    """Turn the driver's complaint about a file or server into a sentence."""
    try:
        yield
    except OperationalError as error:
        raise DatabaseUnreachableError(url, str(error.orig)) from error
    except DBAPIError as error:
        # Its subclasses are our own mistakes, not the file's, but for what a server does not allow.
        is_gone = error.connection_invalidated  # whatever was asked when the server went away
        if is_gone or type(error) is DriverError or getattr(error.orig, "sqlstate", None) in NOT_ALLOWED:
            raise DatabaseUnreachableError(url, str(error.orig)) from error
        raise
