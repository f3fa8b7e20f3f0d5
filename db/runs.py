"""Runs: their state, the judgments handed out of their plan, and counting as they go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.matches import BATCH, build_matches, drop_matches
from db.tables import JudgmentRow, RunRow, utc_now

ACTIVE_STATES = ("planning", "waiting", "running")
RETRYABLE_REASONS = ("api_error", "timeout", "over_budget")
"""Failures of the network or the purse, not of the judge's words: a new plan tries them again."""


@dataclass(frozen=True)
class StoredRun:
    """A run as it stands. Counters cover the run's own judgments."""

    id: int
    dataset_id: int
    judge_id: int
    state: str
    wanted: str
    stop_reason: str | None
    ending: str | None
    plan: dict[str, Any]
    n_planned: int
    n_already: int
    n_scored: int
    n_unscored: int
    n_calls: int
    n_cached: int
    n_retries: int
    n_unpriced: int
    cost_usd: float
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class PlannedJudgment:
    """`response_second_id` and `shown_order` are None for a single response."""

    id: int
    prompt_id: int
    response_first_id: int
    response_second_id: int | None
    shown_order: str | None
    repetition: int


def get_run(session: Session, run_id: int) -> StoredRun:
    row = session.get(RunRow, run_id)
    if row is None:
        last = session.scalar(select(func.max(RunRow.id)))
        there = f"The last one is {last}." if last else "There are none yet."
        raise NotFoundError(f"There is no run {run_id}. {there}")
    return _stored(row)


def list_runs(session: Session, dataset_id: int | None) -> list[StoredRun]:
    """Return the newest first."""
    query = select(RunRow).order_by(RunRow.id.desc())
    if dataset_id is not None:
        query = query.where(RunRow.dataset_id == dataset_id)
    return [_stored(row) for row in session.scalars(query)]


def list_runnable(session: Session) -> list[int]:
    """Return the runs that wait for a runner or were left by one, oldest first."""
    query = select(RunRow.id).where(RunRow.state.in_(("waiting", "running")), RunRow.wanted == "run")
    return list(session.scalars(query.order_by(RunRow.id)))


def _stored(row: RunRow) -> StoredRun:
    return StoredRun(**{name: getattr(row, name) for name in StoredRun.__dataclass_fields__})


def count_reasons(session: Session, run_id: int) -> dict[str, int]:
    """Count the run's unscored judgments by reason."""
    query = (
        select(JudgmentRow.reason, func.count())
        .where(JudgmentRow.run_id == run_id, JudgmentRow.state == "unscored")
        .group_by(JudgmentRow.reason)
    )
    return {str(row[0]): row[1] for row in session.execute(query)}


def add_run(session: Session, dataset_id: int, judge_id: int, plan: dict[str, Any]) -> int:
    row = RunRow(dataset_id=dataset_id, judge_id=judge_id, plan=plan)
    session.add(row)
    session.flush()
    return row.id


def reopen(session: Session, run_id: int, judgment_ids: Sequence[int]) -> None:
    """Give failed or left judgments to a run as planned, dropping the unscored matches they made."""
    drop_matches(session, judgment_ids)
    for start in range(0, len(judgment_ids), BATCH):
        session.execute(
            update(JudgmentRow)
            .where(JudgmentRow.id.in_(judgment_ids[start : start + BATCH]))
            .values(
                run_id=run_id, state="planned", reason=None, detail=None, raw_text=None, reasoning=None,
                call_id=None, repair_call_id=None, finished_at=None, attempts=None, is_cached=False,
            )
        )  # fmt: skip


def find_unscored(session: Session, run_id: int, reasons: Sequence[str]) -> list[int]:
    query = select(JudgmentRow.id).where(
        JudgmentRow.run_id == run_id, JudgmentRow.state == "unscored", JudgmentRow.reason.in_(reasons)
    )
    return list(session.scalars(query))


def set_run(session: Session, run_id: int, **columns: Any) -> None:
    session.execute(update(RunRow).where(RunRow.id == run_id).values(**columns))


def set_hindrance(session: Session, run_id: int, words: str | None) -> None:
    """Say what holds a running run up; one that has been left keeps why it ended."""
    wanted = update(RunRow).where(RunRow.id == run_id, RunRow.state == "running")
    session.execute(wanted.values(stop_reason=words))


def find_running(session: Session) -> int | None:
    """Return the oldest run that is being worked off."""
    return session.scalar(select(RunRow.id).where(RunRow.state == "running").order_by(RunRow.id).limit(1))


def recount(session: Session, run_id: int) -> None:
    """Set the counters that can be counted from the judgments; done at the run's turning points."""
    states = {
        str(row[0]): int(row[1])
        for row in session.execute(
            select(JudgmentRow.state, func.count())
            .where(JudgmentRow.run_id == run_id)
            .group_by(JudgmentRow.state)
        )
    }
    set_run(
        session,
        run_id,
        n_planned=sum(states.values()),
        n_scored=states.get("scored", 0),
        n_unscored=states.get("unscored", 0),
    )


def load_planned(
    session: Session, run_id: int, after_id: int, limit: int, last_id: int | None = None
) -> list[PlannedJudgment]:
    """Return the next planned judgments of the run, by id, up to `last_id` (None: to the end)."""
    query = (
        select(
            JudgmentRow.id,
            JudgmentRow.prompt_id,
            JudgmentRow.response_first_id,
            JudgmentRow.response_second_id,
            JudgmentRow.shown_order,
            JudgmentRow.repetition,
        )
        .where(JudgmentRow.run_id == run_id, JudgmentRow.state == "planned", JudgmentRow.id > after_id)
        .order_by(JudgmentRow.id)
        .limit(limit)
    )
    if last_id is not None:
        query = query.where(JudgmentRow.id <= last_id)
    return [PlannedJudgment(*row) for row in session.execute(query)]


def load_planned_lists(
    session: Session, run_id: int, after_prompt_id: int, n_prompts: int, last_prompt_id: int | None = None
) -> list[PlannedJudgment]:
    """Return all planned judgments of the run on the next prompts, so that no list is split."""
    planned = [JudgmentRow.run_id == run_id, JudgmentRow.state == "planned"]
    if last_prompt_id is not None:
        planned.append(JudgmentRow.prompt_id <= last_prompt_id)
    prompts = (
        select(JudgmentRow.prompt_id)
        .where(*planned, JudgmentRow.prompt_id > after_prompt_id)
        .distinct()
        .order_by(JudgmentRow.prompt_id)
        .limit(n_prompts)
    )
    query = (
        select(
            JudgmentRow.id,
            JudgmentRow.prompt_id,
            JudgmentRow.response_first_id,
            JudgmentRow.response_second_id,
            JudgmentRow.shown_order,
            JudgmentRow.repetition,
        )
        .where(*planned, JudgmentRow.prompt_id.in_(list(session.scalars(prompts))))
        .order_by(JudgmentRow.prompt_id, JudgmentRow.id)
    )
    return [PlannedJudgment(*row) for row in session.execute(query)]


def fail_planned(session: Session, run_id: int, reason: str, detail: str, at_most: int) -> int:
    """Mark some of what is still planned as unscored for this reason, with its matches; return how many."""
    planned = (JudgmentRow.run_id == run_id, JudgmentRow.state == "planned")
    ids = list(
        session.scalars(select(JudgmentRow.id).where(*planned).order_by(JudgmentRow.id).limit(at_most))
    )
    if ids:
        session.execute(
            update(JudgmentRow)
            .where(*planned, JudgmentRow.id <= ids[-1])
            .values(state="unscored", reason=reason, detail=detail, finished_at=utc_now())
        )
        build_matches(session, ids)
    return len(ids)
