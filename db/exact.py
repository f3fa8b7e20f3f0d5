"""Exact scores: texts in, numbers kept, and everything per response that people and judges said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from db.tables import (
    ContestantRow,
    ExactScoreRow,
    GradeRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ReferenceRow,
    ResponseRow,
    utc_now,
)


@dataclass(frozen=True)
class ScorableResponse:
    """A response that is ready, with the references of its prompt."""

    id: int
    prompt_id: int
    turns: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class NewScore:
    """Exactly one of `value` and `problem` is set."""

    response_id: int
    metric: str
    value: float | None
    problem: str | None
    signature: str


@dataclass(frozen=True)
class StoredScore:
    response_id: int
    prompt_id: int
    contestant_id: int
    sample_index: int
    metric: str
    value: float | None
    problem: str | None


@dataclass(frozen=True)
class StoredGrade:
    """One criterion of one response by one judge."""

    response_id: int
    prompt_id: int
    contestant_id: int
    sample_index: int
    judge_id: int
    criterion: str
    value: float


@dataclass(frozen=True)
class DecidedMatch:
    """A scored match with what is needed to check it."""

    id: int
    prompt_id: int
    kind: str
    contestant_a_id: int
    contestant_b_id: int
    response_a_id: int
    response_b_id: int
    judge_id: int
    verdict_ab: str | None
    verdict_ba: str | None


def list_response_ids(session: Session, dataset_id: int) -> list[int]:
    """Return the ids of the data set's responses that have a text and may be judged."""
    query = (
        select(ResponseRow.id)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id, ResponseRow.state == "ready",
               ResponseRow.text_hash.is_not(None))
        .order_by(ResponseRow.id)
    )  # fmt: skip
    return list(session.scalars(query))


def load_scorable(session: Session, response_ids: Sequence[int]) -> list[ScorableResponse]:
    rows = session.execute(
        select(ResponseRow.id, ResponseRow.prompt_id, ResponseRow.turns)
        .where(ResponseRow.id.in_(response_ids))
        .order_by(ResponseRow.id)
    ).fetchall()
    references: dict[int, list[tuple[str, ...]]] = {}
    found = select(ReferenceRow.prompt_id, ReferenceRow.turns).order_by(ReferenceRow.id)
    for prompt_id, turns in session.execute(
        found.where(ReferenceRow.prompt_id.in_({row.prompt_id for row in rows}))
    ):
        references.setdefault(prompt_id, []).append(tuple(turns))
    return [
        ScorableResponse(
            row.id, row.prompt_id, tuple(row.turns or ()), tuple(references.get(row.prompt_id, ()))
        )
        for row in rows
    ]


def find_signatures(
    session: Session, response_ids: Sequence[int], metrics: Sequence[str]
) -> dict[tuple[int, str], str]:
    """Return the signature of each score that is there, by (response id, metric)."""
    query = select(ExactScoreRow.response_id, ExactScoreRow.metric, ExactScoreRow.signature).where(
        ExactScoreRow.response_id.in_(response_ids), ExactScoreRow.metric.in_(metrics)
    )
    return {(row.response_id, row.metric): row.signature for row in session.execute(query)}


def save_scores(session: Session, scores: Sequence[NewScore]) -> None:
    """Store scores in place of those of the same response and metric."""
    if not scores:
        return
    by_metric: dict[str, list[int]] = {}
    for score in scores:
        by_metric.setdefault(score.metric, []).append(score.response_id)
    for metric, ids in by_metric.items():
        session.execute(
            delete(ExactScoreRow).where(ExactScoreRow.metric == metric, ExactScoreRow.response_id.in_(ids))
        )
    fields, now = NewScore.__dataclass_fields__, utc_now()
    rows = [{name: getattr(score, name) for name in fields} | {"created_at": now} for score in scores]
    session.execute(insert(ExactScoreRow), rows)


def list_metrics(session: Session, dataset_id: int) -> list[str]:
    """Return the metrics that the data set has scores of, in the order in which they first came."""
    if session.scalar(select(ExactScoreRow.id).limit(1)) is None:
        return []  # else every response would be looked up in vain
    query = (
        select(ExactScoreRow.metric)
        .join(ResponseRow, ResponseRow.id == ExactScoreRow.response_id)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id)
        .group_by(ExactScoreRow.metric)
        .order_by(func.min(ExactScoreRow.id))
    )
    return list(session.scalars(query))


def load_scores(
    session: Session, dataset_id: int, tags: Sequence[str] = (), metrics: Sequence[str] | None = None
) -> list[StoredScore]:
    """Return the scores of responses that may be judged; `metrics` None: all."""
    query = (
        select(ExactScoreRow.response_id, ResponseRow.prompt_id, ResponseRow.contestant_id,
               ResponseRow.sample_index, ExactScoreRow.metric, ExactScoreRow.value, ExactScoreRow.problem)
        .join(ResponseRow, ResponseRow.id == ExactScoreRow.response_id)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id, ResponseRow.state == "ready")
        .order_by(ExactScoreRow.response_id)
    )  # fmt: skip
    if metrics is not None:
        query = query.where(ExactScoreRow.metric.in_(metrics))
    return [StoredScore(*row) for row in session.execute(_tagged(query, tags))]


def load_grades(
    session: Session, dataset_id: int, tags: Sequence[str] = (), criterion: str | None = None
) -> list[StoredGrade]:
    """Return every level and recorded score of a single response; `criterion` None: of all."""
    query = (
        select(GradeRow.response_id, ResponseRow.prompt_id, ResponseRow.contestant_id,
               ResponseRow.sample_index, JudgmentRow.judge_id, GradeRow.criterion,
               func.coalesce(GradeRow.score, GradeRow.level))
        .join(JudgmentRow, JudgmentRow.id == GradeRow.judgment_id)
        .join(ResponseRow, ResponseRow.id == GradeRow.response_id)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id, JudgmentRow.response_second_id.is_(None))
        .order_by(GradeRow.id)
    )  # fmt: skip
    if criterion is not None:
        query = query.where(GradeRow.criterion == criterion)
    return [StoredGrade(*row) for row in session.execute(_tagged(query, tags))]


def load_matches(session: Session, dataset_id: int, tags: Sequence[str] = ()) -> list[DecidedMatch]:
    """Return every judge's scored matches, people's votes included."""
    query = (
        select(MatchRow.id, MatchRow.prompt_id, PromptRow.kind, MatchRow.contestant_a_id,
               MatchRow.contestant_b_id, MatchRow.response_a_id, MatchRow.response_b_id, MatchRow.judge_id,
               MatchRow.verdict_ab, MatchRow.verdict_ba)
        .join(PromptRow, PromptRow.id == MatchRow.prompt_id)
        .where(MatchRow.dataset_id == dataset_id, MatchRow.state == "scored")
        .order_by(MatchRow.id)
    )  # fmt: skip
    return [DecidedMatch(*row) for row in session.execute(_tagged(query, tags))]


def load_kinds(session: Session, dataset_id: int) -> dict[int, str]:
    """Return each judge's kind, of those that judged in the data set."""
    in_dataset = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id)
    query = (
        select(JudgeRow.id, JudgeRow.kind)
        .where(JudgeRow.id.in_(
            select(JudgmentRow.judge_id).where(JudgmentRow.prompt_id.in_(in_dataset)).distinct()
        ))
    )  # fmt: skip
    return {row.id: row.kind for row in session.execute(query)}


def load_names(session: Session, contestant_ids: Sequence[int]) -> dict[int, str]:
    query = select(ContestantRow.id, ContestantRow.name).where(ContestantRow.id.in_(contestant_ids))
    return {row.id: row.name for row in session.execute(query)}


def _tagged(query: Any, tags: Sequence[str]) -> Any:
    if not tags:
        return query
    tagged = select(PromptTagRow.prompt_id).where(PromptTagRow.tag.in_(tags))
    return query.where(PromptRow.id.in_(tagged))


def list_correctness_prompts(session: Session, dataset_id: int) -> list[int]:
    query = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id, PromptRow.kind == "correctness")
    return list(session.scalars(query))
