"""The workers of a server's runs: signs of life, who looks after the queue, and the limits they share.

For PostgreSQL only; an SQLite file has one runner, and a lock says so. Times are the server's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db.tables import AllowanceRow, RunRow, WorkerRow, utc_now


@dataclass(frozen=True)
class StoredWorker:
    """A worker that gave a sign of life not long ago."""

    id: int
    name: str
    n_in_flight: int
    n_blocks: int
    started_at: datetime
    seen_at: datetime


def enter(session: Session, name: str) -> int:
    """Register a worker; return its id."""
    row = WorkerRow(name=name, started_at=func.clock_timestamp(), seen_at=func.clock_timestamp())
    session.add(row)
    session.flush()
    return row.id


def give_sign(session: Session, worker_id: int, n_in_flight: int, n_blocks: int) -> bool:
    """Say that a worker lives; False where it has been struck off meanwhile."""
    done = session.execute(
        update(WorkerRow)
        .where(WorkerRow.id == worker_id)
        .values(seen_at=func.clock_timestamp(), n_in_flight=n_in_flight, n_blocks=n_blocks)
        .returning(WorkerRow.id)
    )
    return done.first() is not None


def list_alive(session: Session, silent_s: float) -> list[StoredWorker]:
    """Return who gave a sign within `silent_s` seconds, by id. The first one looks after the queue."""
    since = func.clock_timestamp() - timedelta(seconds=silent_s)
    query = select(WorkerRow).where(WorkerRow.seen_at > since).order_by(WorkerRow.id)
    fields = StoredWorker.__dataclass_fields__
    return [StoredWorker(**{name: getattr(row, name) for name in fields}) for row in session.scalars(query)]


def leave(session: Session, worker_id: int) -> None:
    session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))


def strike_off(session: Session, silent_s: float) -> None:
    """Forget workers that gave no sign for so long."""
    since = func.clock_timestamp() - timedelta(seconds=silent_s)
    session.execute(delete(WorkerRow).where(WorkerRow.seen_at < since))


def draw(session: Session, run_id: int, kind: str, per_minute: float, amount: float) -> float:
    """Take up to `amount` from a run's bucket, which refills evenly; return what was there to take.

    `amount` below 0 gives back. The bucket holds at most a tenth of a minute's worth, and starts empty.
    """
    now: datetime = session.scalars(select(func.clock_timestamp())).one()
    row = session.get(AllowanceRow, (run_id, kind), with_for_update=True)
    if row is None:
        row = AllowanceRow(run_id=run_id, kind=kind, left=0.0, refilled_at=now)
        session.add(row)
    refilled = max(0.0, (now - row.refilled_at).total_seconds()) * per_minute / 60
    left = min(per_minute / 10 + 1, row.left + refilled)
    taken = min(amount, max(0.0, left)) if amount > 0 else amount
    row.left, row.refilled_at = left - taken, now
    return taken


def claim_calls(session: Session, run_id: int, cap: int, n: int) -> bool:
    """Take n calls from what the cap leaves, below 0 give back; False where there are not so many."""
    row = session.get(AllowanceRow, (run_id, "calls"), with_for_update=True)
    if row is None:
        n_calls = session.scalar(select(RunRow.n_calls).where(RunRow.id == run_id)) or 0
        row = AllowanceRow(run_id=run_id, kind="calls", left=cap - n_calls, refilled_at=utc_now())
        session.add(row)
    if n > row.left:
        return False
    row.left -= n
    return True
