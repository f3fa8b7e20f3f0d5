"""Tables of a library that keeps its state in our PostgreSQL database: made once, brought along by steps."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, inspect
from sqlalchemy.engine import make_url

from db.engine import Database, reachable
from db.migrate import schema_transaction


def create_once(database: Database, table: str, schema: str, steps: Sequence[tuple[str, str]]) -> bool:
    """Run `schema` where `table` is missing, else the steps since; return whether any was run.

    One transaction, behind every other writer: two who start at once make one set of tables, and a step that
    fails leaves nothing behind. `steps` are (name, SQL) in order; the last one's name is noted on the table.
    """
    last = steps[-1][0]
    with reachable(database.url), database.reader.connect() as connection:
        if _noted(connection, table) == last:
            return False
    with reachable(database.url), schema_transaction(database) as connection:
        noted = _noted(connection, table)
        if noted == last:
            return False
        wanted = [schema] if noted is None else [sql for name, sql in steps if name > noted]
        for sql in wanted:
            connection.exec_driver_sql(sql.replace("%", "%%"))
        connection.exec_driver_sql(f"COMMENT ON TABLE {table} IS '{last}'")
    return True


def _noted(connection: Connection, table: str) -> str | None:
    """Return the step that was run last, None where the table is missing."""
    found = inspect(connection)
    if not found.has_table(table):
        return None
    return str(found.get_table_comment(table)["text"] or "")


def driver_address(url: str) -> str:
    """Return the address as the driver itself takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
