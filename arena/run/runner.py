"""The runner: the one process that works off a database's runs, one after the other.

A lock makes it the only one; whoever does not get it leaves the run to the holder and watches.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from arena.run.adaptive import plan_next_round
from arena.run.pace import Allowance, Pace
from arena.run.spec import RunSpec
from arena.run.station import Client, Patience, Spending
from arena.run.work import OVER_BUDGET, Work
from db import Database, judges, matches, runs, utc_now
from db.postgres import is_runner_turn_taken, runner_turn
from db.runs import StoredRun
from judge import JudgeSpec

LOG = logging.getLogger(__name__)
LOCK_SUFFIX: Final = ".runner.lock"


@contextlib.contextmanager
def runner_lock(database: Database, *, wait_s: float = 1.0) -> Iterator[bool]:
    """Hold the database's runner lock for the block; gives False where another process holds it.

    A file lock beside an SQLite database, an advisory lock on a server; both end with their process. A short
    wait lets a passing `is_runner_alive` of another process end.
    """
    path = database.path
    if path is None:
        with runner_turn(database.writer) as is_ours:
            yield is_ours
        return
    lock = FileLock(str(path) + LOCK_SUFFIX)
    try:
        lock.acquire(timeout=wait_s, poll_interval=0.05)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def is_runner_alive(database: Database) -> bool:
    """Whether some process holds the runner lock."""
    path = database.path
    if path is None:
        with database.read() as session:
            return is_runner_turn_taken(session.connection())
    if not Path(str(path) + LOCK_SUFFIX).exists():
        return False
    with runner_lock(database, wait_s=0) as is_free:
        return not is_free


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
    with database.write() as session:
        runs.set_run(
            session, run_id, state="running", stop_reason=None, finished_at=None, heartbeat_at=utc_now()
        )
        run = runs.get_run(session, run_id)
        if run.started_at is None:
            runs.set_run(session, run_id, started_at=utc_now())
        stored = judges.get_stored_judge(session, run.judge_id)
        fence_key = judges.get_fence_key(session)
    wish = RunSpec.from_json(run.plan)
    spec = replace(JudgeSpec.from_json(json.dumps(stored.spec)), api_base=wish.api_base)
    try:
        while True:
            state, why = asyncio.run(
                _work(database, run, wish, spec, fence_key, keep_on, patience or Patience())
            )
            if state != "done" or wish.pairs != "adaptive":
                break
            following = plan_next_round(database, run)
            why = following.why
            if not following.n_planned:
                break
            with database.read() as session:
                run = runs.get_run(session, run_id)
    except KeyboardInterrupt:
        _leave(database, run_id, "paused", "Interrupted by hand.")
        raise
    except Exception:
        LOG.exception("run %s broke", run_id)
        state, why = "stopped", "Something unexpected broke; the runner's log says what. Resume to go on."
    _leave(database, run_id, state, why)


async def _work(
    database: Database,
    run: StoredRun,
    wish: RunSpec,
    spec: JudgeSpec,
    fence_key: bytes,
    keep_on: Callable[[], bool],
    patience: Patience,
) -> tuple[str, str | None]:
    client: Client | None = None
    if not spec.is_builtin:
        from judge.litellm_client import LiteLLMClient

        client = LiteLLMClient(timeout_s=wish.timeout_s)
    work = Work(
        database=database,
        run=run,
        spec=spec,
        fence_key=fence_key,
        client=client,
        pace=to_pace(wish),
        spending=Spending(wish.max_cost_usd, wish.max_calls, run.cost_usd, run.n_calls),
        asked_to_stop=lambda: _asked(database, run.id, keep_on),
        patience=patience,
    )
    try:
        return await work.go()
    finally:
        if client is not None:
            await client.aclose()


def to_pace(wish: RunSpec) -> Pace:
    """Return the speed a run asks for."""
    return Pace(
        wish.max_concurrency,
        None if wish.max_requests_per_minute is None else Allowance(wish.max_requests_per_minute),
        None if wish.max_tokens_per_minute is None else Allowance(wish.max_tokens_per_minute),
    )


def _asked(database: Database, run_id: int, keep_on: Callable[[], bool]) -> str | None:
    if not keep_on():
        return "waiting"
    with database.read() as session:
        wanted = runs.get_run(session, run_id).wanted
    return {"pause": "paused", "cancel": "cancelled"}.get(wanted)


def _leave(database: Database, run_id: int, state: str, why: str | None) -> None:
    with database.write() as session:
        if state == "stopped" and why is not None and why.startswith("The cap of"):
            runs.fail_planned(session, run_id, OVER_BUDGET, why)
        matches.build_matches(session, matches.find_unmatched(session, run_id))
        finished_at = None if state in ("waiting", "paused") else utc_now()
        runs.set_run(session, run_id, state=state, stop_reason=why, finished_at=finished_at)
        runs.recount(session, run_id)
