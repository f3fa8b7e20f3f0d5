"""What a plan is made from: responses that can be judged, judgments that exist; and the judgments it adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, insert, select
from sqlalchemy.orm import Session

from db.arrays import pack, read_integers, unpack
from db.id_lists import select_ids
from db.runs import ACTIVE_STATES, RETRYABLE_REASONS
from db.tables import JudgmentRow, PromptRow, ResponseRow, RunRow, utc_now

FEW_CONTESTANTS = 10


@dataclass(frozen=True)
class ResponseArrays:
    """Responses that can be judged: ready, with a text, each array of shape (n_responses,)."""

    response_id: NDArray[np.int64]
    prompt_id: NDArray[np.int64]
    contestant_id: NDArray[np.int64]
    sample_index: NDArray[np.int64]


@dataclass(frozen=True)
class ExistingJudgments:
    """A judge's judgments, each array of shape (n_judgments,); `second` is 0 for a single response.

    `is_open` marks those a new plan takes over: left by a run that ended, or failed for a reason that
    trying again can mend.
    """

    judgment_id: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    repetition: NDArray[np.int64]
    is_open: NDArray[np.bool_]


def load_responses(
    session: Session,
    dataset_id: int,
    contestant_ids: Sequence[int],
    prompt_ids: NDArray[np.int64] | None = None,
) -> ResponseArrays:
    """Load the judgeable responses, to these prompts (None: to all), by prompt, sample and contestant."""
    query = select(
        pack(ResponseRow.id, ResponseRow.prompt_id), pack(ResponseRow.contestant_id, ResponseRow.sample_index)
    ).where(*_judgeable(dataset_id, contestant_ids, prompt_ids))
    ids, sides = read_integers(session, query)
    columns = [*unpack(ids), *unpack(sides)]
    order = np.lexsort((columns[2], columns[3], columns[1]))  # quicker than sorting in the database
    return ResponseArrays(*(column[order] for column in columns))


def list_judgeable_prompts(
    session: Session, dataset_id: int, contestant_ids: Sequence[int]
) -> NDArray[np.int64]:
    """Return the prompts to which any of the contestants has a judgeable response, sorted."""
    query = select(ResponseRow.prompt_id).where(*_judgeable(dataset_id, contestant_ids)).distinct()
    (prompt_ids,) = read_integers(session, query)
    return np.sort(prompt_ids)


def _judgeable(
    dataset_id: int, contestant_ids: Sequence[int], prompt_ids: NDArray[np.int64] | None = None
) -> tuple[ColumnElement[bool], ...]:
    readable = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id, PromptRow.messages.is_not(None))
    if prompt_ids is not None:
        readable = readable.where(PromptRow.id.in_(select_ids(prompt_ids.tolist())))
    contestant_id: SQLColumnExpression[int] = ResponseRow.contestant_id
    if len(contestant_ids) > FEW_CONTESTANTS:
        contestant_id = contestant_id + 0  # else SQLite looks up each prompt for each contestant
    return (
        ResponseRow.prompt_id.in_(readable),
        contestant_id.in_(contestant_ids),
        ResponseRow.state == "ready",
        ResponseRow.text_hash.is_not(None),
    )


def load_existing(
    session: Session, judge_id: int, prompt_ids: NDArray[np.int64] | None = None
) -> ExistingJudgments:
    """Load what the judge has judged, or left, of these prompts (None: of all)."""
    active = select(RunRow.id).where(RunRow.state.in_(ACTIVE_STATES))
    left = (JudgmentRow.state == "planned") & (
        JudgmentRow.run_id.is_(None) | JudgmentRow.run_id.not_in(active)
    )
    failed = (JudgmentRow.state == "unscored") & JudgmentRow.reason.in_(RETRYABLE_REASONS)
    query = select(
        JudgmentRow.id,
        JudgmentRow.response_first_id,
        func.coalesce(JudgmentRow.response_second_id, 0),
        JudgmentRow.repetition,
        case((left | failed, 1), else_=0),
    ).where(JudgmentRow.judge_id == judge_id)
    if prompt_ids is not None:
        query = query.where(JudgmentRow.prompt_id.in_(select_ids(prompt_ids.tolist())))
    judgment_id, first, second, repetition, is_open = read_integers(session, query)
    return ExistingJudgments(judgment_id, first, second, repetition, is_open.astype(bool))


def add_planned(session: Session, run_id: int, judge_id: int, planned: Iterable[dict[str, Any]]) -> None:
    """Insert planned judgments; each dict holds the columns that differ from row to row."""
    now = utc_now()
    rows = [
        {**columns, "run_id": run_id, "judge_id": judge_id, "state": "planned", "created_at": now}
        for columns in planned
    ]
    if rows:
        session.execute(insert(JudgmentRow), rows)
