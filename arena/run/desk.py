"""One run on one of many workers: takes blocks of it as the queue hands them out, until there are no more."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
from collections.abc import Callable
from typing import Final

from arena.run.ending import UNEXPECTED
from arena.run.jobs import BlockJob
from arena.run.kit import Kit
from arena.run.outage import wait_out
from arena.run.shared_limits import keep_drawing, share_cap, share_limits
from arena.run.station import Patience
from arena.run.work import Block, Work
from db import Database, handing_out, runs
from db.runs import StoredRun

LOG = logging.getLogger(__name__)
CLOSE_AFTER_S: Final = 5.0
QUIET_S: Final = 5.0
"""After so long without anything to begin, what is left counts as the last lap."""


class Desk:
    """Works off blocks of one run. All methods belong to the worker's event loop."""

    def __init__(
        self,
        database: Database,
        run: StoredRun,
        kit: Kit,
        patience: Patience,
        is_leaving: Callable[[], bool],
        is_ours: Callable[[], bool],
    ) -> None:
        self.run_id = run.id
        self.kit = kit
        self.is_closing = False
        self._database = database
        self._is_leaving = is_leaving
        self._feed: queue.Queue[Block | None] = queue.Queue()
        self._blocks: dict[int, tuple[Block, asyncio.Event]] = {}
        self._loop = asyncio.get_running_loop()
        self._busy_at = self._begun_at = self._loop.time()
        self._limits = share_limits(kit)
        self._work = Work(
            database, run, kit, asked_to_stop=self._asked, patience=patience,
            blocks=iter(self._feed.get, None), is_ours=is_ours,
            claim=share_cap(database, run.id, kit), whose=" at one worker",
        )  # fmt: skip
        self._going = asyncio.create_task(self._go())

    @property
    def n_blocks(self) -> int:
        return len(self._blocks)

    async def judge(self, job: BlockJob) -> None:
        """Return when everything planned in the block is stored, or the run is being left."""
        if job.number in self._blocks:
            await self._blocks[job.number][1].wait()
            return
        saved = asyncio.Event()
        block = Block(
            job.number * job.size,
            (job.number + 1) * job.size - 1,
            when_saved=lambda: self._tell(saved),
        )
        self._blocks[job.number] = block, saved
        self._feed.put(block)
        try:
            await saved.wait()
        except asyncio.CancelledError:
            block.is_lost = True
            raise
        finally:
            del self._blocks[job.number]

    def _tell(self, saved: asyncio.Event) -> None:
        self._loop.call_soon_threadsafe(saved.set)

    def lose_blocks(self) -> None:
        """Leave what has not begun to others, who have been given it by now."""
        for block, saved in self._blocks.values():
            block.is_lost = True
            saved.set()

    def look(self) -> None:
        """Notice the last lap, and that there is nothing more to do."""
        now = self._loop.time()
        if self._blocks:
            self._busy_at = now
        if not self._work.crew.n_idle:
            self._begun_at = now
        self._work.station.is_last_lap = now - self._begun_at > QUIET_S
        if now - self._busy_at > CLOSE_AFTER_S:
            self._close()

    def _close(self) -> None:
        self.is_closing = True
        self._feed.put(None)

    async def leave(self) -> None:
        """Wait until everything answered is stored."""
        self._close()
        await asyncio.gather(self._going, return_exceptions=True)

    @property
    def is_gone(self) -> bool:
        return self._going.done()

    def _asked(self) -> str | None:
        if self._is_leaving():
            return "waiting"
        with self._database.read() as session:
            run = runs.get_run(session, self.run_id)
        if run.ending is not None:
            return "stopped"
        if run.state not in ("running", "planning"):
            return "waiting"
        return {"pause": "paused", "cancel": "cancelled"}.get(run.wanted)

    async def _go(self) -> None:
        drawing = asyncio.create_task(keep_drawing(self._database, self.run_id, self._limits))
        try:
            state, why = await self._work.go()
        except Exception:  # the outermost loop: one broken run must not end the worker
            LOG.exception("run %s broke", self.run_id)
            state, why = "stopped", UNEXPECTED
        finally:
            self._close()
            drawing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await drawing
        if state == "stopped" and why is not None:
            await asyncio.to_thread(wait_out, lambda: self._ask_to_end(why))
        self.lose_blocks()

    def _ask_to_end(self, why: str) -> None:
        with self._database.write() as session:
            handing_out.ask_to_end(session, self.run_id, why)
