"""Writing copies of long columns (`db.kept_arrays`): for a process that writes anyway, while it is idle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import ballots, outcome_arrays, prompt_costs, response_arrays
from db.engine import Database
from db.kept_arrays import KeptStamp, list_stamps, replace_blocks, to_block
from db.kept_matches import SUBJECT, to_columns
from db.match_arrays import read_tally, read_whole
from db.response_arrays import StyleArrays
from db.tables import DatasetRow, JudgeRow

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
    n_written = 0
    for dataset_id in datasets:
        for keep in (_keep_matches, _keep_costs, _keep_outcomes, _keep_of_responses):
            n_written += keep(database, dataset_id)
    return n_written


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
    return _replace(database, SUBJECT, dataset_id, blocks)


def _replace(
    database: Database, subject: str, dataset_id: int, blocks: Sequence[tuple[KeptStamp, bytes]]
) -> bool:
    with database.write() as session:
        if session.get(DatasetRow, dataset_id) is None:
            return False
        replace_blocks(session, subject, dataset_id, blocks)
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


def _keep_costs(database: Database, dataset_id: int) -> bool:
    """Copy what the judges that call models cost, where a share of their matches is missing."""
    blocks = []
    with database.read() as session:
        callers = session.scalars(select(JudgeRow.id).where(JudgeRow.kind.not_in(("builtin", "human")))).all()
        tally = read_tally(session, dataset_id)
        asked = [one for one in callers if one in tally and tally[one].n_matches >= MIN_ROWS]
        least = {one: (1 - MISSING_SHARE) * tally[one].n_matches for one in asked}
        if all(prompt_costs.count_copied(session, tally[one]) >= least[one] for one in asked):
            return False
        parts = read_whole(session, dataset_id).parts
        for judge_id in asked:
            part = parts[judge_id]
            columns = prompt_costs.sum_costs(session, dataset_id, judge_id, part).columns()
            last_id = int(part.matches.match_id[-1])
            n_rows = len(columns["prompt_id"])
            stamp = KeptStamp(prompt_costs.SUBJECT, dataset_id, judge_id, part.n_changes, n_rows, last_id)
            blocks.append((stamp, to_block(columns)))
    return _replace(database, prompt_costs.SUBJECT, dataset_id, blocks)


def _keep_outcomes(database: Database, dataset_id: int) -> bool:
    """Copy the expected outcomes of the judges that have many; one that changes makes all be read anew."""
    blocks = []
    with database.read() as session:
        n_changes = outcome_arrays.count_outcome_changes(session)
        tally = read_tally(session, dataset_id)
        judges = [judge_id for judge_id, row in tally.items() if row.n_matches >= MIN_ROWS]
        judges = [judge_id for judge_id in judges if outcome_arrays.has_outcomes(session, judge_id)]
        stamps = list_stamps(session, outcome_arrays.SUBJECT, dataset_id)
        if {one.judge_id for one in stamps if one.n_changes == n_changes} >= set(judges):
            return False
        parts = read_whole(session, dataset_id).parts if judges else {}
        for judge_id in judges:
            match_ids = parts[judge_id].matches.match_id
            outcomes = outcome_arrays.read_expected_outcomes(session, [judge_id])
            outcomes = outcomes.take(np.flatnonzero(np.isin(outcomes.match_id, match_ids)))
            stamp = KeptStamp(
                outcome_arrays.SUBJECT, dataset_id, judge_id, n_changes, len(outcomes.match_id), 0
            )
            blocks.append((stamp, to_block(outcome_arrays.to_columns(outcomes))))
    return _replace(database, outcome_arrays.SUBJECT, dataset_id, blocks)


def _keep_of_responses(database: Database, dataset_id: int) -> bool:
    """Copy averages, styles, counts by prompt; any response that changes makes all be read anew."""
    with database.read() as session:
        n_changes = response_arrays.count_changes(session)
        n_matches = sum(row.n_matches for row in read_tally(session, dataset_id).values())
        subjects = (ballots.GROUPS, response_arrays.STYLE)
        stamps = [stamp for subject in subjects for stamp in list_stamps(session, subject, dataset_id)]
        if n_matches < MIN_ROWS or [one.n_changes for one in stamps] == [n_changes] * len(subjects):
            return False
        style = response_arrays.read_style(session, dataset_id)
        means = response_arrays.means_to_columns(response_arrays.read_means(session, dataset_id))
        groups = ballots.read_groups(session, dataset_id)
    columns = {name: getattr(style, name) for name in StyleArrays.__dataclass_fields__}
    blocks = {response_arrays.FACTS: means, ballots.GROUPS: vars(groups), response_arrays.STYLE: columns}
    for subject, block in blocks.items():
        n_rows = len(next(iter(block.values())))
        stamp = KeptStamp(subject, dataset_id, 0, n_changes, n_rows, 0)
        _replace(database, subject, dataset_id, [(stamp, to_block(block))])
    return True
