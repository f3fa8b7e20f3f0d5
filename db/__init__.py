"""The database: tables, sessions, queries and migrations. SQLAlchemy is imported only here.

Functions take a session from `Database.read()` or `Database.write()` and return frozen dataclasses, plain
values or arrays, never rows of the ORM.
"""

from sqlalchemy.orm import Session

from db.engine import Database, open_database
from db.errors import (
    DatabaseError,
    DatabaseUnreachableError,
    DatabaseUrlError,
    ImportConflictError,
    NotFoundError,
    SchemaError,
)
from db.migrate import check_schema, upgrade
from db.tables import utc_now

__all__ = [
    "Database",
    "DatabaseError",
    "DatabaseUnreachableError",
    "DatabaseUrlError",
    "ImportConflictError",
    "NotFoundError",
    "SchemaError",
    "Session",
    "check_schema",
    "open_database",
    "upgrade",
    "utc_now",
]
