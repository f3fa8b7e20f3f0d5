"""Who has answered what: contestants, prompts and every response to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.generation import Cell, PromptMessages, StoredContestant, to_contestant
from db.response_counts import load_response_sizes
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


def count_texts(session: Session, dataset_id: int) -> int:
    """Count prompts with a text."""
    query = select(func.count()).where(PromptRow.dataset_id == dataset_id, PromptRow.text_hash.is_not(None))
    return session.scalar(query) or 0


def list_texts(session: Session, dataset_id: int, *, first: int, limit: int) -> list[PromptMessages]:
    """Return a page of what `count_texts` counts, in the order in which they came."""
    query = (
        select(PromptRow.id)
        .where(PromptRow.dataset_id == dataset_id, PromptRow.text_hash.is_not(None))
        .order_by(PromptRow.id)
        .offset(first)
        .limit(limit)
    )
    return load_texts(session, list(session.scalars(query)))


def load_texts(session: Session, prompt_ids: Sequence[int]) -> list[PromptMessages]:
    """Return prompts that have a text, in the order in which they came."""
    query = select(PromptRow.id, PromptRow.messages).where(PromptRow.id.in_(prompt_ids))
    return [
        PromptMessages(row_id, tuple((message["role"], message["content"]) for message in messages or ()))
        for row_id, messages in session.execute(query.order_by(PromptRow.id))
    ]


def load_cells_of(session: Session, prompt_ids: Sequence[int]) -> list[Cell]:
    """Return what every contestant has answered to these prompts."""
    query = select(ResponseRow.prompt_id, ResponseRow.contestant_id, ResponseRow.sample_index,
                   ResponseRow.state, ResponseRow.reason)  # fmt: skip
    return [Cell(*row) for row in session.execute(query.where(ResponseRow.prompt_id.in_(prompt_ids)))]


def list_contestants(session: Session, dataset_id: int) -> list[StoredContestant]:
    """Return those with a response in the data set, failed ones included, by name."""
    there = load_response_sizes(session, dataset_id).contestant_ids
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
