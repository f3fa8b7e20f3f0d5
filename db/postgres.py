"""The recipe that makes PostgreSQL keep the word that SQLite's `BEGIN IMMEDIATE` gives: one writer at a time.

Whoever writes first waits for the lock of its turn, so that what it then reads is everything that was
committed before, and two writers never decide on the same old state. Locks are the server's advisory ones:
they belong to one database and end with their transaction or connection, however that ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

LOCK_CLASS = 0x45564E48
"""`EVNH`: keeps our locks apart from those of others in the same database, such as a job engine's."""
CONNECT = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "evenhand",
}


class Turn(IntEnum):
    """Which writers a writing transaction waits for. SQLite has one turn for all."""

    SHORT = 1
    IMPORT = 2
    """A whole import is one long transaction; runs and votes go on beside it."""
    RUNNER = 3
    """Held by a connection instead of a transaction: the one runner of this database."""
    BEAT = 4
    """A worker's sign of life must not wait for a writer that froze."""
    CALLS = 5
    """Answers are stored the moment they come, beside whoever writes something longer."""


IDLE_TIMEOUT_S = {Turn.SHORT: 8, Turn.IMPORT: 600, Turn.BEAT: 2, Turn.CALLS: 2}
"""A frozen process is put out of its transaction after this long, and gives way to the others."""
LOCK_TIMEOUT_S = 60
NOT_ALLOWED = ("42501", "25006", "3F000")
"""SQLSTATE: no privilege, a server that only reads, no schema to create in."""


def create_reader(url: URL, **options: Any) -> Engine:
    """Make an engine whose transactions see one state and cannot write."""
    engine = create_engine(
        url, isolation_level="REPEATABLE READ", pool_pre_ping=True, connect_args=_connect(url), **options
    )

    def connect(connection: Any, _record: object) -> None:
        connection.read_only = True

    event.listen(engine, "connect", connect)
    return engine


def create_writer(url: URL, **options: Any) -> Engine:
    return create_engine(url, pool_pre_ping=True, connect_args=_connect(url), **options)


def _connect(url: URL) -> dict[str, Any]:
    return {name: value for name, value in CONNECT.items() if name not in url.query}


def wait_for(connection: Connection, turn: Turn) -> None:
    """Wait until no other transaction has this turn; it ends with the transaction."""
    settings = {
        "lock_timeout": f"{LOCK_TIMEOUT_S}s",
        "idle_in_transaction_session_timeout": f"{IDLE_TIMEOUT_S[turn]}s",
    }
    for name, value in settings.items():
        connection.exec_driver_sql(f"SET LOCAL {name} = '{value}'")
    connection.execute(
        text("SELECT pg_advisory_xact_lock(:class, :turn)"), {"class": LOCK_CLASS, "turn": int(turn)}
    )


@contextmanager
def runner_turn(writer: Engine) -> Iterator[bool]:
    """Hold the runner's turn on a connection of its own; gives False where another process holds it."""
    names = {"class": LOCK_CLASS, "turn": int(Turn.RUNNER)}
    with writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_ours = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:class, :turn)"), names))
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.execute(text("SELECT pg_advisory_unlock(:class, :turn)"), names)


def is_runner_turn_taken(connection: Connection) -> bool:
    """Whether some connection holds the runner's turn; asking takes nothing."""
    query = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
        " AND classid = :class AND objid = :turn"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return bool(connection.scalar(query, {"class": LOCK_CLASS, "turn": int(Turn.RUNNER)}))


def sort_texts_by_bytes(connection: Connection, tables: Iterable[str]) -> None:
    """Give every text column of these tables the order that SQLite has, whatever the server's own is.

    Only indexes are made anew, and only where the order was another.
    """
    columns = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = ANY(:tables)"
            " AND data_type = 'character varying' AND collation_name IS DISTINCT FROM 'C'"
            " ORDER BY table_name, ordinal_position"
        ),
        {"tables": list(tables)},
    )
    quote = connection.dialect.identifier_preparer.quote_identifier
    changes: dict[str, list[str]] = {}
    for table, column in columns:
        changes.setdefault(table, []).append(f'ALTER COLUMN {quote(column)} TYPE VARCHAR COLLATE "C"')
    for table, clauses in changes.items():
        connection.exec_driver_sql(f"ALTER TABLE {quote(table)} {', '.join(clauses)}")
