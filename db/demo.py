"""The demo in the database: finding it, marking it as invented, and taking out it and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.runs import ACTIVE_STATES
from db.tables import (
    BallotRow,
    ContestantRow,
    DatasetRow,
    JudgeRow,
    JudgmentRow,
    LabRunRow,
    MatchRow,
    PromptRow,
    ResponseRow,
    RubricRow,
    RunRow,
    VoteRow,
)

KEPT_KINDS = ("model",)
"""Judges of these kinds stay when the data they judged goes: somebody set them up."""


@dataclass(frozen=True)
class StoredDemo:
    """What the data set of the demo's name holds. `n_foreign` counts responses of another source."""

    dataset_id: int
    is_invented: bool
    n_prompts: int
    n_responses: int
    n_foreign: int
    n_matches: int
    n_votes: int
    n_other_votes: int
    n_runs: int
    n_active_runs: int


def get_demo(session: Session, name: str, *, source: str, pick_rule: str) -> StoredDemo | None:
    """Count what is there; votes that were not picked by the demo's own rule are counted apart."""
    row = session.scalar(select(DatasetRow).where(DatasetRow.name == name))
    if row is None:
        return None
    responses = (
        select(ResponseRow.source, func.count())
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == row.id)
        .group_by(ResponseRow.source)
    )
    n_responses = {row[0]: int(row[1]) for row in session.execute(responses)}
    votes = (
        select(VoteRow.pick_rule, func.count())
        .join(JudgmentRow, JudgmentRow.id == VoteRow.judgment_id)
        .join(MatchRow, MatchRow.id == JudgmentRow.match_id)
        .join(JudgeRow, JudgeRow.id == MatchRow.judge_id)
        .where(MatchRow.dataset_id == row.id, JudgeRow.kind == "human")
        .group_by(VoteRow.pick_rule)
    )
    n_votes = {row[0]: int(row[1]) for row in session.execute(votes)}
    states = list(session.scalars(select(RunRow.state).where(RunRow.dataset_id == row.id)))
    return StoredDemo(
        dataset_id=row.id,
        is_invented=row.is_invented,
        n_prompts=session.scalar(select(func.count()).where(PromptRow.dataset_id == row.id)) or 0,
        n_responses=sum(n_responses.values()),
        n_foreign=sum(n_responses.values()) - n_responses.get(source, 0),
        n_matches=session.scalar(select(func.count()).where(MatchRow.dataset_id == row.id)) or 0,
        n_votes=sum(n_votes.values()),
        n_other_votes=sum(n_votes.values()) - n_votes.get(pick_rule, 0),
        n_runs=len(states),
        n_active_runs=sum(state in ACTIVE_STATES for state in states),
    )


def add_invented_dataset(session: Session, name: str, description: str) -> int:
    row = DatasetRow(name=name, description=description, is_invented=True)
    session.add(row)
    session.flush()
    return row.id


def list_taken_names(session: Session, names: Iterable[str]) -> list[str]:
    """Return which of these names contestants have already."""
    query = select(ContestantRow.name).where(ContestantRow.name.in_(list(names))).order_by(ContestantRow.id)
    return list(session.scalars(query))


def remove_invented_dataset(session: Session, dataset_id: int) -> None:
    """Remove the data set, then the contestants, judges and rubrics that only it had given work.

    Models that somebody set up as judges stay, and so do calls that were paid for.
    """
    prompts = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id)
    judge_ids = set(
        session.scalars(select(JudgmentRow.judge_id).where(JudgmentRow.prompt_id.in_(prompts)).distinct())
    )
    judge_ids |= set(
        session.scalars(select(BallotRow.judge_id).where(BallotRow.dataset_id == dataset_id).distinct())
    )
    judge_ids |= set(
        session.scalars(select(RunRow.judge_id).where(RunRow.dataset_id == dataset_id).distinct())
    )
    judge_ids |= set(
        session.scalars(select(LabRunRow.judge_id).where(LabRunRow.dataset_id == dataset_id).distinct())
    )
    contestant_ids = set(
        session.scalars(
            select(ResponseRow.contestant_id).where(ResponseRow.prompt_id.in_(prompts)).distinct()
        )
    )
    # Children first, each in one pass: their foreign keys have no index of their own.
    session.execute(delete(JudgmentRow).where(JudgmentRow.prompt_id.in_(prompts)))
    session.execute(delete(MatchRow).where(MatchRow.dataset_id == dataset_id))
    session.execute(delete(DatasetRow).where(DatasetRow.id == dataset_id))
    _remove_idle_judges(session, judge_ids)
    busy = select(ResponseRow.contestant_id)
    session.execute(
        delete(ContestantRow).where(ContestantRow.id.in_(contestant_ids), ContestantRow.id.not_in(busy))
    )


def _remove_idle_judges(session: Session, judge_ids: set[int]) -> None:
    busy = select(JudgmentRow.judge_id).union(
        select(MatchRow.judge_id),
        select(BallotRow.judge_id),
        select(RunRow.judge_id),
        select(LabRunRow.judge_id),
    )
    idle = list(
        session.scalars(
            select(JudgeRow).where(
                JudgeRow.id.in_(judge_ids), JudgeRow.kind.not_in(KEPT_KINDS), JudgeRow.id.not_in(busy)
            )
        )
    )
    rubric_ids = {judge.rubric_id for judge in idle if judge.rubric_id is not None}
    session.execute(delete(JudgeRow).where(JudgeRow.id.in_([judge.id for judge in idle])))
    used = select(JudgeRow.rubric_id).where(JudgeRow.rubric_id.is_not(None))
    session.execute(delete(RubricRow).where(RubricRow.id.in_(rubric_ids), RubricRow.id.not_in(used)))
