"""Handing a run's planned judgments out to many workers, and beginning and ending it once for all of them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from db.tables import AllowanceRow, JudgmentRow, RunRow, utc_now


def list_in_state(session: Session, *states: str) -> list[int]:
    """Return the runs in one of these states, oldest first."""
    return list(session.scalars(select(RunRow.id).where(RunRow.state.in_(states)).order_by(RunRow.id)))


def begin_run(session: Session, run_id: int) -> bool:
    """Mark a waiting run as running; return whether this call did it."""
    now = utc_now()
    begun = session.execute(
        update(RunRow)
        .where(RunRow.id == run_id, RunRow.state == "waiting", RunRow.wanted == "run")
        .values(state="running", stop_reason=None, ending=None, finished_at=None, heartbeat_at=now)
        .returning(RunRow.id)
    )
    if begun.first() is None:
        return False
    # What is left of a cap on calls is counted anew: it may have been raised, or claimed by who is gone.
    session.execute(delete(AllowanceRow).where(AllowanceRow.run_id == run_id))
    started = update(RunRow).where(RunRow.id == run_id, RunRow.started_at.is_(None))
    session.execute(started.values(started_at=now))
    return True


def list_blocks(
    session: Session, run_id: int, size: int, after: int, limit: int, *, by_prompt: bool
) -> list[int]:
    """Return the next blocks of the run that hold planned judgments, by number, those above `after`.

    Block b is the judgments with ids from b * size to b * size + size - 1, or those on the prompts with such
    ids. `limit` counts judgments looked at, so that a look takes the same time however long the plan is.
    """
    place: ColumnElement[int] = (JudgmentRow.prompt_id if by_prompt else JudgmentRow.id).expression
    query = (
        select(place)
        .where(JudgmentRow.run_id == run_id, JudgmentRow.state == "planned", place >= (after + 1) * size)
        .order_by(place)
        .limit(limit)
    )
    return sorted({found // size for found in session.scalars(query)})


def ask_to_end(session: Session, run_id: int, why: str) -> None:
    """Ask all workers to let calls under way finish and to start none; the first reason stays."""
    session.execute(
        update(RunRow)
        .where(RunRow.id == run_id, RunRow.state == "running", RunRow.ending.is_(None))
        .values(ending=why)
    )


def has_planned(session: Session, run_id: int) -> bool:
    planned = select(JudgmentRow.id).where(JudgmentRow.run_id == run_id, JudgmentRow.state == "planned")
    return session.scalar(planned.limit(1)) is not None


def claim_planning(session: Session, run_id: int, stale_s: float) -> bool:
    """Take a running run to plan its next round; False where somebody else does so."""
    stale = utc_now() - timedelta(seconds=stale_s)
    claimed = session.execute(
        update(RunRow)
        .where(
            RunRow.id == run_id,
            (RunRow.state == "running") | ((RunRow.state == "planning") & (RunRow.heartbeat_at < stale)),
        )
        .values(state="planning", heartbeat_at=utc_now())
        .returning(RunRow.id)
    )
    return claimed.first() is not None
