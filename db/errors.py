"""What can go wrong with the database.

DatabaseError
+-- DatabaseUrlError            the address is wrong: mend it
+-- DatabaseUnreachableError    the server or file did not answer: trying again may help
+-- SchemaError                 the schema is of another version: upgrade one of the two
+-- ImportConflictError         others wrote meanwhile what an import adds or rests on: import again
+-- MoveError                   the target of a move cannot take it; it is left as it was
+-- NotFoundError               no such dataset, judge, contestant, run or match
"""

from __future__ import annotations

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class DatabaseError(Exception):
    """Base of everything this room raises."""


class DatabaseUrlError(DatabaseError):
    def __init__(self, url: str) -> None:
        super().__init__(
            f"'{without_password(url)}' is no database address. Give sqlite:///FILE or postgresql://..."
        )


class DatabaseUnreachableError(DatabaseError):
    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"The database {without_password(url)} did not do what was asked: {why.strip()}")


class SchemaError(DatabaseError):
    pass


class ImportConflictError(DatabaseError):
    pass


class MoveError(DatabaseError):
    pass


class NotFoundError(DatabaseError):
    pass


def without_password(url: str) -> str:
    """Return the URL as it may be shown."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "(unreadable address)"
