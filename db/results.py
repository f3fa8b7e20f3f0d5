"""What a run's judgments need and leave: texts in, calls and verdicts out, each batch in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.matches import build_matches
from db.tables import CallRow, GradeRow, JudgmentRow, PromptRow, ReferenceRow, ResponseRow, RunRow, utc_now
from db.tables.counters import Counters
from db.upsert import insert_new


@dataclass(frozen=True)
class StoredCall:
    """One answered call. `parameters` and `logprobs` are JSON values."""

    key: str
    model: str
    api_base: str | None
    parameters: list[Any]
    raw_text: str
    finish_reason: str
    refusal: str | None
    n_tokens_in: int | None
    n_tokens_out: int | None
    cost_usd: float | None
    latency_s: float
    attempts: int
    logprobs: list[Any] | None
    thinking: str | None = None


@dataclass(frozen=True)
class StoredGrade:
    criterion: str
    level: int
    reasoning: str


@dataclass(frozen=True)
class FinishedJudgment:
    """What became of a planned judgment; its calls are named by key."""

    id: int
    response_first_id: int
    state: str
    verdict: str | None
    reason: str | None
    detail: str | None
    reasoning: str | None
    raw_text: str | None
    parse_path: str | None
    probability: float | None
    call_keys: tuple[str, ...]
    n_tokens_in: int | None
    n_tokens_out: int | None
    cost_usd: float | None
    latency_s: float | None
    attempts: int
    is_cached: bool
    grades: tuple[StoredGrade, ...]
    expected_outcome: float | None = None


@dataclass(frozen=True)
class Progress:
    """What a batch adds to the counters of its run or generation, beyond what came of its calls."""

    n_calls: int
    n_cached: int
    n_retries: int
    n_unpriced: int
    cost_usd: float

    def added_to(self, row: type[Counters], now: datetime) -> dict[str, Any]:
        """Return the new values of the row's columns."""
        return {
            "n_calls": row.n_calls + self.n_calls,
            "n_cached": row.n_cached + self.n_cached,
            "n_retries": row.n_retries + self.n_retries,
            "n_unpriced": row.n_unpriced + self.n_unpriced,
            "cost_usd": row.cost_usd + self.cost_usd,
            "heartbeat_at": now,
        }


@dataclass(frozen=True)
class Spent:
    """What a run has spent so far, over all its workers."""

    n_calls: int
    cost_usd: float


@dataclass(frozen=True)
class PromptText:
    id: int
    messages: tuple[tuple[str, str], ...]
    """(role, content) each."""
    references: tuple[tuple[str, ...], ...]


def load_prompt_texts(session: Session, prompt_ids: Sequence[int]) -> dict[int, PromptText]:
    references: dict[int, list[tuple[str, ...]]] = {}
    for reference in session.scalars(
        select(ReferenceRow).where(ReferenceRow.prompt_id.in_(prompt_ids)).order_by(ReferenceRow.id)
    ):
        references.setdefault(reference.prompt_id, []).append(tuple(reference.turns))
    query = select(PromptRow.id, PromptRow.messages).where(PromptRow.id.in_(prompt_ids))
    return {
        prompt_id: PromptText(
            prompt_id,
            tuple((message["role"], message["content"]) for message in messages or ()),
            tuple(references.get(prompt_id, ())),
        )
        for prompt_id, messages in session.execute(query)
    }


def load_response_texts(session: Session, response_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the turns of each response that has a text."""
    query = select(ResponseRow.id, ResponseRow.turns).where(ResponseRow.id.in_(response_ids))
    return {row_id: tuple(turns) for row_id, turns in session.execute(query) if turns is not None}


@dataclass(frozen=True)
class ResponsePlace:
    """Whose response it is, and which of several to the same prompt."""

    contestant_id: int
    sample_index: int


def load_response_places(session: Session, response_ids: Sequence[int]) -> dict[int, ResponsePlace]:
    query = select(ResponseRow.id, ResponseRow.contestant_id, ResponseRow.sample_index)
    rows = session.execute(query.where(ResponseRow.id.in_(response_ids)))
    return {row[0]: ResponsePlace(row[1], row[2]) for row in rows}


def find_calls(session: Session, keys: Sequence[str]) -> dict[str, StoredCall]:
    rows = session.scalars(select(CallRow).where(CallRow.key.in_(keys)))
    fields = StoredCall.__dataclass_fields__
    return {row.key: StoredCall(**{name: getattr(row, name) for name in fields}) for row in rows}


def save_results(
    session: Session,
    run_id: int,
    calls: Sequence[StoredCall],
    judgments: Sequence[FinishedJudgment],
    progress: Progress,
) -> Spent:
    """Store a batch: its calls, its judgments, the matches they complete, and the run's counters.

    Doing so twice changes nothing but the counters: a call is unique by key, and a judgment that has been
    decided already stays as it is.
    """
    now = utc_now()
    save_calls(session, calls, now)
    fresh = _save_judgments(session, judgments, now) if judgments else []
    n_scored = sum(judgment.state == "scored" for judgment in fresh)
    spent = session.execute(
        update(RunRow)
        .where(RunRow.id == run_id)
        .values(
            n_scored=RunRow.n_scored + n_scored,
            n_unscored=RunRow.n_unscored + len(fresh) - n_scored,
            **progress.added_to(RunRow, now),
        )
        .returning(RunRow.n_calls, RunRow.cost_usd)
    )
    row = spent.first()
    if row is None:
        raise NotFoundError(f"Run {run_id} is gone.")
    return Spent(*row)


def _save_judgments(
    session: Session, judgments: Sequence[FinishedJudgment], now: datetime
) -> list[FinishedJudgment]:
    """Store those that nobody has decided yet, with the matches they complete; return them."""
    ids = _call_ids(session, {key for judgment in judgments for key in judgment.call_keys})
    open_ids = set(
        session.scalars(
            select(JudgmentRow.id)
            .where(
                JudgmentRow.id.in_([judgment.id for judgment in judgments]), JudgmentRow.state == "planned"
            )
            .with_for_update()  # a worker that froze and woke must not decide it a second time
        )
    )
    fresh = [judgment for judgment in judgments if judgment.id in open_ids]
    _update_judgments(session, fresh, ids, now)
    build_matches(session, [judgment.id for judgment in fresh])
    return fresh


def save_calls(session: Session, calls: Sequence[StoredCall], now: datetime) -> None:
    """Store answers; where two workers asked the same at once, the first answer stays."""
    fields = StoredCall.__dataclass_fields__
    rows = {call.key: {name: getattr(call, name) for name in fields} for call in calls}
    if rows:
        table = CallRow.__table__
        assert isinstance(table, Table)
        values = [{**row, "created_at": now} for row in rows.values()]
        session.execute(insert_new(session, table), values)


def _call_ids(session: Session, keys: set[str]) -> dict[str, int]:
    query = select(CallRow.key, CallRow.id).where(CallRow.key.in_(keys))
    return {row[0]: row[1] for row in session.execute(query)}


def _update_judgments(
    session: Session, judgments: Sequence[FinishedJudgment], call_ids: dict[str, int], now: datetime
) -> None:
    if not judgments:
        return
    copied = (
        "id", "state", "verdict", "reason", "detail", "reasoning", "raw_text", "parse_path", "probability",
        "expected_outcome",
        "n_tokens_in", "n_tokens_out", "cost_usd", "latency_s", "attempts", "is_cached",
    )  # fmt: skip
    rows = []
    for judgment in judgments:
        kept = [call_ids[key] for key in judgment.call_keys if key in call_ids]
        rows.append(
            {name: getattr(judgment, name) for name in copied}
            | {
                "call_id": kept[0] if kept else None,
                "repair_call_id": kept[1] if len(kept) > 1 else None,
                "finished_at": now,
            }
        )
    session.execute(update(JudgmentRow), rows)
    grades = [
        {
            "judgment_id": judgment.id,
            "response_id": judgment.response_first_id,
            "criterion": grade.criterion,
            "level": grade.level,
            "reasoning": grade.reasoning,
        }
        for judgment in judgments
        for grade in judgment.grades
    ]
    if grades:
        session.execute(insert(GradeRow), grades)
