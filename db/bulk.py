"""Many rows at once: ids ahead of the rows, inserts straight to the driver, updates, lookups in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, func, select, text, update
from sqlalchemy.orm import DeclarativeBase

from db.tables import Base

LOOKUP_CHUNK = 2_000

_Insert = tuple[str, tuple[tuple[str, Callable[[Any], Any]], ...]]


class BulkRows:
    """Writes and looks up rows on one connection, within its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._next_ids: dict[str, int] = {}
        self._inserts: dict[tuple[str, tuple[str, ...]], _Insert] = {}

    def reserve_ids(self, name: str, n: int) -> Sequence[int]:
        """Return n fresh ids of a table, so that rows can point to each other before they are inserted."""
        if not self._is_sqlite:
            sequence = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)")
            return list(self._connection.execute(sequence, {"name": name, "n": n}).scalars())
        if name not in self._next_ids:
            # The transaction began with BEGIN IMMEDIATE: nobody else adds rows until it ends.
            highest = self._connection.execute(select(func.max(Base.metadata.tables[name].c.id))).scalar()
            self._next_ids[name] = (highest or 0) + 1
        first = self._next_ids[name]
        self._next_ids[name] = first + n
        return range(first, first + n)

    def add(self, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows that all have the same keys; the dicts are used up."""
        if not rows:
            return
        target = table_of(table)
        # Straight to the driver: binding the parameters of 5 million rows one by one took most of the time.
        columns = tuple(rows[0])
        statement, converters = self._insert_of(target, columns)
        for name, convert in converters:
            last, converted = None, convert(None)
            for row in rows:
                if row[name] is not last:
                    last = row[name]
                    converted = convert(last)
                row[name] = converted
        pick = itemgetter(*columns) if len(columns) > 1 else lambda row: (row[columns[0]],)
        if self._is_sqlite:
            self._connection.exec_driver_sql(statement, list(map(pick, rows)))
            return
        cursor: Any = self._connection.connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(pick(row))

    def target_of(self, table: Table) -> str:
        """Return where new rows go, as SQL."""
        return self._connection.dialect.identifier_preparer.format_table(table)

    def _insert_of(self, table: Table, columns: tuple[str, ...]) -> _Insert:
        """Return the SQL, and the columns whose values the driver does not take as they are."""
        found = self._inserts.get((table.name, columns))
        if found is None:
            dialect = self._connection.dialect
            missing = {c.name for c in table.c if not (c.nullable or c.primary_key)} - set(columns)
            if missing:
                raise ValueError(f"The {table.name} rows lack {', '.join(sorted(missing))}.")
            values = ", ".join("?" * len(columns))
            quoted = ", ".join(dialect.identifier_preparer.quote(name) for name in columns)
            name = self.target_of(table)
            converters = []
            for column in columns:
                convert = table.c[column].type.dialect_impl(dialect).bind_processor(dialect)
                if convert is not None:
                    converters.append((column, convert))
            sql = f"INSERT INTO {name} ({quoted}) VALUES ({values})"
            if not self._is_sqlite:
                sql = f"COPY {name} ({quoted}) FROM STDIN"
            found = (sql, tuple(converters))
            self._inserts[table.name, columns] = found
        return found

    def update(self, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
        """Change rows by their `id`; all have the same keys."""
        if rows:
            changed = [{**row, "row_id": row["id"]} for row in rows]
            columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "id"}
            target = table_of(table)
            statement = update(target).where(target.c.id == bindparam("row_id")).values(columns)
            for row in changed:
                del row["id"]
            self._connection.execute(statement, changed)

    def of_pairs(
        self, statement: Select[*tuple[Any, ...]], columns: tuple[Any, Any], pairs: Sequence[tuple[int, int]]
    ) -> Iterator[Any]:
        """Yield rows whose two columns are one of the pairs.

        Two lists of ids and a look at the result: PostgreSQL took eleven times as long over a list of pairs.
        """
        first, second = columns
        for start in range(0, len(pairs), LOOKUP_CHUNK):
            chunk = set(pairs[start : start + LOOKUP_CHUNK])
            firsts, seconds = {pair[0] for pair in chunk}, {pair[1] for pair in chunk}
            for row in self._connection.execute(statement.where(first.in_(firsts), second.in_(seconds))):
                if (row[2], row[3]) in chunk:
                    yield row

    def in_chunks(
        self, statement: Select[*tuple[Any, ...]], column: Any, values: Sequence[Any]
    ) -> Iterator[Any]:
        """Yield rows whose column is one of the values."""
        for start in range(0, len(values), LOOKUP_CHUNK):
            chunk = values[start : start + LOOKUP_CHUNK]
            yield from self._connection.execute(statement.where(column.in_(chunk)))


def table_of(table: type[DeclarativeBase]) -> Table:
    """Return the table of a row's class."""
    found = table.__table__
    assert isinstance(found, Table)
    return found
