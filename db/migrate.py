"""Bringing a database to this version's schema, and refusing one that comes from the future."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db.engine import Database, reachable
from db.errors import DatabaseUnreachableError, SchemaError, without_password
from db.postgres import Turn, sort_texts_by_bytes, wait_for
from db.tables import Base
from db.triggers import make_triggers

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> bool:
    """Create or upgrade the schema; return True when anything changed.

    Raises
    ------
    SchemaError
        If the database was written by a newer Evenhand.
    DatabaseUnreachableError
        If the file's folder does not exist and cannot be made.
    """
    path = database.path
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = f"its folder cannot be made ({error.strerror})"
            raise DatabaseUnreachableError(database.url, why) from error
    head = _head()
    with reachable(database.url), database.reader.connect() as connection:
        # Reading first: a database that is up to date opens while somebody else writes.
        if _revision(connection) == head:
            return False
    with reachable(database.url), schema_transaction(database) as connection:
        before = _revision(connection)
        if before == head:
            return False
        create_schema(connection, database.url)
    return True


def create_schema(connection: Connection, url: str) -> None:
    """Create or upgrade the tables within the caller's `schema_transaction`."""
    _refuse_unknown(_revision(connection), url)
    command.upgrade(_config(connection), "head")
    make_triggers(connection)
    if connection.dialect.name == "postgresql":
        sort_texts_by_bytes(connection, Base.metadata.tables)


@contextmanager
def schema_transaction(database: Database) -> Iterator[Connection]:
    """Open a transaction in which tables may be rebuilt; a migration that fails leaves nothing behind."""
    with database.writer.connect() as connection:
        if not database.is_sqlite:
            with connection.begin():
                wait_for(connection, Turn.SHORT)
                yield connection
            return
        # Alembic changes an SQLite table by copying and dropping it; with foreign keys on, the drop takes
        # along every row that refers to it. The switch is deaf inside a transaction, so it comes before.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if orphan is not None:
                    raise SchemaError(
                        f"The upgrade would leave rows of '{orphan[0]}' without the '{orphan[2]}' they belong"
                        " to. Nothing was changed."
                    )
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def check_schema(database: Database) -> None:
    """Raise SchemaError unless the schema is exactly this version's."""
    with reachable(database.url), database.reader.connect() as connection:
        revision = _revision(connection)
    if revision is None:
        raise SchemaError(
            f"The database {without_password(database.url)} is empty. Run: python -m arena init"
        )
    _refuse_unknown(revision, database.url)
    if revision != _head():
        raise SchemaError(
            f"The database {without_password(database.url)} is of an older version. Run: python -m arena init"
        )


def make_revision(database: Database, message: str) -> None:
    """Write the migration from the database's present schema to the tables as they stand in code."""
    with database.writer.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@cache
def _revisions(folder: Path) -> tuple[str, ...]:
    """Return every revision, the newest first; a process keeps those it began with."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


def _head() -> str:
    revisions = _revisions(MIGRATIONS)
    if not revisions:
        raise SchemaError("There are no migrations; the installation is incomplete.")
    return revisions[0]


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(revision: str | None, url: str) -> None:
    if revision is not None and revision not in _revisions(MIGRATIONS):
        raise SchemaError(
            f"The database {without_password(url)} was written by a newer Evenhand (schema {revision})."
            " Update this installation, or use another database."
        )
