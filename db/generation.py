"""Generations: which responses are missing, the contestants that are asked, saving what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.tables import (
    ContestantRow,
    GenerationRow,
    PromptRow,
    PromptTagRow,
    ResponseRow,
    utc_now,
)


@dataclass(frozen=True)
class StoredContestant:
    """What is asked; `model` is None for one that only came from a file."""

    id: int
    name: str
    model: str | None
    api_base: str | None
    parameters: dict[str, Any]
    system_prompt: str | None
    input_usd_per_million: float | None
    output_usd_per_million: float | None


@dataclass(frozen=True)
class NewContestant:
    name: str
    model: str
    family: str | None
    api_base: str | None
    parameters: dict[str, Any]
    system_prompt: str | None
    input_usd_per_million: float | None
    output_usd_per_million: float | None


@dataclass(frozen=True)
class StoredGeneration:
    id: int
    dataset_id: int
    state: str
    wanted: str
    stop_reason: str | None
    plan: dict[str, Any]
    n_planned: int
    n_ready: int
    n_failed: int
    n_calls: int
    n_cached: int
    n_retries: int
    n_unpriced: int
    cost_usd: float
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Cell:
    """A stored response by its place, and how it stands."""

    prompt_id: int
    contestant_id: int
    sample_index: int
    state: str
    reason: str | None


@dataclass(frozen=True)
class PromptMessages:
    id: int
    messages: tuple[tuple[str, str], ...]
    """(role, content) each."""


def find_contestant(session: Session, name: str) -> StoredContestant | None:
    row = session.scalar(select(ContestantRow).where(ContestantRow.name == name))
    return None if row is None else to_contestant(row)


def get_contestants(session: Session, names: Sequence[str]) -> list[StoredContestant]:
    """Return them in the order of the names; raise NotFoundError, naming the first that is not there."""
    found = session.scalars(select(ContestantRow).where(ContestantRow.name.in_(names)))
    rows = {row.name: row for row in found}
    missing = [name for name in names if name not in rows]
    if missing:
        raise NotFoundError(f"There is no contestant '{missing[0]}'. To add it, write NAME=provider/model.")
    return [to_contestant(rows[name]) for name in names]


def to_contestant(row: ContestantRow) -> StoredContestant:
    return StoredContestant(**{name: getattr(row, name) for name in StoredContestant.__dataclass_fields__})


def save_contestant(session: Session, new: NewContestant) -> int:
    """Store a contestant, or give a model to one that came from a file without."""
    columns = {name: getattr(new, name) for name in NewContestant.__dataclass_fields__}
    found = session.scalar(select(ContestantRow).where(ContestantRow.name == new.name))
    if found is None:
        found = ContestantRow(**columns)
        session.add(found)
    else:
        for name, value in columns.items():
            setattr(found, name, value)
    session.flush()
    return found.id


def load_prompt_messages(session: Session, dataset_id: int, tags: Sequence[str]) -> list[PromptMessages]:
    """Return the prompts that have a text, by id; with tags, those that have one of them."""
    query = (
        select(PromptRow.id, PromptRow.messages)
        .where(PromptRow.dataset_id == dataset_id, PromptRow.messages.is_not(None))
        .order_by(PromptRow.id)
    )
    if tags:
        query = query.where(
            PromptRow.id.in_(select(PromptTagRow.prompt_id).where(PromptTagRow.tag.in_(tags)))
        )
    return [
        PromptMessages(row_id, tuple((message["role"], message["content"]) for message in messages or ()))
        for row_id, messages in session.execute(query)
    ]


def load_cells(session: Session, dataset_id: int, contestant_ids: Sequence[int]) -> list[Cell]:
    """Return what is there of these contestants; a response without its text counts as ready."""
    query = (
        select(ResponseRow.prompt_id, ResponseRow.contestant_id, ResponseRow.sample_index,
               ResponseRow.state, ResponseRow.reason)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id, ResponseRow.contestant_id.in_(contestant_ids))
    )  # fmt: skip
    return [Cell(*row) for row in session.execute(query)]


def add_generation(session: Session, dataset_id: int, plan: dict[str, Any]) -> int:
    row = GenerationRow(dataset_id=dataset_id, plan=plan)
    session.add(row)
    session.flush()
    return row.id


def find_unfinished(session: Session, dataset_id: int, plan: dict[str, Any]) -> int | None:
    """Return a generation of exactly this plan that has not ended."""
    query = select(GenerationRow.id, GenerationRow.plan).where(
        GenerationRow.dataset_id == dataset_id,
        GenerationRow.state.in_(("waiting", "running", "paused", "stopped")),
    )
    return next((row_id for row_id, stored in session.execute(query) if stored == plan), None)


def get_generation(session: Session, generation_id: int) -> StoredGeneration:
    row = session.get(GenerationRow, generation_id)
    if row is None:
        raise NotFoundError(f"There is no generation {generation_id}.")
    return _generation(row)


def list_generations(session: Session, dataset_id: int | None) -> list[StoredGeneration]:
    """Return the newest first."""
    query = select(GenerationRow).order_by(GenerationRow.id.desc())
    if dataset_id is not None:
        query = query.where(GenerationRow.dataset_id == dataset_id)
    return [_generation(row) for row in session.scalars(query)]


def _generation(row: GenerationRow) -> StoredGeneration:
    return StoredGeneration(**{name: getattr(row, name) for name in StoredGeneration.__dataclass_fields__})


def list_runnable(session: Session) -> list[int]:
    """Return the generations that wait for a runner or were left by one, oldest first."""
    query = select(GenerationRow.id).where(
        GenerationRow.state.in_(("waiting", "running")), GenerationRow.wanted == "run"
    )
    return list(session.scalars(query.order_by(GenerationRow.id)))


def claim(session: Session, generation_id: int, stale_before: datetime) -> bool:
    """Take a generation that waits, or whose worker gave no sign since then; False where another has it."""
    is_free = (
        (GenerationRow.state != "running")
        | GenerationRow.heartbeat_at.is_(None)
        | (GenerationRow.heartbeat_at < stale_before)
    )
    now = utc_now()
    taken = session.execute(
        update(GenerationRow)
        .where(GenerationRow.id == generation_id, is_free)
        .values(
            state="running", stop_reason=None, finished_at=None, heartbeat_at=now,
            started_at=func.coalesce(GenerationRow.started_at, now),
        )
        .returning(GenerationRow.id)
    )  # fmt: skip
    return taken.scalar() is not None


def set_generation(session: Session, generation_id: int, **columns: Any) -> None:
    session.execute(update(GenerationRow).where(GenerationRow.id == generation_id).values(**columns))


def set_hindrance(session: Session, generation_id: int, words: str | None) -> None:
    """Say what holds a running generation up; one that has been left keeps why it ended."""
    running = update(GenerationRow).where(GenerationRow.id == generation_id, GenerationRow.state == "running")
    session.execute(running.values(stop_reason=words))


def count_failures(session: Session, dataset_id: int, contestant_ids: Sequence[int]) -> dict[str, int]:
    """Count failed responses by reason."""
    query = (
        select(ResponseRow.reason, func.count())
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id, ResponseRow.contestant_id.in_(contestant_ids),
               ResponseRow.state == "failed")
        .group_by(ResponseRow.reason)
    )  # fmt: skip
    return {str(reason): n for reason, n in session.execute(query)}
