"""Pointwise levels and recorded scores as arrays, for ranking by their mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.match_arrays import MatchScope
from db.tables import GradeRow, JudgmentRow, PromptRow, PromptTagRow, ResponseRow


@dataclass(frozen=True)
class GradeArrays:
    """Pointwise levels or recorded scores: one row a graded criterion of a response."""

    contestant: NDArray[np.int64]
    prompt_id: NDArray[np.int64]
    judge_id: NDArray[np.int64]
    value: NDArray[np.float64]
    criterion: tuple[str, ...]


def load_grade_arrays(session: Session, scope: MatchScope) -> GradeArrays:
    """Load rubric levels and recorded scores of pointwise judgments; a judge has one kind of them."""
    query = (
        select(
            ResponseRow.contestant_id,
            JudgmentRow.prompt_id,
            JudgmentRow.judge_id,
            func.coalesce(GradeRow.level, GradeRow.score),
            GradeRow.criterion,
        )
        .join(JudgmentRow, JudgmentRow.id == GradeRow.judgment_id)
        .join(ResponseRow, ResponseRow.id == GradeRow.response_id)
        .where(JudgmentRow.response_second_id.is_(None), JudgmentRow.judge_id.in_(scope.judge_ids))
        .order_by(GradeRow.id)
    )
    if scope.dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == JudgmentRow.prompt_id).where(
            PromptRow.dataset_id == scope.dataset_id
        )
    if scope.tags:
        tagged = select(PromptTagRow.prompt_id).where(PromptTagRow.tag.in_(scope.tags))
        query = query.where(JudgmentRow.prompt_id.in_(tagged))
    rows = session.execute(query).fetchall()
    return GradeArrays(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.int64),
        np.array([row[3] for row in rows], dtype=np.float64),
        tuple(row[4] for row in rows),
    )


def count_graded_by_judge(session: Session, dataset_id: int | None) -> dict[int, int]:
    """Count finished pointwise judgments by judge id."""
    query = (
        select(JudgmentRow.judge_id, func.count())
        .where(JudgmentRow.response_second_id.is_(None), JudgmentRow.state != "planned")
        .group_by(JudgmentRow.judge_id)
    )
    if dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == JudgmentRow.prompt_id).where(
            PromptRow.dataset_id == dataset_id
        )
    return {row[0]: row[1] for row in session.execute(query)}
