"""Who has answered what: contestants, prompts and every response to one of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.generation import StoredContestant, to_contestant
from db.results import PromptText, load_prompt_texts
from db.tables import ContestantRow, PromptRow, ResponseRow


@dataclass(frozen=True)
class StoredAnswer:
    """One response as a page shows it; `turns` is None where there is no text."""

    id: int
    contestant: str
    sample_index: int
    state: str
    reason: str | None
    detail: str | None
    turns: tuple[str, ...] | None
    source: str
    n_tokens_out: int | None
    cost_usd: float | None
    latency_s: float | None


def count_prompts(session: Session, dataset_id: int) -> int:
    """Count all prompts, those included that came without a text."""
    return session.scalar(select(func.count()).where(PromptRow.dataset_id == dataset_id)) or 0


def list_contestants(session: Session, dataset_id: int) -> list[StoredContestant]:
    """Return those with a response in the data set, failed ones included, by name."""
    there = (
        select(ResponseRow.contestant_id)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id)
    )
    query = select(ContestantRow).where(ContestantRow.id.in_(there)).order_by(ContestantRow.name)
    return [to_contestant(row) for row in session.scalars(query)]


def list_askable(session: Session) -> list[StoredContestant]:
    """Return every contestant with a model, of any data set, by name."""
    query = select(ContestantRow).where(ContestantRow.model.is_not(None)).order_by(ContestantRow.name)
    return [to_contestant(row) for row in session.scalars(query)]


def load_prompt(session: Session, dataset_id: int, prompt_id: int) -> PromptText:
    """Return a prompt with its references; raise NotFoundError where it is not in the data set."""
    query = select(PromptRow.id).where(PromptRow.id == prompt_id, PromptRow.dataset_id == dataset_id)
    if session.scalar(query) is None:
        raise NotFoundError(f"There is no prompt {prompt_id} in this data set.")
    return load_prompt_texts(session, [prompt_id])[prompt_id]


def load_answers(session: Session, prompt_id: int) -> list[StoredAnswer]:
    """Return every response to a prompt, failed ones included, by contestant and sample."""
    query = (
        select(ResponseRow, ContestantRow.name)
        .join(ContestantRow, ContestantRow.id == ResponseRow.contestant_id)
        .where(ResponseRow.prompt_id == prompt_id)
        .order_by(ContestantRow.name, ResponseRow.sample_index)
    )
    copied = [name for name in StoredAnswer.__dataclass_fields__ if name not in ("contestant", "turns")]
    return [
        StoredAnswer(
            contestant=name,
            turns=None if row.turns is None else tuple(row.turns),
            **{column: getattr(row, column) for column in copied},
        )
        for row, name in session.execute(query)
    ]
