"""What judging costs by day, and which matches a judge was not sure of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.tables import JudgeRow, JudgmentRow, MatchRow, PromptRow


@dataclass(frozen=True)
class DayCost:
    """What one judge version cost on one UTC day; `n_unpriced` calls have no known price."""

    day: str
    judge_id: int
    n_judgments: int
    n_cached: int
    n_unpriced: int
    n_tokens_in: int
    n_tokens_out: int
    cost_usd: float


def load_costs(session: Session, dataset_id: int | None) -> list[DayCost]:
    """Return costs of judgments that made calls, the newest day first; a cached one cost nothing."""
    day = func.date(JudgmentRow.finished_at)
    paid = JudgmentRow.is_cached.is_(False)
    query = (
        select(
            day,
            JudgmentRow.judge_id,
            func.count(),
            func.sum(case((paid, 0), else_=1)),
            func.sum(case((paid & JudgmentRow.cost_usd.is_(None), 1), else_=0)),
            func.coalesce(func.sum(case((paid, JudgmentRow.n_tokens_in), else_=0)), 0),
            func.coalesce(func.sum(case((paid, JudgmentRow.n_tokens_out), else_=0)), 0),
            func.coalesce(func.sum(case((paid, JudgmentRow.cost_usd), else_=0.0)), 0.0),
        )
        .where(JudgmentRow.call_id.is_not(None), JudgmentRow.finished_at.is_not(None))
        .group_by(day, JudgmentRow.judge_id)
        .order_by(day.desc(), JudgmentRow.judge_id)
    )
    if dataset_id is not None:
        query = query.join(PromptRow, PromptRow.id == JudgmentRow.prompt_id)
        query = query.where(PromptRow.dataset_id == dataset_id)
    return [DayCost(str(row[0]), *row[1:]) for row in session.execute(query)]


@dataclass(frozen=True)
class DoubtfulMatch:
    """A judge's match that nobody has voted on; `probability` is the lowest of its verdicts, if known."""

    match_id: int
    prompt_id: int
    response_a_id: int
    response_b_id: int
    judge_id: int
    state: str
    reason: str | None
    is_flip: bool
    probability: float | None


def load_doubtful(
    session: Session, dataset_id: int, judge_id: int, min_probability: float
) -> list[DoubtfulMatch]:
    """Return unscored matches, flips and those with a verdict below this probability, by id."""
    voted, person = aliased(MatchRow), aliased(JudgeRow)
    has_vote = exists().where(
        voted.response_a_id == MatchRow.response_a_id,
        voted.response_b_id == MatchRow.response_b_id,
        voted.judge_id == person.id,
        person.kind == "human",
    )
    lowest = func.min(JudgmentRow.probability)
    is_flip = (MatchRow.n_orders == 2) & (MatchRow.verdict_ab != MatchRow.verdict_ba)
    query = (
        select(
            MatchRow.id,
            MatchRow.prompt_id,
            MatchRow.response_a_id,
            MatchRow.response_b_id,
            MatchRow.judge_id,
            MatchRow.state,
            MatchRow.reason,
            case((is_flip & (MatchRow.state == "scored"), 1), else_=0),
            lowest,
        )
        .outerjoin(JudgmentRow, JudgmentRow.match_id == MatchRow.id)
        .where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id == judge_id, ~has_vote)
        .group_by(MatchRow.id)
        .having(or_(MatchRow.state == "unscored", is_flip, lowest < min_probability))
        .order_by(MatchRow.id)
    )
    fields = DoubtfulMatch.__dataclass_fields__
    found = [dict(zip(fields, row, strict=True)) for row in session.execute(query)]
    return [DoubtfulMatch(**{**one, "is_flip": bool(one["is_flip"])}) for one in found]


@dataclass(frozen=True)
class OrderRow:
    """One order of a match that was judged in both; `expected_outcome` is of `a`, None where unknown."""

    prompt_id: int
    contestant_a_id: int
    contestant_b_id: int
    shown_order: str
    verdict: str
    expected_outcome: float | None


def load_orders(session: Session, dataset_id: int, judge_id: int) -> list[OrderRow]:
    query = (
        select(
            MatchRow.prompt_id,
            MatchRow.contestant_a_id,
            MatchRow.contestant_b_id,
            JudgmentRow.shown_order,
            JudgmentRow.verdict,
            JudgmentRow.expected_outcome,
        )
        .join(JudgmentRow, JudgmentRow.match_id == MatchRow.id)
        .where(
            MatchRow.dataset_id == dataset_id,
            MatchRow.judge_id == judge_id,
            MatchRow.state == "scored",
            MatchRow.n_orders == 2,
        )
        .order_by(JudgmentRow.id)
    )
    return [
        OrderRow(prompt_id, a_id, b_id, order or "", verdict or "", expected)
        for prompt_id, a_id, b_id, order, verdict, expected in session.execute(query)
    ]
