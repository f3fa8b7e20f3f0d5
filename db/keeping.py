"""Writing copies of long columns (`db.kept_arrays`): for a process that writes anyway, while it is idle."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import Database
from db.kept_arrays import KeptStamp, list_stamps, replace_blocks, to_block
from db.kept_matches import SUBJECT, to_columns
from db.match_arrays import read_tally, read_whole
from db.tables import DatasetRow

MIN_ROWS: Final = 50_000
"""A smaller data set is read from its rows in less than a tenth of a second."""
MISSING_SHARE: Final = 0.05
"""Up to this share of a data set is read behind its copies; with more missing they are written anew."""


def keep_arrays(database: Database) -> int:
    """Bring the copies of large data sets up to date where a share is missing; return how many were written.

    The rows are read outside the transaction that writes: a copy says of which state it is.
    """
    with database.read() as session:
        datasets = session.scalars(select(DatasetRow.id)).all()
    return sum(_keep_matches(database, dataset_id) for dataset_id in datasets)


def _keep_matches(database: Database, dataset_id: int) -> bool:
    with database.read() as session:
        if not _are_matches_missing(session, dataset_id):
            return False
        whole = read_whole(session, dataset_id)
    blocks = []
    for judge_id, part in whole.parts.items():
        n_rows = len(part.matches)
        stamp = KeptStamp(SUBJECT, dataset_id, judge_id, part.n_changes, n_rows, whole.last_match_id)
        blocks.append((stamp, to_block(to_columns(part.matches))))
    with database.write() as session:
        if session.get(DatasetRow, dataset_id) is None:
            return False
        replace_blocks(session, SUBJECT, dataset_id, blocks)
    return True


def _are_matches_missing(session: Session, dataset_id: int) -> bool:
    tally = read_tally(session, dataset_id)
    n_rows = sum(row.n_matches for row in tally.values())
    n_kept = sum(
        stamp.n_rows
        for stamp in list_stamps(session, SUBJECT, dataset_id)
        if stamp.judge_id in tally and tally[stamp.judge_id].n_changes == stamp.n_changes
    )
    return n_rows >= MIN_ROWS and n_kept < (1 - MISSING_SHARE) * n_rows
