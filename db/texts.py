"""Texts that both databases keep as they are.

PostgreSQL takes no NUL character, and neither driver takes half of a surrogate pair. Imports refuse a row
that holds one; what a model answered was paid for and is kept, with `␀` and `�` in the place of what cannot
be. JSON columns keep both as escapes.
"""

from __future__ import annotations

import re

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

_SURROGATE = re.compile("[\ud800-\udfff]")


def keep(value: str) -> str:
    """Return the text as it is stored."""
    if "\x00" in value:
        value = value.replace("\x00", "\u2400")
    return value if value.isascii() else _SURROGATE.sub("\ufffd", value)


BYTE_TEXT = String().with_variant(String(collation="C"), "postgresql")
"""What JSON is cast to for searching: letters beyond ASCII keep their case, as in SQLite."""


class StoredText(TypeDecorator[str]):
    """A text of any length, mended on the way in."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None else keep(value)
