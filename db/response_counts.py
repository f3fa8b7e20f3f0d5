"""How many responses there are and who gave them, counted from indexes and kept until one changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from db.arrays import read_integers
from db.prompt_ranges import is_of, is_of_when_reading_all
from db.response_arrays import kept, load_copied_means
from db.tables import ContestantRow, PromptRow, ResponseRow


@dataclass(frozen=True)
class ResponseSizes:
    """Of one data set; `contestant_ids` are those with a response, in order."""

    n_responses: int
    contestant_ids: tuple[int, ...]


def load_response_sizes(session: Session, dataset_id: int) -> ResponseSizes:
    """Count every response, failed ones and those without a text included."""
    return kept(session, "sizes", dataset_id, _read_sizes)


def _read_sizes(session: Session, dataset_id: int | None) -> ResponseSizes:
    assert dataset_id is not None
    copied = load_copied_means(session, dataset_id)
    if copied is not None:
        return ResponseSizes(sum(one[0] for one in copied.values()), tuple(sorted(copied)))
    is_here = is_of(session, ResponseRow.prompt_id, dataset_id)
    n_responses = session.scalar(select(func.count()).select_from(ResponseRow).where(is_here)) or 0
    answered = exists().where(ResponseRow.contestant_id == ContestantRow.id, is_here)
    ids = session.scalars(select(ContestantRow.id).where(answered).order_by(ContestantRow.id))
    return ResponseSizes(n_responses, tuple(ids))


@dataclass(frozen=True)
class AnsweredCount:
    """Prompts with a text that a contestant has a ready response to, or failures alone."""

    n_ready: int
    n_failed: int


def count_answered(session: Session, dataset_id: int) -> dict[int, AnsweredCount]:
    """Count prompts by contestant id; those that came without a text do not count."""
    return kept(session, "answered", dataset_id, _read_answered)


def _read_answered(session: Session, dataset_id: int | None) -> dict[int, AnsweredCount]:
    assert dataset_id is not None
    n_prompts = _count_each(session, ResponseRow.prompt_id, dataset_id)
    by_contestant = select(ResponseRow.contestant_id, n_prompts).group_by(ResponseRow.contestant_id)
    is_here = is_of_when_reading_all(session, ResponseRow.prompt_id, dataset_id)
    n_pairs = {row[0]: row[1] for row in session.execute(by_contestant.where(is_here))}
    textless = _textless(dataset_id)
    for contestant_id, n in session.execute(by_contestant.where(ResponseRow.prompt_id.in_(textless))):
        n_pairs[contestant_id] -= n
    failed = _failed_alone(session, dataset_id).where(ResponseRow.prompt_id.not_in(textless)).subquery()
    by_failed = select(failed.c.contestant_id, func.count()).group_by(failed.c.contestant_id)
    n_failed = {row[0]: row[1] for row in session.execute(by_failed)}
    return {one: AnsweredCount(n - n_failed.get(one, 0), n_failed.get(one, 0)) for one, n in n_pairs.items()}


def find_prompts_with_holes(session: Session, dataset_id: int) -> NDArray[np.int64]:
    """Return the prompts with a text that somebody of the data set has no ready response to, in order."""
    prompt_id, n_ready = kept(session, "ready", dataset_id, _read_ready)
    texts = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id, PromptRow.text_hash.is_not(None))
    (wanted,) = read_integers(session, texts)
    n_contestants = len(load_response_sizes(session, dataset_id).contestant_ids)
    return np.setdiff1d(wanted, prompt_id[n_ready == n_contestants])


def _read_ready(session: Session, dataset_id: int | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return prompts in order, and how many contestants have a ready response to each."""
    assert dataset_id is not None
    n_contestants = _count_each(session, ResponseRow.contestant_id, dataset_id)
    by_prompt = select(ResponseRow.prompt_id, n_contestants).group_by(ResponseRow.prompt_id)
    is_here = is_of(session, ResponseRow.prompt_id, dataset_id)
    prompt_id, n_ready = read_integers(session, by_prompt.where(is_here).order_by(ResponseRow.prompt_id))
    failed = _failed_alone(session, dataset_id).subquery()
    (at,) = read_integers(session, select(failed.c.prompt_id))
    np.subtract.at(n_ready, np.searchsorted(prompt_id, at), 1)
    return prompt_id, n_ready


def _count_each(session: Session, column: Any, dataset_id: int) -> Any:
    """Count different values; rows, which is faster, where nobody gave a second response to a prompt."""
    again = select(ResponseRow.id).where(
        ResponseRow.sample_index > 0, is_of(session, ResponseRow.prompt_id, dataset_id)
    )
    return func.count(column.distinct()) if session.scalar(again.limit(1)) is not None else func.count()


def _textless(dataset_id: int) -> Select[int]:
    return select(PromptRow.id).where(PromptRow.dataset_id == dataset_id, PromptRow.text_hash.is_(None))


def _failed_alone(session: Session, dataset_id: int) -> Select[int, int]:
    """Choose the prompts and contestants whose every response failed."""
    other = aliased(ResponseRow)
    is_answered = exists().where(
        other.prompt_id == ResponseRow.prompt_id,
        other.contestant_id == ResponseRow.contestant_id,
        other.state == "ready",
    )
    failed = select(ResponseRow.prompt_id, ResponseRow.contestant_id).where(
        ResponseRow.state == "failed", is_of(session, ResponseRow.prompt_id, dataset_id), ~is_answered
    )
    return failed.distinct()
