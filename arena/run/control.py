"""Steering a run from anywhere: the wish is stored, and whoever works on the run obeys within a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from arena.errors import UsageError
from arena.run.spec import RunSpec
from arena.store import in_words
from db import Database, runs
from db.runs import RETRYABLE_REASONS

Wish = Literal["run", "pause", "cancel"]
ENDED = ("cancelled", "done", "stopped")


def control_run(database: Database, run_id: int, wanted: Wish) -> None:
    """Ask a run to go on, pause or cancel.

    Raises
    ------
    UsageError
        If the run has ended already and is asked to pause or cancel.
    """
    if wanted == "run":
        resume_run(database, run_id)
        return
    with in_words(), database.write() as session:
        run = runs.get_run(session, run_id)
        if run.state in ENDED:
            raise UsageError(f"Run {run_id} has ended ({run.state}); there is nothing to {wanted}.")
        runs.set_run(session, run_id, wanted=wanted)
        if run.state != "running":
            runs.set_run(session, run_id, state={"pause": "paused", "cancel": "cancelled"}[wanted])


def resume_run(
    database: Database,
    run_id: int,
    *,
    max_cost_usd: float | None = None,
    max_calls: int | None = None,
) -> None:
    """Let a run go on where it stands; what failed for want of network or money is tried again.

    `max_cost_usd` and `max_calls` replace the run's caps where they are given.
    """
    _reopen(database, run_id, RETRYABLE_REASONS, max_cost_usd, max_calls)


def retry_run(database: Database, run_id: int, reasons: Sequence[str]) -> int:
    """Plan the run's unscored judgments of these reasons anew; return how many."""
    return _reopen(database, run_id, reasons, None, None)


def _reopen(
    database: Database,
    run_id: int,
    reasons: Sequence[str],
    max_cost_usd: float | None,
    max_calls: int | None,
) -> int:
    with in_words(), database.write() as session:
        run = runs.get_run(session, run_id)
        failed = runs.find_unscored(session, run_id, reasons)
        if failed:
            runs.reopen(session, run_id, failed)
        plan = RunSpec.from_json(run.plan).to_json()
        if max_cost_usd is not None:
            plan["max_cost_usd"] = max_cost_usd
        if max_calls is not None:
            plan["max_calls"] = max_calls
        state = run.state if run.state == "running" and run.wanted == "run" else "waiting"
        runs.set_run(session, run_id, wanted="run", plan=plan, state=state, finished_at=None)
        runs.recount(session, run_id)
        return len(failed)
