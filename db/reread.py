"""Reading a judge's stored answers anew: its judgments with their calls, and those of the newer version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session, aliased

from db.matches import build_matches
from db.results import StoredCall, StoredGrade
from db.tables import CallRow, GradeRow, JudgmentRow, PromptRow, ResponseRow, utc_now


@dataclass(frozen=True)
class AnsweredJudgment:
    """A decided judgment with what its calls answered; `call` is None where none did."""

    id: int
    prompt_id: int
    response_first_id: int
    response_second_id: int | None
    shown_order: str | None
    repetition: int
    state: str
    verdict: str | None
    reason: str | None
    detail: str | None
    call_id: int | None
    repair_call_id: int | None
    call: StoredCall | None
    repair_call: StoredCall | None
    n_tokens_in: int | None
    n_tokens_out: int | None
    cost_usd: float | None
    latency_s: float | None
    attempts: int | None
    contestant_first_id: int = 0
    contestant_second_id: int = 0
    levels: tuple[tuple[str, int], ...] = ()
    """Criterion and level of each grade, sorted; empty but for single responses."""


@dataclass(frozen=True)
class RereadJudgment:
    """What the newer parser says of an answered judgment."""

    before: AnsweredJudgment
    state: str
    verdict: str | None
    reason: str | None
    detail: str | None
    reasoning: str | None
    parse_path: str | None
    probability: float | None
    expected_outcome: float | None
    grades: tuple[StoredGrade, ...]


def load_answered(
    session: Session, judge_id: int, dataset_id: int | None, after_prompt_id: int, n_prompts: int
) -> list[AnsweredJudgment]:
    """Return the decided judgments on the next prompts, by prompt and id."""
    decided = (JudgmentRow.judge_id == judge_id, JudgmentRow.state.in_(("scored", "unscored")))
    prompts = select(JudgmentRow.prompt_id).where(*decided, JudgmentRow.prompt_id > after_prompt_id)
    if dataset_id is not None:
        prompts = prompts.where(
            JudgmentRow.prompt_id.in_(select(PromptRow.id).where(PromptRow.dataset_id == dataset_id))
        )
    ids = list(session.scalars(prompts.distinct().order_by(JudgmentRow.prompt_id).limit(n_prompts)))
    call, repair = aliased(CallRow), aliased(CallRow)
    first, second = aliased(ResponseRow), aliased(ResponseRow)
    query = (
        select(JudgmentRow, call, repair, first.contestant_id, second.contestant_id)
        .join(first, first.id == JudgmentRow.response_first_id)
        .outerjoin(second, second.id == JudgmentRow.response_second_id)
        .outerjoin(call, call.id == JudgmentRow.call_id)
        .outerjoin(repair, repair.id == JudgmentRow.repair_call_id)
        .where(*decided, JudgmentRow.prompt_id.in_(ids))
        .order_by(JudgmentRow.prompt_id, JudgmentRow.id)
    )
    joined = ("call", "repair_call", "contestant_first_id", "contestant_second_id", "levels")
    copied = [name for name in AnsweredJudgment.__dataclass_fields__ if name not in joined]
    levels = _load_levels(session, decided, ids)
    return [
        AnsweredJudgment(
            **{name: getattr(row, name) for name in copied},
            call=_stored(called),
            repair_call=_stored(repaired),
            contestant_first_id=first_id,
            contestant_second_id=second_id or 0,
            levels=tuple(sorted(levels.get(row.id, ()))),
        )
        for row, called, repaired, first_id, second_id in session.execute(query)
    ]


def _load_levels(
    session: Session, decided: tuple[ColumnElement[bool], ...], prompt_ids: Sequence[int]
) -> dict[int, list[tuple[str, int]]]:
    """Return the levels of each judgment, by judgment id."""
    query = (
        select(GradeRow.judgment_id, GradeRow.criterion, GradeRow.level)
        .join(JudgmentRow, JudgmentRow.id == GradeRow.judgment_id)
        .where(*decided, JudgmentRow.prompt_id.in_(prompt_ids), GradeRow.level.is_not(None))
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for judgment_id, criterion, level in session.execute(query):
        found.setdefault(judgment_id, []).append((criterion, level or 0))
    return found


def _stored(row: CallRow | None) -> StoredCall | None:
    if row is None:
        return None
    return StoredCall(**{name: getattr(row, name) for name in StoredCall.__dataclass_fields__})


def save_reread(session: Session, judge_id: int, reread: Sequence[RereadJudgment]) -> int:
    """Store judgments of the newer version with their matches; return how many were not there already."""
    prompt_ids = {one.before.prompt_id for one in reread}
    there = {
        (first, second, repetition)
        for first, second, repetition in session.execute(
            select(
                JudgmentRow.response_first_id, JudgmentRow.response_second_id, JudgmentRow.repetition
            ).where(JudgmentRow.judge_id == judge_id, JudgmentRow.prompt_id.in_(prompt_ids))
        )
    }
    fresh = [
        one
        for one in reread
        if (one.before.response_first_id, one.before.response_second_id, one.before.repetition) not in there
    ]
    if not fresh:
        return 0
    ids = session.scalars(
        insert(JudgmentRow).returning(JudgmentRow.id, sort_by_parameter_order=True),
        [_columns(one, judge_id) for one in fresh],
    ).all()
    grades = [
        {"judgment_id": judgment_id, "response_id": one.before.response_first_id,
         "criterion": grade.criterion, "level": grade.level, "reasoning": grade.reasoning}
        for judgment_id, one in zip(ids, fresh, strict=True)
        for grade in one.grades
    ]  # fmt: skip
    if grades:
        session.execute(insert(GradeRow), grades)
    build_matches(session, ids)
    return len(fresh)


def _columns(one: RereadJudgment, judge_id: int) -> dict[str, object]:
    copied = (
        "prompt_id", "response_first_id", "response_second_id", "shown_order", "repetition", "call_id",
        "repair_call_id", "n_tokens_in", "n_tokens_out", "cost_usd", "latency_s", "attempts",
    )  # fmt: skip
    said = (
        "state", "verdict", "reason", "detail", "reasoning", "parse_path", "probability", "expected_outcome",
    )  # fmt: skip
    now = utc_now()
    return (
        {name: getattr(one.before, name) for name in copied}
        | {name: getattr(one, name) for name in said}
        | {"judge_id": judge_id, "is_cached": True, "created_at": now, "finished_at": now}
    )
