"""Copies of long columns, kept in the database as one block each: read in milliseconds, not row by row.

A block says which state it copies: how many changes the database's own tally (`db.triggers`) had counted,
how many rows there were and the newest id. Whoever reads one compares; a block out of date does no harm, and
all of them may be deleted at any time. They lie in the database: a file beside it might belong to another.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db.tables import KeptArraysRow

VERSION: Final = 1
"""Of what the blocks hold; blocks of another version are not read."""


@dataclass(frozen=True)
class KeptStamp:
    """Which block, and of which state. `judge_id` is 0 where a block is of a whole data set."""

    subject: str
    dataset_id: int
    judge_id: int
    n_changes: int
    n_rows: int
    last_id: int


def list_stamps(session: Session, subject: str, dataset_id: int) -> list[KeptStamp]:
    """Return what is kept, without reading it."""
    columns = [getattr(KeptArraysRow, name) for name in KeptStamp.__dataclass_fields__]
    query = select(*columns).where(
        KeptArraysRow.subject == subject,
        KeptArraysRow.dataset_id == dataset_id,
        KeptArraysRow.version == VERSION,
    )
    return [KeptStamp(*row) for row in session.execute(query.order_by(KeptArraysRow.judge_id))]


def load_block(session: Session, stamp: KeptStamp) -> dict[str, NDArray[Any]] | None:
    """Return the columns by name, each of shape (n_rows,); None for a block that cannot be read."""
    content = session.scalar(
        select(KeptArraysRow.content).where(
            KeptArraysRow.subject == stamp.subject,
            KeptArraysRow.dataset_id == stamp.dataset_id,
            KeptArraysRow.judge_id == stamp.judge_id,
        )
    )
    if content is None:
        return None
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:  # it checks each column's CRC
            columns = {name: archive[name] for name in archive.files}
    except (EOFError, OSError, ValueError, zipfile.BadZipFile):
        return None
    if any(column.shape != (stamp.n_rows,) for column in columns.values()):
        return None
    return columns


def to_block(columns: Mapping[str, NDArray[Any]]) -> bytes:
    """Write columns in as few bytes a number as their largest value needs."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{name: _narrow(column) for name, column in columns.items()})
    return buffer.getvalue()


def _narrow(column: NDArray[Any]) -> NDArray[Any]:
    if column.dtype.kind == "f" or not len(column):
        return column
    low, high = int(column.min()), int(column.max())
    return column.astype(np.result_type(np.min_scalar_type(low), np.min_scalar_type(high)))


def replace_blocks(
    session: Session, subject: str, dataset_id: int, blocks: Iterable[tuple[KeptStamp, bytes]]
) -> None:
    """Keep these and nothing else of the subject in the data set."""
    session.execute(
        delete(KeptArraysRow).where(KeptArraysRow.subject == subject, KeptArraysRow.dataset_id == dataset_id)
    )
    for stamp, content in blocks:
        values = {name: getattr(stamp, name) for name in KeptStamp.__dataclass_fields__}
        session.execute(insert(KeptArraysRow).values(**values, version=VERSION, content=content))
