"""The bias lab's experiments: planning, what is left to do, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.results import StoredCall, save_calls
from db.tables import CallRow, DatasetRow, LabJudgmentRow, LabRunRow, utc_now
from db.upsert import insert_new

RETRYABLE_REASONS = ("api_error", "timeout", "over_budget")


@dataclass(frozen=True)
class StoredLabRun:
    """`n_done` counts its judgments that have been decided."""

    id: int
    dataset_id: int
    dataset: str
    judge_id: int
    state: str
    stop_reason: str | None
    plan: dict[str, Any]
    n_planned: int
    n_already: int
    n_done: int
    n_calls: int
    n_unpriced: int
    cost_usd: float
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class LabItem:
    """One question to the judge: a pair, what is changed on which side, and the shown order."""

    prompt_id: int
    response_a_id: int
    response_b_id: int
    transform: str
    changed: str
    shown_order: str
    repetition: int


@dataclass(frozen=True)
class PlannedLab:
    id: int
    item: LabItem


@dataclass(frozen=True)
class FinishedLab:
    id: int
    state: str
    verdict: str | None
    reason: str | None
    detail: str | None
    call_key: str | None
    cost_usd: float | None


@dataclass(frozen=True)
class LabResult:
    """A decided question of the lab."""

    judge_id: int
    item: LabItem
    state: str
    verdict: str | None
    reason: str | None


@dataclass(frozen=True)
class Spent:
    """What a batch of calls adds to a run."""

    n_calls: int
    n_unpriced: int
    cost_usd: float


_ITEM = (
    LabJudgmentRow.prompt_id,
    LabJudgmentRow.response_a_id,
    LabJudgmentRow.response_b_id,
    LabJudgmentRow.transform,
    LabJudgmentRow.changed,
    LabJudgmentRow.shown_order,
    LabJudgmentRow.repetition,
)


def add_lab_run(session: Session, dataset_id: int, judge_id: int, plan: dict[str, Any]) -> int:
    row = LabRunRow(dataset_id=dataset_id, judge_id=judge_id, plan=plan)
    session.add(row)
    session.flush()
    return row.id


def find_done(session: Session, judge_id: int, dataset_id: int) -> set[LabItem]:
    """Return what this judge version has decided already; failures of network or purse do not count."""
    query = (
        select(*_ITEM)
        .join(LabRunRow, LabRunRow.id == LabJudgmentRow.lab_run_id)
        .where(LabJudgmentRow.judge_id == judge_id, LabRunRow.dataset_id == dataset_id, _is_decided())
    )
    return {LabItem(*row) for row in session.execute(query)}


def _is_decided() -> Any:
    failed = LabJudgmentRow.reason.in_(RETRYABLE_REASONS)
    return (LabJudgmentRow.state != "planned") & (LabJudgmentRow.reason.is_(None) | ~failed)


def plan_lab(session: Session, run_id: int, judge_id: int, items: Sequence[LabItem]) -> None:
    """Plan these questions, taking over those that an earlier run left or failed."""
    session.execute(
        delete(LabJudgmentRow).where(
            LabJudgmentRow.judge_id == judge_id,
            LabJudgmentRow.lab_run_id != run_id,
            (LabJudgmentRow.state == "planned") | LabJudgmentRow.reason.in_(RETRYABLE_REASONS),
        )
    )
    values = [
        {"lab_run_id": run_id, "judge_id": judge_id, "state": "planned", **vars(item)} for item in items
    ]
    table = LabJudgmentRow.__table__
    assert isinstance(table, Table)
    if values:
        session.execute(insert_new(session, table), values)
    n_planned = select(func.count()).where(LabJudgmentRow.lab_run_id == run_id).scalar_subquery()
    session.execute(update(LabRunRow).where(LabRunRow.id == run_id).values(n_planned=n_planned))


def get_lab_run(session: Session, run_id: int) -> StoredLabRun:
    found = _load(session, [run_id])
    if not found:
        raise NotFoundError(f"There is no lab run {run_id}.")
    return found[0]


def list_lab_runs(session: Session, dataset_id: int | None) -> list[StoredLabRun]:
    """Return the newest first."""
    query = select(LabRunRow.id).order_by(LabRunRow.id.desc())
    if dataset_id is not None:
        query = query.where(LabRunRow.dataset_id == dataset_id)
    return _load(session, list(session.scalars(query)))


def _load(session: Session, ids: Sequence[int]) -> list[StoredLabRun]:
    done = {
        row[0]: row[1]
        for row in session.execute(
            select(LabJudgmentRow.lab_run_id, func.count())
            .where(LabJudgmentRow.lab_run_id.in_(ids), LabJudgmentRow.state != "planned")
            .group_by(LabJudgmentRow.lab_run_id)
        )
    }
    query = select(LabRunRow, DatasetRow.name).join(DatasetRow, DatasetRow.id == LabRunRow.dataset_id)
    query = query.where(LabRunRow.id.in_(ids)).order_by(LabRunRow.id.desc())
    return [
        StoredLabRun(
            row.id, row.dataset_id, dataset, row.judge_id, row.state, row.stop_reason, row.plan,
            row.n_planned, row.n_already, done.get(row.id, 0), row.n_calls, row.n_unpriced, row.cost_usd,
            row.created_at, row.finished_at,
        )
        for row, dataset in session.execute(query.execution_options(populate_existing=True))
    ]  # fmt: skip


def set_lab_run(session: Session, run_id: int, **columns: Any) -> None:
    session.execute(update(LabRunRow).where(LabRunRow.id == run_id).values(**columns))


def set_hindrance(session: Session, run_id: int, words: str | None) -> None:
    """Say what holds a running experiment up; one that has been left keeps why it ended."""
    running = update(LabRunRow).where(LabRunRow.id == run_id, LabRunRow.state == "running")
    session.execute(running.values(stop_reason=words))


def reopen_lab(session: Session, run_id: int) -> int:
    """Plan the run's failures of network or purse anew; return how many."""
    ids = list(
        session.scalars(
            select(LabJudgmentRow.id).where(
                LabJudgmentRow.lab_run_id == run_id, LabJudgmentRow.reason.in_(RETRYABLE_REASONS)
            )
        )
    )
    session.execute(
        update(LabJudgmentRow)
        .where(LabJudgmentRow.id.in_(ids))
        .values(state="planned", reason=None, detail=None, call_id=None, finished_at=None)
    )
    return len(ids)


def load_planned_lab(session: Session, run_id: int, after_id: int, limit: int) -> list[PlannedLab]:
    query = (
        select(LabJudgmentRow.id, *_ITEM)
        .where(LabJudgmentRow.lab_run_id == run_id, LabJudgmentRow.state == "planned")
        .where(LabJudgmentRow.id > after_id)
        .order_by(LabJudgmentRow.id)
        .limit(limit)
    )  # fmt: skip
    return [PlannedLab(row[0], LabItem(*row[1:])) for row in session.execute(query)]


def save_lab(
    session: Session, run_id: int, calls: Sequence[StoredCall], finished: Iterable[FinishedLab], spent: Spent
) -> None:
    """Store answers, what they decided, and what they cost, in one transaction."""
    now = utc_now()
    save_calls(session, calls, now)
    finished = list(finished)
    keys = [one.call_key for one in finished if one.call_key is not None]
    found = session.execute(select(CallRow.key, CallRow.id).where(CallRow.key.in_(keys)))
    call_ids = {row[0]: row[1] for row in found}
    rows = [
        {
            "id": one.id, "state": one.state, "verdict": one.verdict, "reason": one.reason,
            "detail": one.detail, "call_id": call_ids.get(one.call_key or ""), "cost_usd": one.cost_usd,
            "finished_at": now,
        }
        for one in finished
    ]  # fmt: skip
    if rows:
        session.execute(update(LabJudgmentRow), rows)
    session.execute(
        update(LabRunRow)
        .where(LabRunRow.id == run_id)
        .values(
            n_calls=LabRunRow.n_calls + spent.n_calls,
            n_unpriced=LabRunRow.n_unpriced + spent.n_unpriced,
            cost_usd=LabRunRow.cost_usd + spent.cost_usd,
        )
    )


def load_lab_results(session: Session, judge_id: int, dataset_id: int | None) -> list[LabResult]:
    """Return everything this judge version decided in the lab."""
    query = select(
        LabJudgmentRow.judge_id, *_ITEM, LabJudgmentRow.state, LabJudgmentRow.verdict, LabJudgmentRow.reason
    ).where(LabJudgmentRow.judge_id == judge_id, LabJudgmentRow.state != "planned")
    if dataset_id is not None:
        query = query.join(LabRunRow, LabRunRow.id == LabJudgmentRow.lab_run_id).where(
            LabRunRow.dataset_id == dataset_id
        )
    return [
        LabResult(row[0], LabItem(*row[1:8]), *row[8:])
        for row in session.execute(query.order_by(LabJudgmentRow.id))
    ]
