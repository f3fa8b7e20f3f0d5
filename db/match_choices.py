"""What lists of matches can be filtered by, asked so that nothing is counted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db.response_counts import load_response_sizes
from db.tables import ContestantRow, DatasetRow, JudgeRow, MatchRow, PromptRow, ResponseRow


@dataclass(frozen=True)
class ListedDataset:
    id: int
    name: str
    is_invented: bool
    has_responses: bool
    has_matches: bool


def list_listed_datasets(session: Session) -> list[ListedDataset]:
    """Return all, in the order in which they came."""
    responses = (
        select(ResponseRow.id)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == DatasetRow.id)
    )
    matches = select(MatchRow.id).where(MatchRow.dataset_id == DatasetRow.id)
    query = select(
        DatasetRow.id, DatasetRow.name, DatasetRow.is_invented, exists(responses), exists(matches)
    ).order_by(DatasetRow.id)
    return [ListedDataset(*row) for row in session.execute(query)]


def find_judges(session: Session, dataset_id: int) -> set[int]:
    """Return the judges with a match in the dataset; one look into an index for each judge."""
    matches = select(MatchRow.id).where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id == JudgeRow.id)
    return set(session.scalars(select(JudgeRow.id).where(exists(matches))))


def list_contestant_names(session: Session, dataset_id: int) -> list[str]:
    """Return the contestants with a response in the dataset, failed ones included."""
    there = load_response_sizes(session, dataset_id).contestant_ids
    query = select(ContestantRow.name).where(ContestantRow.id.in_(there)).order_by(ContestantRow.name)
    return list(session.scalars(query))
