"""The job engine, and the only file that knows which one: procrastinate, in the run's own PostgreSQL.

The database remembers, the engine only distributes. A job names a run and a block of its plan. It may be done
twice without harm, and it may get lost: whoever looks after the queue hands out what no job stands for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import procrastinate
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Job
from procrastinate.schema import SchemaManager
from psycopg_pool import PoolTimeout

from arena.run.timing import Timing
from db import Database
from db.foreign_tables import create_once, driver_address

QUEUE: Final = "evenhand"
TASK: Final = "evenhand.judge_block"
BLOCKS_AT_ONCE: Final = 3
"""Blocks one worker holds: its calls stay full while a block's last answers come in."""
ARGUMENTS: Final = ("run_id", "number", "size")
POLL_S: Final = 1.0
LEAVE_WITHIN_S: Final = 3.0
ENGINE_ERRORS: Final = (ProcrastinateException, PoolTimeout)


@dataclass(frozen=True)
class BlockJob:
    """Block `number` of a run's plan: places number * size to number * size + size - 1."""

    run_id: int
    number: int
    size: int
    is_doing: bool = False


def prepare_queue(database: Database) -> bool:
    """Create the engine's tables beside ours, or bring them to its version; return whether there was need."""
    steps = [(path.name, path) for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))]
    return create_once(
        database,
        table="procrastinate_jobs",
        schema=SchemaManager.get_schema(),
        steps=[(name, path.read_text(encoding="utf-8")) for name, path in steps],
    )


class BlockQueue:
    """The queue as one worker sees it."""

    def __init__(self, database: Database, do: Callable[[BlockJob], Awaitable[None]]) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=driver_address(database.url),
            min_size=1,
            max_size=6,
            timeout=5.0,
        )
        self._app = procrastinate.App(connector=connector)

        async def judge_block(run_id: int, number: int, size: int) -> None:
            await do(BlockJob(run_id, number, size, is_doing=True))

        self._app.task(name=TASK, queue=QUEUE)(judge_block)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[BlockQueue]:
        async with self._app.open_async():
            yield self

    async def serve(self, timing: Timing) -> None:
        """Do jobs as they come until cancelled, or until the engine's server is gone."""
        await self._app.run_worker_async(
            queues=[QUEUE],
            concurrency=BLOCKS_AT_ONCE,
            fetch_job_polling_interval=POLL_S,
            install_signal_handlers=False,
            update_heartbeat_interval=timing.sign_s,
            stalled_worker_timeout=timing.silent_s,
            shutdown_graceful_timeout=LEAVE_WITHIN_S,
            delete_jobs="always",
        )

    async def hand_out(self, jobs: Sequence[BlockJob]) -> None:
        """Queue blocks. One that is being done already is done again afterwards, not beside."""
        names = [f"run-{job.run_id}-{job.size}-{job.number}" for job in jobs]
        await self._app.job_manager.batch_defer_jobs_async(
            [
                Job(
                    id=None,
                    queue=QUEUE,
                    lock=name,
                    queueing_lock=None,
                    task_name=TASK,
                    task_kwargs={"run_id": job.run_id, "number": job.number, "size": job.size},
                )
                for job, name in zip(jobs, names, strict=True)
            ]
        )

    async def list_jobs(self) -> list[BlockJob]:
        """Return what is queued or being done."""
        found = []
        for status in ("todo", "doing"):
            for job in await self._app.job_manager.list_jobs_async(queue=QUEUE, status=status):
                run_id, number, size = (int(str(job.task_kwargs[name])) for name in ARGUMENTS)
                found.append(BlockJob(run_id, number, size, is_doing=status == "doing"))
        return found

    async def return_stalled(self, silent_s: float) -> int:
        """Give jobs of workers without a heartbeat back to the queue; return how many."""
        stalled = list(await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_s))
        for job in stalled:
            await self._app.job_manager.retry_job(job)
        await self._app.job_manager.prune_stalled_workers(silent_s)
        return len(stalled)
