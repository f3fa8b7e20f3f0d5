"""One match whole: its texts, its judgments with their calls, and what people said of the same pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db.errors import NotFoundError
from db.match_list import ListedMatch, load_listed
from db.tables import (
    CallRow,
    DatasetRow,
    DisagreementMarkRow,
    GradeRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ReferenceRow,
    ResponseRow,
    VoteRow,
)


@dataclass(frozen=True)
class StoredOrder:
    """One judgment of a match. `call_key` proves a re-rendered prompt; None for imported ones and votes."""

    id: int
    shown_order: str
    repetition: int
    state: str
    verdict: str | None
    reason: str | None
    detail: str | None
    reasoning: str | None
    raw_text: str | None
    repair_text: str | None
    parse_path: str | None
    model: str | None
    api_base: str | None
    call_key: str | None
    n_tokens_in: int | None
    n_tokens_out: int | None
    cost_usd: float | None
    latency_s: float | None
    attempts: int | None
    is_cached: bool
    scores: tuple[tuple[int, str, float], ...]
    """Imported scores: (response id, criterion, score) each."""


@dataclass(frozen=True)
class StoredVote:
    match_id: int
    voter: str
    verdict: str | None
    shown_order: str | None
    reasons: tuple[str, ...]
    comment: str | None
    created_at: datetime


@dataclass(frozen=True)
class StoredReview:
    """What a reviewer decided about a match: who is right, or what is wrong with the question."""

    mark: str
    comment: str | None
    marked_at: datetime


@dataclass(frozen=True)
class StoredMatch:
    """One match with everything a reviewer reads. Texts are None where the source gave none."""

    listed: ListedMatch
    is_invented: bool
    prompt_key: str
    prompt_kind: str
    messages: tuple[tuple[str, str], ...] | None
    references: tuple[tuple[str, ...], ...]
    tags: tuple[str, ...]
    turns_a: tuple[str, ...] | None
    turns_b: tuple[str, ...] | None
    run_id: int | None
    repetition: int
    orders: tuple[StoredOrder, ...]
    votes: tuple[StoredVote, ...]
    review: StoredReview | None


def get_stored_match(session: Session, match_id: int) -> StoredMatch:
    row = session.get(MatchRow, match_id)
    if row is None:
        raise NotFoundError(f"There is no match {match_id}.")
    (listed,) = load_listed(session, [match_id])
    prompt = session.get_one(PromptRow, row.prompt_id)
    dataset = session.get_one(DatasetRow, row.dataset_id)
    turns = {
        response.id: None if response.turns is None else tuple(response.turns)
        for response in session.scalars(
            select(ResponseRow).where(ResponseRow.id.in_([row.response_a_id, row.response_b_id]))
        )
    }
    references = session.scalars(
        select(ReferenceRow).where(ReferenceRow.prompt_id == prompt.id).order_by(ReferenceRow.id)
    )
    tags = session.scalars(
        select(PromptTagRow.tag).where(PromptTagRow.prompt_id == prompt.id).order_by(PromptTagRow.tag)
    )
    return StoredMatch(
        listed=listed,
        is_invented=dataset.is_invented,
        prompt_key=prompt.key,
        prompt_kind=prompt.kind,
        messages=None
        if prompt.messages is None
        else tuple((message["role"], message["content"]) for message in prompt.messages),
        references=tuple(tuple(reference.turns) for reference in references),
        tags=tuple(tags),
        turns_a=turns.get(row.response_a_id),
        turns_b=turns.get(row.response_b_id),
        run_id=row.run_id,
        repetition=row.repetition,
        orders=_orders(session, match_id),
        votes=_votes(session, row),
        review=_review(session, match_id),
    )


def _review(session: Session, match_id: int) -> StoredReview | None:
    row = session.get(DisagreementMarkRow, match_id)
    return None if row is None else StoredReview(row.mark, row.comment, row.marked_at)


def _orders(session: Session, match_id: int) -> tuple[StoredOrder, ...]:
    call, repair = aliased(CallRow), aliased(CallRow)
    query = (
        select(JudgmentRow, call, repair)
        .outerjoin(call, call.id == JudgmentRow.call_id)
        .outerjoin(repair, repair.id == JudgmentRow.repair_call_id)
        .where(JudgmentRow.match_id == match_id)
        .order_by(JudgmentRow.shown_order)
    )
    rows = session.execute(query).all()
    scores: dict[int, list[tuple[int, str, float]]] = {}
    for grade in session.scalars(
        select(GradeRow).where(GradeRow.judgment_id.in_([judgment.id for judgment, _, _ in rows]))
    ):
        if grade.score is not None:
            scores.setdefault(grade.judgment_id, []).append((grade.response_id, grade.criterion, grade.score))
    return tuple(
        StoredOrder(
            id=judgment.id,
            shown_order=judgment.shown_order or "ab",
            repetition=judgment.repetition,
            state=judgment.state,
            verdict=judgment.verdict,
            reason=judgment.reason,
            detail=judgment.detail,
            reasoning=judgment.reasoning,
            raw_text=judgment.raw_text if first is None else first.raw_text,
            repair_text=None if second is None else second.raw_text,
            parse_path=judgment.parse_path,
            model=None if first is None else first.model,
            api_base=None if first is None else first.api_base,
            call_key=None if first is None else first.key,
            n_tokens_in=judgment.n_tokens_in,
            n_tokens_out=judgment.n_tokens_out,
            cost_usd=judgment.cost_usd,
            latency_s=judgment.latency_s,
            attempts=judgment.attempts,
            is_cached=judgment.is_cached,
            scores=tuple(scores.get(judgment.id, ())),
        )
        for judgment, first, second in rows
    )


def _votes(session: Session, match: MatchRow) -> tuple[StoredVote, ...]:
    """Return what people said of the same two responses."""
    query = (
        select(MatchRow, JudgeRow.name, JudgmentRow.shown_order, JudgmentRow.verdict, VoteRow)
        .join(JudgeRow, JudgeRow.id == MatchRow.judge_id)
        .join(JudgmentRow, JudgmentRow.match_id == MatchRow.id)
        .outerjoin(VoteRow, VoteRow.judgment_id == JudgmentRow.id)
        .where(
            JudgeRow.kind == "human",
            MatchRow.response_a_id == match.response_a_id,
            MatchRow.response_b_id == match.response_b_id,
        )
        .order_by(MatchRow.id)
    )
    return tuple(
        StoredVote(
            match_id=voted.id,
            voter=voter,
            verdict=verdict,
            shown_order=shown_order,
            reasons=tuple(vote.reasons) if vote is not None else (),
            comment=None if vote is None else vote.comment,
            created_at=voted.created_at,
        )
        for voted, voter, shown_order, verdict, vote in session.execute(query)
    )
