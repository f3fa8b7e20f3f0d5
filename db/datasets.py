"""Reading data sets, contestants and tags; removing a data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.response_counts import load_response_sizes
from db.tables import (
    ContestantRow,
    DatasetRow,
    JudgeRow,
    JudgmentRow,
    MatchTallyRow,
    PromptRow,
    PromptTagRow,
    ResponseRow,
)


@dataclass(frozen=True)
class DatasetSummary:
    """`n_matches` counts AI and recorded judges' matches, `n_votes` people's."""

    id: int
    name: str
    description: str
    is_invented: bool
    n_prompts: int
    n_contestants: int
    n_responses: int
    n_matches: int
    n_votes: int


@dataclass(frozen=True)
class TagCount:
    tag: str
    n_prompts: int


@dataclass(frozen=True)
class ContestantSummary:
    """`n_responses` counts the data set's responses that have a text."""

    id: int
    name: str
    model: str | None
    family: str | None
    n_responses: int


def list_datasets(session: Session) -> list[DatasetSummary]:
    prompts = _counts(session, select(PromptRow.dataset_id, func.count()).group_by(PromptRow.dataset_id))
    matches: dict[tuple[int, bool], int] = {}
    for dataset_id, kind, n in session.execute(
        select(MatchTallyRow.dataset_id, JudgeRow.kind, MatchTallyRow.n_matches).join(
            JudgeRow, JudgeRow.id == MatchTallyRow.judge_id
        )
    ):
        key = (dataset_id, kind == "human")
        matches[key] = matches.get(key, 0) + n
    rows = list(session.scalars(select(DatasetRow).order_by(DatasetRow.id)))
    sizes = {row.id: load_response_sizes(session, row.id) for row in rows}
    return [
        DatasetSummary(
            id=row.id,
            name=row.name,
            description=row.description,
            is_invented=row.is_invented,
            n_prompts=prompts.get(row.id, 0),
            n_contestants=len(sizes[row.id].contestant_ids),
            n_responses=sizes[row.id].n_responses,
            n_matches=matches.get((row.id, False), 0),
            n_votes=matches.get((row.id, True), 0),
        )
        for row in rows
    ]


def _counts(session: Session, query: Select[int, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in session.execute(query)}


def get_dataset_id(session: Session, name: str) -> int:
    """Raise NotFoundError, naming those that exist, when there is none of that name."""
    found = session.scalar(select(DatasetRow.id).where(DatasetRow.name == name))
    if found is None:
        names = sorted(session.scalars(select(DatasetRow.name)))
        there = f"There are: {', '.join(names)}." if names else "There are none yet; import one first."
        raise NotFoundError(f"No data set is called '{name}'. {there}")
    return found


def is_invented(session: Session, dataset_id: int | None) -> bool:
    """Whether what is shown rests on invented data: of this data set, or of any when None."""
    query = select(func.count()).select_from(DatasetRow).where(DatasetRow.is_invented)
    if dataset_id is not None:
        query = query.where(DatasetRow.id == dataset_id)
    return bool(session.scalar(query))


def list_tags(session: Session, dataset_id: int | None) -> list[TagCount]:
    query = select(PromptTagRow.tag, func.count()).group_by(PromptTagRow.tag).order_by(PromptTagRow.tag)
    if dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == PromptTagRow.prompt_id).where(
            PromptRow.dataset_id == dataset_id
        )
    return [TagCount(tag, n) for tag, n in session.execute(query)]


def list_contestants(session: Session, dataset_id: int | None) -> list[ContestantSummary]:
    """Return the contestants that have a response in the data set, or all, by name."""
    query = (
        select(
            ContestantRow.id,
            ContestantRow.name,
            ContestantRow.model,
            ContestantRow.family,
            func.count(ResponseRow.text_hash),
        )
        .join(ResponseRow, ResponseRow.contestant_id == ContestantRow.id)
        .group_by(ContestantRow.id)
        .order_by(ContestantRow.name)
    )
    if dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == ResponseRow.prompt_id).where(
            PromptRow.dataset_id == dataset_id
        )
    return [ContestantSummary(*row) for row in session.execute(query)]


def get_contestant_ids(session: Session, dataset_id: int, names: Sequence[str]) -> list[int]:
    """Raise NotFoundError, naming those that exist, when one of the names has no response there."""
    ids = load_response_sizes(session, dataset_id).contestant_ids
    query = select(ContestantRow.name, ContestantRow.id).where(ContestantRow.id.in_(ids))
    known = {row[0]: row[1] for row in session.execute(query)}
    missing = [name for name in names if name not in known]
    if missing:
        there = ", ".join(sorted(known)) or "none"
        raise NotFoundError(f"No responses of '{missing[0]}' in this data set. Contestants there: {there}.")
    return [known[name] for name in names]


def remove_dataset(session: Session, dataset_id: int) -> None:
    """Remove the data set with its prompts, responses, judgments, matches, votes and runs.

    Judges and contestants that nothing refers to any more go too; calls stay, for they were paid for.
    """
    session.execute(delete(DatasetRow).where(DatasetRow.id == dataset_id))
    used_judges = select(JudgmentRow.judge_id)
    session.execute(delete(JudgeRow).where(JudgeRow.id.not_in(used_judges)))
    used_contestants = select(ResponseRow.contestant_id)
    session.execute(delete(ContestantRow).where(ContestantRow.id.not_in(used_contestants)))


@dataclass(frozen=True)
class DatasetName:
    id: int
    name: str


def list_dataset_names(session: Session) -> list[DatasetName]:
    """Return names without counting anything."""
    query = select(DatasetRow.id, DatasetRow.name).order_by(DatasetRow.id)
    return [DatasetName(*row) for row in session.execute(query)]
