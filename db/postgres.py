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
from sqlalchemy.exc import OperationalError

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
    """Held by a connection instead of a transaction, like `LAB`: the one runner of this database."""
    BEAT = 4
    """A worker's sign of life must not wait for a writer that froze."""
    CALLS = 5
    """Answers are stored the moment they come, beside whoever writes something longer."""
    LAB = 100
    """The one process that works in this database's lab."""


IDLE_TIMEOUT_S = {Turn.SHORT: 8, Turn.IMPORT: 600, Turn.BEAT: 2, Turn.CALLS: 2}
"""A frozen process is put out of its transaction after this long, and gives way to the others."""
LOCK_TIMEOUT_S = 60
PATIENCE_S = 10
"""Between looks whether who has the turn is frozen."""
LOCK_NOT_AVAILABLE = "55P03"
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
    """Wait until no other transaction has this turn; it ends with the transaction.

    Raises
    ------
    sqlalchemy.exc.OperationalError
        If somebody who is not frozen keeps it for longer than `LOCK_TIMEOUT_S`.
    """
    names = {"class": LOCK_CLASS, "turn": int(turn)}
    settings = {"lock": f"{LOCK_TIMEOUT_S}s", "idle": f"{IDLE_TIMEOUT_S[turn]}s"}
    *_, is_ours = connection.execute(_TAKE, {**names, **settings}).one()
    rounds = LOCK_TIMEOUT_S // PATIENCE_S
    while not is_ours:
        rounds -= 1
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'")
                connection.execute(text("SELECT pg_advisory_xact_lock(:class, :turn)"), names)
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")
            is_ours = True
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE or not rounds:
                raise
            connection.execute(_PUT_OUT_FROZEN, {**names, "silent_s": IDLE_TIMEOUT_S[turn]})


_TAKE = text(
    "SELECT set_config('lock_timeout', :lock, true),"
    " set_config('idle_in_transaction_session_timeout', :idle, true),"
    " pg_try_advisory_xact_lock(:class, :turn)"
)
# The server's own timeout does not count while it waits in the middle of a client's batch of statements,
# where a process may freeze as well. A session that last heard of its client so long ago is put out here.
_PUT_OUT_FROZEN = text(
    "SELECT pg_terminate_backend(activity.pid) FROM pg_locks lock JOIN pg_stat_activity activity USING (pid)"
    " WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 2"
    " AND lock.classid = :class AND lock.objid = :turn AND activity.datname = current_database()"
    " AND activity.wait_event = 'ClientRead'"
    " AND activity.query_start < clock_timestamp() - make_interval(secs => :silent_s)"
)


@contextmanager
def hold_turn(writer: Engine, turn: Turn) -> Iterator[bool]:
    """Hold a turn on a connection of its own; gives False where another process holds it."""
    names = {"class": LOCK_CLASS, "turn": int(turn)}
    with writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_ours = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:class, :turn)"), names))
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.execute(text("SELECT pg_advisory_unlock(:class, :turn)"), names)


def is_turn_taken(connection: Connection, turn: Turn) -> bool:
    """Whether some connection holds the turn; asking takes nothing."""
    query = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
        " AND classid = :class AND objid = :turn"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return bool(connection.scalar(query, {"class": LOCK_CLASS, "turn": int(turn)}))


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
