"""Reading numbers by the million: a table of them, no Python object a row."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Double, Select, cast, literal_column
from sqlalchemy.orm import Session

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_SQL_TYPES: dict[str, type[BigInteger | Double[float]]] = {"i": BigInteger, "f": Double}


def read_integers(session: Session, query: Select[*tuple[Any, ...]]) -> list[NDArray[np.int64]]:
    """Return each selected column as an array of shape (n_rows,); no column may hold NULL."""
    return _columns(_read(session, query, np.dtype(np.int64)))


def pack(high: Any, low: Any) -> Any:
    """Make one number of two columns below 2**31: at millions of rows Python's objects cost most."""
    return high * literal_column("4294967296", BigInteger) + low


def unpack(packed: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what was packed."""
    return packed >> 32, packed & 0xFFFFFFFF


def read_numbers(session: Session, query: Select[*tuple[Any, ...]]) -> list[NDArray[np.float64]]:
    """Do the same for columns of any numbers; whole ones are exact up to 2**53."""
    return _columns(_read(session, query, np.dtype(np.float64)))


def _read(session: Session, query: Select[*tuple[Any, ...]], dtype: np.dtype[Any]) -> NDArray[Any]:
    if session.get_bind().dialect.name == "postgresql":
        return _copy_out(session, query, dtype)
    # The driver's own cursor, flattened in C: a row object a match would cost ten times as much.
    cursor: Any = session.connection().execute(query).cursor
    flat = np.fromiter(chain.from_iterable(cursor), dtype=dtype)
    return flat.reshape(-1, len(query.selected_columns))


def _columns(table: NDArray[Any]) -> list[NDArray[Any]]:
    return [np.ascontiguousarray(column) for column in table.T]


def _copy_out(session: Session, query: Select[*tuple[Any, ...]], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Read through PostgreSQL's binary COPY, whose rows all have one length where every value is 8 bytes.

    The format is "Binary Format" in the server's documentation of COPY: a count of fields, then each
    field's length and bytes, all in network order.
    """
    selected = list(query.selected_columns)
    wide = query.with_only_columns(*(cast(column, _SQL_TYPES[dtype.kind]) for column in selected))
    connection = session.connection()
    compiled = wide.compile(connection, compile_kwargs={"render_postcompile": True})
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY ({compiled}) TO STDOUT (FORMAT BINARY)", compiled.params) as copy:
        received = bytearray()
        for part in copy:
            received += part
    row = np.dtype([("n", ">i2"), ("fields", [("length", ">i4"), ("value", dtype.newbyteorder(">"))],
                                   (len(selected),))])  # fmt: skip
    start = len(_SIGNATURE)
    if received[:start] != _SIGNATURE or received[-2:] != _END or (len(received) - start - 2) % row.itemsize:
        raise ValueError("The server sent rows that are not all of numbers.")
    table = np.frombuffer(received, row, offset=start, count=(len(received) - start - 2) // row.itemsize)
    if (table["fields"]["length"] != 8).any():
        raise ValueError("The server sent a missing value where a number was asked for.")
    return np.asarray(table["fields"]["value"]).astype(dtype)
