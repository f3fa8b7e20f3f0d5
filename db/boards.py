"""Matches as arrays, for ranking and for counting: one row a match, integers instead of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Case, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.arrays import read_integers, read_numbers
from db.tables import (
    ContestantRow,
    GradeRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ResponseRow,
    VoteRow,
)

VERDICT_CODES = {"a": 1, "b": 2, "tie": 3, "both_bad": 4}
"""0 stands for no verdict in that order."""


@dataclass(frozen=True)
class MatchScope:
    """Which matches: of one data set (None = all), of these judges, with a prompt of any of these tags.

    `last_match_id` leaves out what was stored after that match; None = nothing.
    """

    dataset_id: int | None
    judge_ids: tuple[int, ...]
    tags: tuple[str, ...] = ()
    last_match_id: int | None = None


@dataclass(frozen=True)
class MatchArrays:
    """Scored matches, each array of shape (n_matches,), in the order in which they were stored.

    `verdict_ab` and `verdict_ba` hold VERDICT_CODES. `contestant_a` and `contestant_b` are database ids.
    """

    match_id: NDArray[np.int64]
    prompt_id: NDArray[np.int64]
    contestant_a: NDArray[np.int64]
    contestant_b: NDArray[np.int64]
    response_a: NDArray[np.int64]
    response_b: NDArray[np.int64]
    judge_id: NDArray[np.int64]
    verdict_ab: NDArray[np.int64]
    verdict_ba: NDArray[np.int64]
    n_orders: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.match_id)


def load_match_arrays(session: Session, scope: MatchScope) -> MatchArrays:
    columns = (
        MatchRow.id,
        MatchRow.prompt_id,
        MatchRow.contestant_a_id,
        MatchRow.contestant_b_id,
        MatchRow.response_a_id,
        MatchRow.response_b_id,
        MatchRow.judge_id,
        _code(MatchRow.verdict_ab),
        _code(MatchRow.verdict_ba),
        MatchRow.n_orders,
    )
    query = _in_scope(select(*columns), scope).where(MatchRow.state == "scored")
    table = read_integers(session, query)
    order = np.argsort(table[0], kind="stable")  # several times faster than sorting in the database
    return MatchArrays(*(column[order] for column in table))


def load_vote_probabilities(session: Session, match_ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the chance with which each vote's pair was picked, in the order of the ids; NaN = unknown."""
    query = (
        select(JudgmentRow.match_id, VoteRow.pick_probability)
        .join(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .where(JudgmentRow.match_id.is_not(None), VoteRow.pick_probability.is_not(None))
    )
    known = {row[0]: row[1] for row in session.execute(query)}
    return np.array([known.get(int(match_id), np.nan) for match_id in match_ids], dtype=np.float64)


@dataclass(frozen=True)
class ExpectedOutcomes:
    """Outcome of `a` expected from the menu's probabilities: one row a judgment where it is known."""

    match_id: NDArray[np.int64]
    is_ab: NDArray[np.int64]
    outcome: NDArray[np.float64]


def load_expected_outcomes(session: Session, scope: MatchScope) -> ExpectedOutcomes:
    columns = (MatchRow.id, case((JudgmentRow.shown_order == "ab", 1), else_=0), JudgmentRow.expected_outcome)
    query = _in_scope(select(*columns).join(JudgmentRow, JudgmentRow.match_id == MatchRow.id), scope)
    query = query.where(MatchRow.state == "scored", JudgmentRow.expected_outcome.is_not(None))
    match_id, is_ab, outcome = read_numbers(session, query)
    return ExpectedOutcomes(match_id.astype(np.int64), is_ab.astype(np.int64), outcome)


def _code(column: InstrumentedAttribute[str | None]) -> Case[int]:
    return case(*((column == verdict, code) for verdict, code in VERDICT_CODES.items()), else_=0)


def _in_scope(query: Select[*tuple[Any, ...]], scope: MatchScope) -> Select[*tuple[Any, ...]]:
    query = query.where(MatchRow.judge_id.in_(scope.judge_ids))
    if scope.dataset_id is not None:
        query = query.where(MatchRow.dataset_id == scope.dataset_id)
    if scope.tags:
        tagged = select(PromptTagRow.prompt_id).where(PromptTagRow.tag.in_(scope.tags))
        query = query.where(MatchRow.prompt_id.in_(tagged))
    if scope.last_match_id is not None:
        query = query.where(MatchRow.id <= scope.last_match_id)
    return query


@dataclass(frozen=True)
class VerdictCount:
    """How many matches of a judge have these verdicts, state and reason."""

    judge_id: int
    n_orders: int
    verdict_ab: str | None
    verdict_ba: str | None
    state: str
    reason: str | None
    n: int


def count_verdicts(session: Session, scope: MatchScope) -> list[VerdictCount]:
    columns = (
        MatchRow.judge_id,
        MatchRow.n_orders,
        MatchRow.verdict_ab,
        MatchRow.verdict_ba,
        MatchRow.state,
        MatchRow.reason,
    )
    query = _in_scope(select(*columns, func.count()), scope).group_by(*columns)
    return [VerdictCount(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class UnscoredCount:
    """Unscored matches of a pair of contestants (database ids), by reason."""

    contestant_a: int
    contestant_b: int
    reason: str
    n: int


def count_unscored(session: Session, scope: MatchScope) -> list[UnscoredCount]:
    columns = (MatchRow.contestant_a_id, MatchRow.contestant_b_id, MatchRow.reason)
    query = _in_scope(select(*columns, func.count()), scope).where(MatchRow.state == "unscored")
    return [UnscoredCount(*row) for row in session.execute(query.group_by(*columns))]


@dataclass(frozen=True)
class ContestantFacts:
    """What is known of a contestant's own responses; None where no response says."""

    id: int
    name: str
    family: str | None
    n_responses: int
    mean_cost_usd: float | None
    mean_latency_s: float | None


def load_contestant_facts(session: Session, dataset_id: int | None) -> list[ContestantFacts]:
    query = (
        select(
            ContestantRow.id,
            ContestantRow.name,
            ContestantRow.family,
            func.count(ResponseRow.id),
            func.avg(ResponseRow.cost_usd),
            func.avg(ResponseRow.latency_s),
        )
        .join(ResponseRow, ResponseRow.contestant_id == ContestantRow.id)
        .group_by(ContestantRow.id)
        .order_by(ContestantRow.id)
    )
    if dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == ResponseRow.prompt_id).where(
            PromptRow.dataset_id == dataset_id
        )
    return [ContestantFacts(*row) for row in session.execute(query)]


@dataclass(frozen=True)
class StyleArrays:
    """Style features of responses, sorted by `response_id`; -1 where the text is missing."""

    response_id: NDArray[np.int64]
    n_chars: NDArray[np.int64]
    n_words: NDArray[np.int64]
    n_headers: NDArray[np.int64]
    n_list_items: NDArray[np.int64]
    n_bold: NDArray[np.int64]


def load_style_arrays(session: Session, dataset_id: int | None) -> StyleArrays:
    columns = (
        ResponseRow.id,
        *(
            func.coalesce(column, -1)
            for column in (
                ResponseRow.n_chars,
                ResponseRow.n_words,
                ResponseRow.n_headers,
                ResponseRow.n_list_items,
                ResponseRow.n_bold,
            )
        ),
    )
    query: Select[*tuple[Any, ...]] = select(*columns).order_by(ResponseRow.id)
    if dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == ResponseRow.prompt_id).where(
            PromptRow.dataset_id == dataset_id
        )
    return StyleArrays(*read_integers(session, query))


@dataclass(frozen=True)
class GradeArrays:
    """Pointwise levels or recorded scores: one row a graded criterion of a response."""

    contestant: NDArray[np.int64]
    prompt_id: NDArray[np.int64]
    judge_id: NDArray[np.int64]
    value: NDArray[np.float64]
    criterion: tuple[str, ...]


def load_grade_arrays(session: Session, scope: MatchScope) -> GradeArrays:
    """Load rubric levels and recorded scores of pointwise judgments; a judge has one kind of them."""
    query = (
        select(
            ResponseRow.contestant_id,
            JudgmentRow.prompt_id,
            JudgmentRow.judge_id,
            func.coalesce(GradeRow.level, GradeRow.score),
            GradeRow.criterion,
        )
        .join(JudgmentRow, JudgmentRow.id == GradeRow.judgment_id)
        .join(ResponseRow, ResponseRow.id == GradeRow.response_id)
        .where(JudgmentRow.response_second_id.is_(None), JudgmentRow.judge_id.in_(scope.judge_ids))
        .order_by(GradeRow.id)
    )
    if scope.dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == JudgmentRow.prompt_id).where(
            PromptRow.dataset_id == scope.dataset_id
        )
    if scope.tags:
        tagged = select(PromptTagRow.prompt_id).where(PromptTagRow.tag.in_(scope.tags))
        query = query.where(JudgmentRow.prompt_id.in_(tagged))
    rows = session.execute(query).fetchall()
    return GradeArrays(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        np.array([row[2] for row in rows], dtype=np.int64),
        np.array([row[3] for row in rows], dtype=np.float64),
        tuple(row[4] for row in rows),
    )


def count_graded_by_judge(session: Session, dataset_id: int | None) -> dict[int, int]:
    """Count finished pointwise judgments by judge id."""
    query = (
        select(JudgmentRow.judge_id, func.count())
        .where(JudgmentRow.response_second_id.is_(None), JudgmentRow.state != "planned")
        .group_by(JudgmentRow.judge_id)
    )
    if dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == JudgmentRow.prompt_id).where(
            PromptRow.dataset_id == dataset_id
        )
    return {row[0]: row[1] for row in session.execute(query)}


@dataclass(frozen=True)
class PairCount:
    """Matches, scored or not, of one judge version between two contestants (database ids)."""

    judge_id: int
    kind: str
    contestant_a: int
    contestant_b: int
    n: int


def count_pairs(session: Session, dataset_id: int | None, tags: Sequence[str] = ()) -> list[PairCount]:
    columns = (MatchRow.judge_id, JudgeRow.kind, MatchRow.contestant_a_id, MatchRow.contestant_b_id)
    query = select(*columns, func.count()).join(JudgeRow, JudgeRow.id == MatchRow.judge_id)
    if dataset_id is not None:
        query = query.where(MatchRow.dataset_id == dataset_id)
    if tags:
        tagged = select(PromptTagRow.prompt_id).where(PromptTagRow.tag.in_(tags))
        query = query.where(MatchRow.prompt_id.in_(tagged))
    return [PairCount(*row) for row in session.execute(query.group_by(*columns))]
