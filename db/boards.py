"""Matches as arrays, for ranking and for counting: one row a match, integers instead of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.match_arrays import MatchScope, count_pairs_by_judge, load_matches
from db.packed_matches import VERDICT_CODES, StoredMatches
from db.response_arrays import ContestantFacts, StyleArrays, load_contestant_facts, load_style_arrays
from db.tables import (
    JudgeRow,
    JudgmentRow,
    VoteRow,
)

__all__ = [
    "VERDICT_CODES",
    "ContestantFacts",
    "MatchScope",
    "StyleArrays",
    "load_contestant_facts",
    "load_style_arrays",
]


@dataclass(frozen=True, eq=False)
class MatchArrays:
    """Scored matches, each array of shape (n_matches,), in the order in which they were stored.

    `verdict_ab` and `verdict_ba` hold VERDICT_CODES. `contestant_a` and `contestant_b` are database ids.
    """

    match_id: NDArray[np.int64]
    prompt_id: NDArray[np.int64]
    contestant_a: NDArray[np.int64]
    contestant_b: NDArray[np.int64]
    response_a: NDArray[np.int64]
    response_b: NDArray[np.int64]
    judge_id: NDArray[np.int64]
    verdict_ab: NDArray[np.int64]
    verdict_ba: NDArray[np.int64]
    n_orders: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.match_id)


def load_match_arrays(session: Session, scope: MatchScope) -> MatchArrays:
    return scored_of(load_matches(session, scope))


def scored_of(matches: StoredMatches) -> MatchArrays:
    """Leave out the unscored ones."""
    scored = slice(None) if not matches.reason.any() else np.flatnonzero(matches.reason == 0)
    return MatchArrays(*(getattr(matches, name)[scored] for name in MatchArrays.__dataclass_fields__))


def load_vote_probabilities(session: Session, match_ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the chance with which each vote's pair was picked, in the order of the ids; NaN = unknown."""
    query = (
        select(JudgmentRow.match_id, VoteRow.pick_probability)
        .join(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .where(VoteRow.pick_probability.is_not(None))
        .order_by(VoteRow.judgment_id)  # from the votes, which are few, not from the judgments
    )
    known = {row[0]: row[1] for row in session.execute(query)}
    return np.array([known.get(int(match_id), np.nan) for match_id in match_ids], dtype=np.float64)


@dataclass(frozen=True)
class PairCount:
    """Matches, scored or not, of one judge version between two contestants (database ids)."""

    judge_id: int
    kind: str
    contestant_a: int
    contestant_b: int
    n: int


def count_pairs(session: Session, dataset_id: int | None, tags: Sequence[str] = ()) -> list[PairCount]:
    """Count by judge and pair, in the order of the judges' ids."""
    judges = select(JudgeRow.id, JudgeRow.kind).order_by(JudgeRow.id)
    kinds = {row[0]: row[1] for row in session.execute(judges)}
    counts = count_pairs_by_judge(session, dataset_id, tuple(kinds), tuple(tags))
    return [
        PairCount(judge_id, kinds[judge_id], a, b, n)
        for judge_id, pairs in counts.items()
        for (a, b), n in pairs.items()
    ]
