"""Copying a whole database into an empty one, of the same kind or the other.

Everything happens in one transaction of the target, its tables included: a move that is interrupted leaves
the target as empty as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Integer,
    Select,
    String,
    Table,
    cast,
    delete,
    func,
    inspect,
    literal_column,
    select,
    text,
)

from db.engine import Database, reachable
from db.errors import MoveError, without_password
from db.migrate import check_schema, create_schema, schema_transaction
from db.tables import Base, ChangeTallyRow, KeptArraysRow, MatchTallyRow, UtcDateTime
from db.texts import keep

MOVE_ROWS = 5_000
TALLIES = (MatchTallyRow.__tablename__, ChangeTallyRow.__tablename__)
"""Counts that the database keeps of other tables; they stay when all else goes."""


@dataclass(frozen=True)
class MovedTable:
    """`n_mended` counts texts with characters that no database of ours keeps (see `db.texts`)."""

    table: str
    n_rows: int
    n_mended: int


def move_database(
    source: Database, target: Database, tell: Callable[[MovedTable], None] = lambda _moved: None
) -> list[MovedTable]:
    """Copy every table, ids included, and compare the counts; `tell` hears of each table when it is done.

    What is written to the source meanwhile is not copied: the copy is of one moment.

    Raises
    ------
    MoveError
        If the target is not empty, or holds another number of rows in the end; it is left as it was.
    SchemaError
        If the source is not of this version's schema.
    """
    check_schema(source)
    if _is_same(source, target):
        raise MoveError("The two addresses name the same database. Nothing was moved.")
    with reachable(target.url), target.writer.connect() as connection:
        _refuse_filled(connection, target.url)
    moved = []
    with (
        reachable(source.url),
        source.reader.connect() as reader,
        reader.begin(),
        reachable(target.url),
        schema_transaction(target) as writer,
    ):
        _refuse_filled(writer, target.url)
        create_schema(writer, target.url)
        if not target.is_sqlite:
            writer.exec_driver_sql("SET LOCAL timezone = 'UTC'")  # times are moved without their zone
        for table in sorted(Base.metadata.sorted_tables, key=lambda table: table.name in TALLIES):
            if table.name == KeptArraysRow.__tablename__:  # copies, which the target makes for itself
                continue
            if table.name in TALLIES:  # the target has counted what came, but not the changes before
                writer.execute(delete(table))
            moved.append(_move_table(reader, writer, table))
            tell(moved[-1])
        _set_sequences(writer)
    if not target.is_sqlite:
        with target.writer.begin() as connection:
            connection.execute(text("ANALYZE"))
    return moved


def _is_same(source: Database, target: Database) -> bool:
    if source.path is not None and target.path is not None:
        return source.path == target.path
    return source.writer.url == target.writer.url


def _refuse_filled(connection: Connection, url: str) -> None:
    """Refuse a target that holds rows of ours; empty tables are no reason."""
    there = set(inspect(connection).get_table_names())
    for table in Base.metadata.sorted_tables:
        if table.name in there and table.name not in TALLIES:
            n_rows = connection.scalar(select(func.count()).select_from(table)) or 0
            if n_rows:
                raise MoveError(
                    f"The database {without_password(url)} is not empty: '{table.name}' has {n_rows:,} rows."
                    " Nothing was moved. Move into a new one."
                )


def _move_table(reader: Connection, writer: Connection, table: Table) -> MovedTable:
    texts = [place for place, column in enumerate(table.columns) if _is_text(column)]
    insert_rows = _copy_into if writer.dialect.name == "postgresql" else _insert_into
    n_rows = n_mended = 0
    for batch in _read(reader, table):
        rows = [list(row) for row in batch]
        for row in rows:
            for place in texts:
                value = row[place]
                if value is not None and (kept := keep(value)) != value:
                    row[place] = kept
                    n_mended += 1
        insert_rows(writer, table, rows)
        n_rows += len(rows)
    found = writer.scalar(select(func.count()).select_from(table))
    if found != n_rows:
        raise MoveError(f"'{table.name}' had {n_rows:,} rows and would have {found:,}. Nothing was moved.")
    return MovedTable(table.name, n_rows, n_mended)


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, String) or isinstance(getattr(column.type, "impl", None), String)


def _read(reader: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield rows as SQLite stores them: JSON and times as text (UTC), truths as 0 and 1."""
    in_order = table.primary_key.columns
    query: Select[*tuple[Any, ...]] = select(*(_plain(reader, column) for column in table.columns))
    query = query.select_from(table).order_by(*in_order)
    result = reader.execute(query, execution_options={"yield_per": MOVE_ROWS})
    yield from result.partitions()


def _plain(reader: Connection, column: Column[Any]) -> Any:
    if reader.dialect.name == "sqlite":
        quote = reader.dialect.identifier_preparer.quote
        return literal_column(f"{quote(column.table.name)}.{quote(column.name)}")
    if isinstance(column.type, JSON):
        return cast(column, String)
    if isinstance(column.type, Boolean):
        return cast(column, Integer)
    if isinstance(column.type, UtcDateTime):
        return func.to_char(func.timezone("UTC", column), literal_column("'YYYY-MM-DD HH24:MI:SS.US'"))
    return column


def _copy_into(writer: Connection, table: Table, rows: list[list[Any]]) -> None:
    quote = writer.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    cursor: Any = writer.connection.cursor()
    with cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert_into(writer: Connection, table: Table, rows: list[list[Any]]) -> None:
    quote = writer.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    places = ", ".join("?" * len(table.columns))
    writer.exec_driver_sql(
        f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})", [tuple(row) for row in rows]
    )


def _set_sequences(writer: Connection) -> None:
    """Let PostgreSQL number new rows after the moved ones; SQLite does so by itself."""
    if writer.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.c and isinstance(table.c.id.type, Integer):
            highest = writer.scalar(select(func.max(table.c.id)))
            if highest is not None:
                sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)")
                name = writer.dialect.identifier_preparer.quote(table.name)
                writer.execute(sequence, {"name": name, "highest": highest})
