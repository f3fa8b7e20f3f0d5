"""The matches of a large data set as blocks in the database, which are read first.

`db.keeping` writes them. `db.match_arrays` begins with the blocks whose tally still stands and reads
the newer matches behind them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from db.kept_arrays import KeptStamp, list_stamps, load_block
from db.packed_matches import StoredMatches
from db.tables import MatchTallyRow

SUBJECT: Final = "matches"
_SMALL: Final = ("verdict_ab", "verdict_ba", "n_orders", "reason")
_STORED: Final = tuple(name for name in StoredMatches.__dataclass_fields__ if name != "judge_id")


def read_blocks(
    session: Session, dataset_id: int, tally: dict[int, MatchTallyRow]
) -> Iterator[tuple[KeptStamp, StoredMatches]]:
    """Give each judge's matches up to the stamp's `last_id`, unless one of them has changed since."""
    for stamp in list_stamps(session, SUBJECT, dataset_id):
        row = tally.get(stamp.judge_id)
        if row is None or row.n_changes != stamp.n_changes:
            continue
        columns = load_block(session, stamp)
        if columns is not None and set(columns) == set(_STORED):
            yield stamp, _from_columns(columns, stamp)


def to_columns(matches: StoredMatches) -> dict[str, NDArray[Any]]:
    return {name: getattr(matches, name) for name in _STORED}


def _from_columns(columns: dict[str, NDArray[Any]], stamp: KeptStamp) -> StoredMatches:
    arrays = {
        name: column.astype(np.int8 if name in _SMALL else np.int32) for name, column in columns.items()
    }
    return StoredMatches(judge_id=np.full(stamp.n_rows, stamp.judge_id, dtype=np.int32), **arrays)
