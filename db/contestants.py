"""One contestant whole: its settings, its responses in figures, and the prompts it answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.arrays import read_integers
from db.errors import NotFoundError
from db.tables import ContestantRow, PromptRow, PromptTagRow, ResponseRow

PREVIEW = 160
KNOWN = 12


@dataclass(frozen=True)
class StoredContestant:
    """Prices are None where unknown, never free."""

    id: int
    name: str
    model: str | None
    family: str | None
    api_base: str | None
    parameters: dict[str, Any]
    system_prompt: str | None
    input_usd_per_million: float | None
    output_usd_per_million: float | None


@dataclass(frozen=True)
class ResponseFigures:
    """Of one contestant's responses; a mean is None where no response says."""

    n_responses: int
    n_failed: int
    n_priced: int
    total_cost_usd: float | None
    mean_cost_usd: float | None
    mean_latency_s: float | None
    mean_tokens_out: float | None
    mean_words: float | None


def get_contestant(session: Session, name: str) -> StoredContestant:
    """Raise NotFoundError, naming some that exist, where there is none of that name."""
    row = session.scalar(select(ContestantRow).where(ContestantRow.name == name))
    if row is None:
        names = list(session.scalars(select(ContestantRow.name).order_by(ContestantRow.name).limit(KNOWN)))
        there = f"There are: {', '.join(names)}." if names else "There are none yet; import responses first."
        raise NotFoundError(f"No contestant is called '{name}'. {there}")
    return StoredContestant(
        id=row.id,
        name=row.name,
        model=row.model,
        family=row.family,
        api_base=row.api_base,
        parameters=dict(row.parameters or {}),
        system_prompt=row.system_prompt,
        input_usd_per_million=row.input_usd_per_million,
        output_usd_per_million=row.output_usd_per_million,
    )


def get_response_figures(session: Session, contestant_id: int, dataset_id: int | None) -> ResponseFigures:
    query = select(
        func.count(),
        func.count().filter(ResponseRow.state == "failed"),
        func.count(ResponseRow.cost_usd),
        func.sum(ResponseRow.cost_usd),
        func.avg(ResponseRow.cost_usd),
        func.avg(ResponseRow.latency_s),
        func.avg(ResponseRow.n_tokens_out),
        func.avg(ResponseRow.n_words),
    ).where(ResponseRow.contestant_id == contestant_id)
    if dataset_id is not None:
        prompts = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id)
        query = query.where(ResponseRow.prompt_id.in_(prompts))
    n, n_failed, n_priced, *figures = session.execute(query).one()
    return ResponseFigures(n, n_failed, n_priced, *(None if one is None else float(one) for one in figures))


def load_prompt_previews(session: Session, prompt_ids: Sequence[int]) -> dict[int, str]:
    """Return the start of each prompt's first user message, or its key where the text is missing."""
    query = select(PromptRow.id, PromptRow.messages, PromptRow.key).where(PromptRow.id.in_(prompt_ids))
    return {row[0]: _preview(row[1], row[2]) for row in session.execute(query)}


def _preview(messages: list[dict[str, str]] | None, key: str) -> str:
    texts = [message["content"] for message in messages or () if message["role"] == "user"]
    text = " ".join((texts[0] if texts else key).split())
    return text if len(text) <= PREVIEW else text[: PREVIEW - 1] + "…"


def load_tagged_prompts(session: Session, dataset_id: int | None) -> dict[str, NDArray[np.int64]]:
    """Return the ids of the prompts with each tag, sorted."""
    tags = list(session.scalars(select(PromptTagRow.tag).distinct().order_by(PromptTagRow.tag)))
    found = {}
    for tag in tags:
        query = select(PromptTagRow.prompt_id).where(PromptTagRow.tag == tag)
        if dataset_id is not None:
            query = query.join(PromptRow, PromptRow.id == PromptTagRow.prompt_id).where(
                PromptRow.dataset_id == dataset_id
            )
        (ids,) = read_integers(session, query)
        if len(ids):
            found[tag] = np.sort(ids)
    return found
