"""Rubrics that people made: one row a version, which no judge may find changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.tables import JudgeRow, RubricRow


@dataclass(frozen=True)
class StoredRubric:
    """`body` rebuilds the rubric of `judge/`; `n_judges` judge versions use it."""

    id: int
    name: str
    version: str
    body: dict[str, Any]
    n_judges: int
    created_at: datetime


def list_rubrics(session: Session) -> list[StoredRubric]:
    """Return every version, oldest first."""
    query = (
        select(RubricRow, func.count(JudgeRow.id))
        .outerjoin(JudgeRow, JudgeRow.rubric_id == RubricRow.id)
        .group_by(RubricRow.id)
        .order_by(RubricRow.id)
    )
    return [
        StoredRubric(row.id, row.name, row.version, row.body, n_judges, row.created_at)
        for row, n_judges in session.execute(query)
    ]


def save_rubric(session: Session, name: str, version: str, body: dict[str, Any]) -> int:
    """Return the id of this rubric version, storing it where it is new."""
    found = session.scalar(select(RubricRow.id).where(RubricRow.name == name, RubricRow.version == version))
    if found is not None:
        return found
    row = RubricRow(name=name, version=version, body=body)
    session.add(row)
    session.flush()
    return row.id


def delete_unused_rubrics(session: Session, rubric_ids: Sequence[int]) -> int:
    """Remove those of the given versions that no judge uses; return how many."""
    used = select(JudgeRow.rubric_id).where(JudgeRow.rubric_id.is_not(None))
    unused = list(
        session.scalars(select(RubricRow.id).where(RubricRow.id.in_(rubric_ids), RubricRow.id.not_in(used)))
    )
    session.execute(delete(RubricRow).where(RubricRow.id.in_(unused)))
    return len(unused)
