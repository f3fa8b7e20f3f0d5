"""What a reward model said of responses, and the best of several samples as responses of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.tables import ContestantRow, GradeRow, JudgmentRow, PromptRow, ResponseRow, utc_now


@dataclass(frozen=True)
class RewardSubject:
    """A response and the prompt it answers, as a reward model reads them."""

    id: int
    prompt_id: int
    messages: tuple[tuple[str, str], ...]
    turns: tuple[str, ...]


@dataclass(frozen=True)
class NewReward:
    """A score, or the reason why there is none with its words."""

    response_id: int
    prompt_id: int
    score: float | None
    reason: str | None
    detail: str | None
    raw_text: str | None
    latency_s: float | None
    attempts: int


def find_unrewarded(session: Session, judge_id: int, response_ids: Sequence[int]) -> list[int]:
    """Return the responses that the judge has not scored, those included that failed."""
    query = select(JudgmentRow.response_first_id).where(
        JudgmentRow.judge_id == judge_id, JudgmentRow.state == "recorded_score"
    )
    there = set(session.scalars(query))
    return [response_id for response_id in response_ids if response_id not in there]


def load_reward_subjects(session: Session, response_ids: Sequence[int]) -> list[RewardSubject]:
    """Return those whose prompt has a text."""
    query = (
        select(ResponseRow.id, ResponseRow.prompt_id, PromptRow.messages, ResponseRow.turns)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(ResponseRow.id.in_(response_ids), PromptRow.messages.is_not(None))
        .order_by(ResponseRow.id)
    )
    return [
        RewardSubject(
            row.id,
            row.prompt_id,
            tuple((message["role"], message["content"]) for message in row.messages or ()),
            tuple(row.turns or ()),
        )
        for row in session.execute(query)
    ]


def save_rewards(session: Session, judge_id: int, rewards: Sequence[NewReward], criterion: str) -> None:
    """Store scores as recorded scores, failures as unscored; an earlier failure makes way."""
    session.execute(
        delete(JudgmentRow).where(
            JudgmentRow.judge_id == judge_id,
            JudgmentRow.state == "unscored",
            JudgmentRow.response_first_id.in_([reward.response_id for reward in rewards]),
        )
    )
    now = utc_now()
    for reward in rewards:
        row = JudgmentRow(
            judge_id=judge_id,
            prompt_id=reward.prompt_id,
            response_first_id=reward.response_id,
            state="unscored" if reward.score is None else "recorded_score",
            reason=reward.reason,
            detail=reward.detail,
            raw_text=reward.raw_text,
            latency_s=reward.latency_s,
            attempts=reward.attempts,
            finished_at=now,
        )
        session.add(row)
        session.flush()
        if reward.score is not None:
            grade = GradeRow(
                judgment_id=row.id, response_id=reward.response_id, criterion=criterion, score=reward.score
            )
            session.add(grade)
    session.flush()


def list_answered_prompts(session: Session, dataset_id: int, contestant_id: int) -> list[int]:
    query = (
        select(ResponseRow.prompt_id)
        .join(PromptRow, PromptRow.id == ResponseRow.prompt_id)
        .where(PromptRow.dataset_id == dataset_id, ResponseRow.contestant_id == contestant_id)
        .distinct()
    )
    return list(session.scalars(query))


_COPIED = (
    "prompt_id", "turns", "text_hash", "finish_reason", "latency_s", "n_chars", "n_words", "n_headers",
    "n_list_items", "n_bold", "n_code_blocks",
)  # fmt: skip


def copy_best(session: Session, response_ids: Sequence[int], name: str, n: int, source: str) -> int:
    """Copy the chosen responses to a contestant of this name; return how many are new.

    Each carries the cost and the tokens of all n samples, None where any is unknown.
    """
    contestant = session.scalar(select(ContestantRow).where(ContestantRow.name == name))
    if contestant is None:
        contestant = ContestantRow(name=name, parameters={"best_of": n})
        session.add(contestant)
        session.flush()
    there = set(
        session.scalars(select(ResponseRow.prompt_id).where(ResponseRow.contestant_id == contestant.id))
    )
    rows = session.scalars(select(ResponseRow).where(ResponseRow.id.in_(response_ids))).all()
    n_new = 0
    for row in rows:
        if row.prompt_id in there:
            continue
        samples = session.scalars(
            select(ResponseRow).where(
                ResponseRow.prompt_id == row.prompt_id,
                ResponseRow.contestant_id == row.contestant_id,
                ResponseRow.sample_index < n,
            )
        ).all()
        copied = {column: getattr(row, column) for column in _COPIED}
        session.add(
            ResponseRow(
                **copied,
                contestant_id=contestant.id,
                source=source,
                n_tokens_in=_total([sample.n_tokens_in for sample in samples]),
                n_tokens_out=_total([sample.n_tokens_out for sample in samples]),
                cost_usd=_total([sample.cost_usd for sample in samples]),
            )
        )
        n_new += 1
    session.flush()
    return n_new


def _total(values: Sequence[Any]) -> Any:
    """Return the sum, None where any is unknown."""
    return None if not values or any(value is None for value in values) else sum(values)
