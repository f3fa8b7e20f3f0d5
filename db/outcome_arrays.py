"""Outcomes expected from the probabilities that a judge's model gave, two a match at most.

A tally that the database keeps (`db.triggers`) grows with every one that comes, goes or changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from db.arrays import read_numbers
from db.kept_arrays import list_stamps, load_block
from db.response_arrays import count_changes
from db.tables import JudgmentRow

SUBJECT: Final = "outcomes"


@dataclass(frozen=True)
class ExpectedOutcomes:
    """Outcome of `a` expected from the menu's probabilities: one row a judgment where it is known."""

    match_id: NDArray[Any]
    is_ab: NDArray[np.bool_]
    outcome: NDArray[np.float64]

    def take(self, rows: NDArray[Any]) -> ExpectedOutcomes:
        return ExpectedOutcomes(self.match_id[rows], self.is_ab[rows], self.outcome[rows])


def count_outcome_changes(session: Session) -> int:
    """Return a number that grows with every outcome of a match that comes, goes or changes."""
    return count_changes(session, "outcome")


def load_expected_outcomes(
    session: Session, dataset_id: int | None, judge_ids: Sequence[int]
) -> list[ExpectedOutcomes]:
    """Return those of these judges in the data set (None: all), and perhaps of its judges in others too."""
    found, n_changes = [], count_outcome_changes(session)
    rest = list(judge_ids)
    for stamp in [] if dataset_id is None else list_stamps(session, SUBJECT, dataset_id):
        if stamp.judge_id not in rest or stamp.n_changes != n_changes:
            continue
        columns = load_block(session, stamp)
        if columns is not None and set(columns) == set(ExpectedOutcomes.__dataclass_fields__):
            found.append(ExpectedOutcomes(**{**columns, "is_ab": columns["is_ab"].astype(bool)}))
            rest.remove(stamp.judge_id)
    return [*found, read_expected_outcomes(session, rest)] if rest else found


def read_expected_outcomes(session: Session, judge_ids: Sequence[int]) -> ExpectedOutcomes:
    """Read all of these judges; looking up the matches of a scope one by one would take ten times as long."""
    is_ab = case((JudgmentRow.shown_order == "ab", 1), else_=0)
    query = select(JudgmentRow.match_id * 2 + is_ab, JudgmentRow.expected_outcome).where(
        JudgmentRow.judge_id.in_(judge_ids), *_known()
    )
    orders, outcome = read_numbers(session, query)
    order = orders.astype(np.int64)
    return ExpectedOutcomes(order >> 1, (order & 1).astype(bool), outcome)


def has_outcomes(session: Session, judge_id: int) -> bool:
    query = select(JudgmentRow.id).where(JudgmentRow.judge_id == judge_id, *_known())
    return session.scalar(query.limit(1)) is not None


def to_columns(outcomes: ExpectedOutcomes) -> dict[str, NDArray[Any]]:
    columns = {name: getattr(outcomes, name) for name in ExpectedOutcomes.__dataclass_fields__}
    return {**columns, "is_ab": outcomes.is_ab.astype(np.int8)}


def _known() -> list[ColumnElement[bool]]:
    return [JudgmentRow.match_id.is_not(None), JudgmentRow.expected_outcome.is_not(None)]
