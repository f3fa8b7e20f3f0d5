"""Saving what contestants answered: each batch with its calls and counters in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from db.results import Progress, StoredCall, save_calls
from db.tables import ExactScoreRow, GenerationRow, ResponseRow, utc_now

SOURCE = "generate"


@dataclass(frozen=True)
class PerplexityScore:
    """Exactly one of `value` and `problem` is set."""

    value: float | None
    problem: str | None
    signature: str


@dataclass(frozen=True)
class FinishedResponse:
    """What became of one cell. `features` are columns of the response's style, empty without a text."""

    prompt_id: int
    contestant_id: int
    sample_index: int
    state: str
    reason: str | None
    detail: str | None
    turns: tuple[str, ...] | None
    text_hash: str | None
    finish_reason: str | None
    n_tokens_in: int | None
    n_tokens_out: int | None
    latency_s: float | None
    cost_usd: float | None
    features: dict[str, int]
    perplexity: PerplexityScore | None = None


def save_responses(
    session: Session,
    generation_id: int,
    calls: Sequence[StoredCall],
    finished: Sequence[FinishedResponse],
    progress: Progress,
) -> None:
    """Store a batch: its calls, its responses and the counters.

    A response that is ready already stays as it is: two runners that met on one cell leave one response.
    """
    now = utc_now()
    save_calls(session, calls, now)
    fresh = [response for response in finished if _save_response(session, response, now)]
    n_ready = sum(response.state == "ready" for response in fresh)
    session.execute(
        update(GenerationRow)
        .where(GenerationRow.id == generation_id)
        .values(
            n_ready=GenerationRow.n_ready + n_ready,
            n_failed=GenerationRow.n_failed + len(fresh) - n_ready,
            **progress.added_to(GenerationRow, now),
        )
    )


def _save_response(session: Session, response: FinishedResponse, now: datetime) -> bool:
    place = (
        (ResponseRow.prompt_id == response.prompt_id)
        & (ResponseRow.contestant_id == response.contestant_id)
        & (ResponseRow.sample_index == response.sample_index)
    )
    found = session.execute(select(ResponseRow.id, ResponseRow.state).where(place)).first()
    if found is not None and found.state == "ready":
        return False
    columns: dict[str, Any] = {
        "state": response.state, "reason": response.reason, "detail": response.detail,
        "turns": None if response.turns is None else list(response.turns), "text_hash": response.text_hash,
        "source": SOURCE, "finish_reason": response.finish_reason, "n_tokens_in": response.n_tokens_in,
        "n_tokens_out": response.n_tokens_out, "latency_s": response.latency_s,
        "cost_usd": response.cost_usd, "created_at": now, **response.features,
    }  # fmt: skip
    if found is not None:
        session.execute(update(ResponseRow).where(ResponseRow.id == found.id).values(columns))
        row_id = found.id
    else:
        where = {
            "prompt_id": response.prompt_id,
            "contestant_id": response.contestant_id,
            "sample_index": response.sample_index,
        }
        row = ResponseRow(**where, **columns)
        session.add(row)
        session.flush()
        row_id = row.id
    if response.perplexity is not None:
        score = {name: getattr(response.perplexity, name) for name in PerplexityScore.__dataclass_fields__}
        session.execute(
            insert(ExactScoreRow).values(response_id=row_id, metric="perplexity", created_at=now, **score)
        )
    return True
