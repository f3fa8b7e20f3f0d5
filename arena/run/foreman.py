"""Looking after the queue: the worker that has been there longest begins, supplies and ends the runs.

The queue holds the next blocks of each plan and no more, so that pausing a run of millions leaves nothing
behind. What no job stands for is handed out again, whatever became of its job. Two foremen at once, for a
moment after one froze, do no harm: what must happen once is one transaction each.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from arena.run.adaptive import plan_next_round
from arena.run.ending import UNEXPECTED, leave_run
from arena.run.jobs import BLOCKS_AT_ONCE, BlockJob, BlockQueue
from arena.run.spec import RunSpec
from arena.run.work import CHUNK
from db import Database, handing_out, runs
from db.runs import StoredRun

LOG = logging.getLogger(__name__)
BUILTIN_BLOCK: Final = 1024
LISTS_BLOCK: Final = 8
JUDGMENTS_OF_LISTS: Final = 4096
QUEUED_AHEAD: Final = 2
"""Waiting blocks for each that is being done."""
LEAST_QUEUED: Final = 16
GRACE_S: Final = 1.4
STALE_PLANNING_S: Final = 60.0


def block_size(run: StoredRun) -> int:
    """Return how many places a block has: more than a worker's calls at once, so that they stay full.

    A small run has smaller ones, that all may have a part in it. It stays the same while jobs are out.
    """
    wish = RunSpec.from_json(run.plan)
    if wish.mode == "listwise":
        return LISTS_BLOCK
    if wish.judge.startswith("builtin/"):
        return BUILTIN_BLOCK
    return max(min(CHUNK, run.n_planned // LEAST_QUEUED), 2 * wish.max_concurrency)


@dataclass
class Foreman:
    """What one worker does when the queue is its to look after."""

    database: Database
    silent_s: float
    _handed_out: dict[int, int] = field(default_factory=dict)
    """By run: all blocks up to this number are done. A hint; the look starts over where it finds nothing."""
    _asked_at: dict[int, float] = field(default_factory=dict)

    async def look(self, queue: BlockQueue, n_workers: int) -> None:
        """Do once what there is to do."""
        n_returned = await queue.return_stalled(self.silent_s)
        if n_returned:
            LOG.warning("%d blocks of silent workers go to others", n_returned)
        running = await asyncio.to_thread(self._list_running)
        jobs = await queue.list_jobs()
        for run in running:
            mine = [job for job in jobs if job.run_id == run.id]
            await self._look_at(run, mine, queue, n_workers)

    def _list_running(self) -> list[StoredRun]:
        with self.database.read() as session:
            waiting = handing_out.list_in_state(session, "waiting")
        for run_id in waiting:
            with self.database.write() as session:
                handing_out.begin_run(session, run_id)
        with self.database.read() as session:
            running = [
                runs.get_run(session, run_id)
                for run_id in handing_out.list_in_state(session, "running", "planning")
            ]
        return [run for run in running if run.started_at is not None]

    async def _look_at(
        self, run: StoredRun, jobs: Sequence[BlockJob], queue: BlockQueue, n_workers: int
    ) -> None:
        if run.ending is not None or run.wanted != "run":
            await self._end(run, is_busy=any(job.is_doing for job in jobs))
            return
        self._asked_at.pop(run.id, None)
        if run.state == "planning":
            if (time.time() - run.heartbeat_at.timestamp() if run.heartbeat_at else 0.0) > STALE_PLANNING_S:
                await asyncio.to_thread(self._finish, run)
            return
        n_waiting = sum(not job.is_doing for job in jobs)
        n_more = max(LEAST_QUEUED, QUEUED_AHEAD * BLOCKS_AT_ONCE * n_workers) - n_waiting
        if n_more <= 0:
            return
        there = {job.number for job in jobs}
        blocks = await asyncio.to_thread(self._next_blocks, run, len(there) + n_more)
        new = [number for number in blocks if number not in there][:n_more]
        if new:
            size = block_size(run)
            await queue.hand_out([BlockJob(run.id, number, size) for number in new])
        elif not blocks and not jobs:
            await asyncio.to_thread(self._finish, run)

    def _next_blocks(self, run: StoredRun, n_blocks: int) -> list[int]:
        size, by_prompt = block_size(run), RunSpec.from_json(run.plan).mode == "listwise"
        limit = JUDGMENTS_OF_LISTS if by_prompt else n_blocks * size
        for after in dict.fromkeys((self._handed_out.get(run.id, -1), -1)):
            with self.database.read() as session:
                blocks = handing_out.list_blocks(session, run.id, size, after, limit, by_prompt=by_prompt)
            if blocks:
                self._handed_out[run.id] = blocks[0] - 1
                return blocks
        return []

    async def _end(self, run: StoredRun, *, is_busy: bool) -> None:
        """Leave the run once calls under way are in: whatever they take at a cap, a second for a person."""
        since = self._asked_at.setdefault(run.id, time.monotonic())
        is_over = not is_busy or (run.ending is None and time.monotonic() - since > GRACE_S)
        if not is_over:
            return
        state = "stopped" if run.ending is not None else {"pause": "paused"}.get(run.wanted, "cancelled")
        await asyncio.to_thread(leave_run, self.database, run.id, state, run.ending)
        self._asked_at.pop(run.id, None)

    def _finish(self, run: StoredRun) -> None:
        """End a run of which nothing is planned any more, or plan its next round."""
        if RunSpec.from_json(run.plan).pairs != "adaptive":
            leave_run(self.database, run.id, "done", None)
            return
        with self.database.write() as session:
            if not handing_out.claim_planning(session, run.id, STALE_PLANNING_S):
                return
        try:
            following = plan_next_round(self.database, run)
        except Exception:  # one broken plan must not keep the others from being looked after
            LOG.exception("run %s broke", run.id)
            leave_run(self.database, run.id, "stopped", UNEXPECTED)
            return
        if not following.n_planned:
            leave_run(self.database, run.id, "done", following.why)
            return
        with self.database.write() as session:
            runs.set_run(session, run.id, state="running")
