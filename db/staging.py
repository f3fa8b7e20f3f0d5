"""An import on SQLite that keeps the only writer's lock for a moment instead of for its whole length.

Rows are worked out in temporary tables against one state of the file. Views of the tables' own names show
both, so that lookups find what the import itself has added. At the end one short transaction copies the rows
over; ids that others took meanwhile are stepped over. Where others have changed what the import rests on,
nothing is copied and `ImportConflictError` says so: the caller imports again under the lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase

from db.bulk import LOOKUP_CHUNK, BulkRows, table_of
from db.engine import Database, reachable
from db.errors import ImportConflictError
from db.tables import (
    ContestantRow,
    DatasetRow,
    GradeRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ReferenceRow,
    ResponseRow,
    VoteRow,
)

STAGED: tuple[type[DeclarativeBase], ...] = (
    DatasetRow, PromptRow, PromptTagRow, ReferenceRow, ContestantRow, JudgeRow, ResponseRow, MatchRow,
    JudgmentRow, GradeRow, VoteRow,
)  # fmt: skip
"""What an import writes, each after what it refers to."""
_LOOKUPS = {
    "prompt": ("key", "text_hash"),
    "prompt_tag": ("prompt_id",),
    "reference": ("prompt_id",),
    "contestant": ("name",),
    "judge": ("name",),
    "response": ("prompt_id", "source_key"),
    "match": ("response_a_id",),
    "judgment": ("response_first_id",),
    "grade": ("judgment_id",),
}


@contextmanager
def open_staging(database: Database) -> Iterator[Staging]:
    """Open a connection of its own, whose temporary tables go with it."""
    with database.reader.connect() as connection, reachable(database.url):
        connection.detach()
        yield Staging(connection)


class Staging(BulkRows):
    """Writes to temporary tables what `transfer` copies to the real ones."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.connection = connection
        self._tables = [table_of(row) for row in STAGED]
        self._highest = {table.name: self._max_id(table) for table in self._tables if "id" in table.c}
        self._next_ids = {name: highest + 1 for name, highest in self._highest.items()}
        for table in self._tables:
            self._prepare(table)

    def _prepare(self, table: Table) -> None:
        name = table.name
        unchanged = ""
        self._run(f'CREATE TEMP TABLE staged_{name} AS SELECT * FROM main."{name}" WHERE 0')
        for column in _LOOKUPS.get(name, ()):
            self._run(f"CREATE INDEX temp.staged_{name}_{column} ON staged_{name} ({column})")
        if "id" in table.c:
            self._run(f"CREATE UNIQUE INDEX temp.staged_{name}_id ON staged_{name} (id)")
            self._run(f'CREATE TEMP TABLE original_{name} AS SELECT * FROM main."{name}" WHERE 0')
            self._run(f"CREATE TEMP TABLE changed_{name} (id INTEGER PRIMARY KEY)")
            unchanged = f" WHERE id NOT IN (SELECT id FROM temp.changed_{name})"
        self._run(
            f'CREATE TEMP VIEW "{name}" AS SELECT * FROM main."{name}"{unchanged}'
            f" UNION ALL SELECT * FROM temp.staged_{name}"
        )

    def target_of(self, table: Table) -> str:
        return f"temp.staged_{table.name}"

    def add(self, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows; where the real table would give them ids, they get them here."""
        target = table_of(table)
        if rows and "id" in target.c and "id" not in rows[0]:
            ids = self.reserve_ids(target.name, len(rows))
            rows = [{"id": row_id, **row} for row_id, row in zip(ids, rows, strict=True)]
        super().add(table, rows)

    def update(self, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> None:
        """Change rows by their `id`; those of the file are changed in a copy."""
        if not rows:
            return
        target = table_of(table)
        ids = [row["id"] for row in rows if row["id"] <= self._highest[target.name]]
        for start in range(0, len(ids), LOOKUP_CHUNK):
            self._copy(target.name, ids[start : start + LOOKUP_CHUNK])
        staged = _staged(target)
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "id"}
        statement = update(staged).where(staged.c.id == bindparam("row_id")).values(columns)
        changed = [{**row, "row_id": row["id"]} for row in rows]
        for row in changed:
            del row["id"]
        self._connection.execute(statement, changed)

    def _copy(self, name: str, ids: Sequence[int]) -> None:
        listed = ", ".join(str(int(row_id)) for row_id in ids)
        missing = f"id IN ({listed}) AND id NOT IN (SELECT id FROM temp.changed_{name})"
        for kind in ("original", "staged"):
            self._run(f'INSERT INTO temp.{kind}_{name} SELECT * FROM main."{name}" WHERE {missing}')
        self._run(f"INSERT OR IGNORE INTO temp.changed_{name} VALUES {', '.join(f'({int(i)})' for i in ids)}")

    def transfer(self) -> None:
        """Copy everything to the file in one transaction.

        Raises
        ------
        ImportConflictError
            If others wrote meanwhile what the import rests on or adds itself; nothing was copied.
        """
        self._connection.commit()
        try:
            # The first statement writes, so that the lock is waited for and the newest state is seen.
            self._run("UPDATE main.dataset SET name = name WHERE 0")
            shifts = {
                table.name: max(0, self._max_id(table) - self._highest[table.name])
                for table in self._tables
                if table.name in self._highest
            }
            for table in self._tables:
                self._refuse_conflict(table)
                self._insert(table, shifts)
                self._change(table)
            self._connection.commit()
        except IntegrityError as error:
            self._connection.rollback()
            raise ImportConflictError(str(error.orig)) from error
        except BaseException:  # raised again: nothing half staged stays, whatever ends it
            self._connection.rollback()
            raise

    def _refuse_conflict(self, table: Table) -> None:
        if "id" not in table.c:
            return
        differs = " OR ".join(f'm."{column.name}" IS NOT o."{column.name}"' for column in table.c)
        query = (
            f'SELECT 1 FROM temp.original_{table.name} o LEFT JOIN main."{table.name}" m ON m.id = o.id'
            f" WHERE {differs} LIMIT 1"
        )
        if self._connection.exec_driver_sql(query).first() is not None:
            raise ImportConflictError(f"a {table.name} that the import completes was changed meanwhile")

    def _insert(self, table: Table, shifts: dict[str, int]) -> None:
        names = ", ".join(f'"{column.name}"' for column in table.c)
        values = ", ".join(self._shifted(column, shifts) for column in table.c)
        is_new = f" WHERE id > {self._highest[table.name]}" if "id" in table.c else ""
        order = " ORDER BY id" if "id" in table.c else ""
        self._run(
            f'INSERT INTO main."{table.name}" ({names}) SELECT {values} FROM temp.staged_{table.name}'
            f"{is_new}{order}"
        )

    def _shifted(self, column: Column[Any], shifts: dict[str, int]) -> str:
        """Return SQL for the value, moved on where it is the id of a row that the import adds."""
        refers_to = next((key.column.table.name for key in column.foreign_keys), None)
        name = column.table.name if column.name == "id" else refers_to
        if name is None or not shifts.get(name):
            return f'"{column.name}"'
        return f'"{column.name}" + {shifts[name]} * ("{column.name}" > {self._highest[name]})'

    def _change(self, table: Table) -> None:
        if "id" not in table.c:
            return
        columns = ", ".join(f'"{c.name}" = s."{c.name}"' for c in table.c if c.name != "id")
        self._run(
            f'UPDATE main."{table.name}" SET {columns} FROM temp.staged_{table.name} s'
            f' WHERE s.id = main."{table.name}".id AND s.id IN (SELECT id FROM temp.changed_{table.name})'
        )

    def _max_id(self, table: Table) -> int:
        found = self._connection.exec_driver_sql(f'SELECT max(id) FROM main."{table.name}"').scalar()
        return int(found or 0)

    def _run(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)


@cache
def _staged(table: Table) -> Table:
    """Return the temporary table as SQLAlchemy knows tables: made once a process, it takes milliseconds."""
    return table.to_metadata(MetaData(), schema="temp", name=f"staged_{table.name}")
