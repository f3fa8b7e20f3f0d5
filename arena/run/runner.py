"""The runner: the one process that works off a database's runs, one after the other.

A lock makes it the only one; whoever does not get it leaves the run to the holder and watches.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from arena.process_lock import ProcessLock
from arena.run.adaptive import plan_next_round
from arena.run.ending import UNEXPECTED, leave_run
from arena.run.kit import make_kit
from arena.run.spec import RunSpec
from arena.run.station import Patience
from arena.run.timing import Timing
from arena.run.work import Work
from db import Database, runs, utc_now, workers
from db.postgres import Turn, is_turn_taken
from db.runs import StoredRun

LOG = logging.getLogger(__name__)
RUNNER_LOCK: Final = ProcessLock(".runner.lock", Turn.RUNNER)


def is_runner_alive(database: Database) -> bool:
    """Whether some process holds the runner lock, or works beside others on a server."""
    if database.path is not None:
        return RUNNER_LOCK.is_held(database)
    with database.read() as session:
        is_taken = is_turn_taken(session.connection(), Turn.RUNNER)
        return is_taken or bool(workers.list_alive(session, Timing().silent_s))


def run_waiting(database: Database, keep_on: Callable[[], bool]) -> int:
    """Work off every run that waits or was left by a dead runner; return how many. Needs the lock."""
    n_runs = 0
    while keep_on():
        with database.read() as session:
            waiting = runs.list_runnable(session)
        if not waiting:
            break
        work_off(database, waiting[0], keep_on)
        n_runs += 1
    return n_runs


def work_off(
    database: Database, run_id: int, keep_on: Callable[[], bool], patience: Patience | None = None
) -> None:
    """Work off one run until it ends or is asked to stop; its state says how it ended."""
    left_in = "waiting"
    while left_in == "waiting" and keep_on():
        with database.write() as session:
            run = runs.get_run(session, run_id)
            now = utc_now()
            runs.set_run(
                session, run_id, state="running", stop_reason=None, ending=None, finished_at=None,
                started_at=run.started_at or now, heartbeat_at=now,
            )  # fmt: skip
        try:
            state, why = _work_through(database, run, keep_on, patience or Patience())
        except KeyboardInterrupt:
            leave_run(database, run_id, "paused", "Interrupted by hand.")
            raise
        except Exception:  # the outermost loop: one broken run must not end the runner
            LOG.exception("run %s broke", run_id)
            state, why = "stopped", UNEXPECTED
        left_in = leave_run(database, run_id, state, why)


def _work_through(
    database: Database, run: StoredRun, keep_on: Callable[[], bool], patience: Patience
) -> tuple[str, str | None]:
    """Work off what is planned, round after round where the run is adaptive."""
    while True:
        state, why = asyncio.run(_work(database, run, keep_on, patience))
        if state != "done" or RunSpec.from_json(run.plan).pairs != "adaptive":
            return state, why
        following = plan_next_round(database, run)
        if not following.n_planned:
            return state, following.why
        with database.read() as session:
            run = runs.get_run(session, run.id)


async def _work(
    database: Database, run: StoredRun, keep_on: Callable[[], bool], patience: Patience
) -> tuple[str, str | None]:
    kit = make_kit(database, run)
    try:
        return await Work(
            database, run, kit, asked_to_stop=lambda: _asked(database, run.id, keep_on), patience=patience
        ).go()
    finally:
        await kit.close()


def _asked(database: Database, run_id: int, keep_on: Callable[[], bool]) -> str | None:
    if not keep_on():
        return "waiting"
    with database.read() as session:
        wanted = runs.get_run(session, run_id).wanted
    return {"pause": "paused", "cancel": "cancelled"}.get(wanted)
