"""A worker among many: takes blocks from the queue of a PostgreSQL database, and looks after it in its turn.

Every worker is alike. Each gives signs of life; the one that has been there longest is the foreman, and when
it falls silent the next one is. A worker that froze drops what it had not begun when it wakes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from arena.run.desk import Desk
from arena.run.foreman import Foreman
from arena.run.jobs import ENGINE_ERRORS, BlockJob, BlockQueue, prepare_queue
from arena.run.kit import Kit, make_kit
from arena.run.outage import wait_out
from arena.run.station import Patience
from arena.run.timing import Timing
from db import Database, DatabaseError, runs, workers
from db.postgres import Turn

LOG = logging.getLogger(__name__)
N_THREADS: Final = 32
"""Of this process: a run's feeder may wait in one for its next block."""
START_AGAIN_S: Final = 0.5
FORGET_AFTER_S: Final = 600.0


@dataclass
class BlockWorker:
    """One process that works off blocks of any run until `stop` is set."""

    database: Database
    stop: threading.Event
    timing: Timing = field(default_factory=Timing)
    patience: Patience = field(default_factory=Patience)
    _desks: dict[int, Desk] = field(default_factory=dict)
    _opening: dict[int, asyncio.Lock] = field(default_factory=dict)
    _signed_at: float = 0.0
    _is_leaving: bool = False
    _queue: BlockQueue | None = None
    _last_kit: Kit | None = None
    """Closed at the end only: LiteLLM's connections are all runs' together."""

    async def serve(self) -> None:
        """Work until `stop` is set; what has been answered by then is stored."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(N_THREADS))
        loop.set_exception_handler(_note_engine_errors)
        await asyncio.to_thread(wait_out, lambda: prepare_queue(self.database))
        self._worker_id = await asyncio.to_thread(wait_out, self._enter)
        self._signed_at = time.monotonic()
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._serve_queue(),
                self._give_signs(),
                self._look_after_queue(),
                self._look_at_desks(),
            )
        ]
        try:
            while not self.stop.is_set():
                await asyncio.sleep(0.1)
                for task in tasks:
                    if task.done():
                        task.result()
        finally:
            self._is_leaving = True
            await asyncio.gather(*(desk.leave() for desk in self._desks.values()))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._last_kit is not None:
                await self._last_kit.close()
            with contextlib.suppress(DatabaseError):
                await asyncio.to_thread(self._leave)

    async def _serve_queue(self) -> None:
        """Take jobs; where the server of the engine goes away, drop what has not begun and start anew."""
        while True:
            queue = BlockQueue(self.database, self._judge_block)
            try:
                async with queue.opened():
                    self._queue = queue
                    await queue.serve(self.timing)
            except ENGINE_ERRORS as error:
                LOG.warning("the queue cannot be reached: %s", error)
            finally:
                self._queue = None
            for desk in self._desks.values():
                desk.lose_blocks()
            await asyncio.sleep(START_AGAIN_S)

    async def _judge_block(self, job: BlockJob) -> None:
        desk = await self._desk(job.run_id)
        if desk is not None:
            await desk.judge(job)

    async def _desk(self, run_id: int) -> Desk | None:
        """Return where the run is worked on here, None where it is not to be worked on."""
        async with self._opening.setdefault(run_id, asyncio.Lock()):
            desk = self._desks.get(run_id)
            if desk is not None and not desk.is_closing:
                return desk
            if desk is not None:
                await desk.leave()
            run = await asyncio.to_thread(wait_out, lambda: self._get_run(run_id))
            if self._is_ending() or run.state != "running" or run.wanted != "run" or run.ending is not None:
                return None
            kit = await asyncio.to_thread(wait_out, lambda: make_kit(self.database, run))
            self._last_kit = kit
            desk = Desk(self.database, run, kit, self.patience, self._is_ending, self._is_alive)
            self._desks[run_id] = desk
            return desk

    def _get_run(self, run_id: int) -> runs.StoredRun:
        with self.database.read() as session:
            return runs.get_run(session, run_id)

    async def _look_at_desks(self) -> None:
        while True:
            await asyncio.sleep(self.timing.look_s)
            for run_id, desk in list(self._desks.items()):
                desk.look()
                if desk.is_gone:
                    del self._desks[run_id]

    async def _look_after_queue(self) -> None:
        foreman = Foreman(self.database, self.timing.silent_s)
        while True:
            await asyncio.sleep(self.timing.look_s)
            if self._queue is None:
                continue
            try:
                alive = await asyncio.to_thread(self._list_alive)
                if alive and alive[0] == self._worker_id:
                    await foreman.look(self._queue, len(alive))
            except (DatabaseError, *ENGINE_ERRORS) as error:
                LOG.warning("looking after the queue again soon: %s", error)

    async def _give_signs(self) -> None:
        while True:
            if not self._is_alive():  # frozen, or cut off: others have been given what is held here
                for desk in self._desks.values():
                    desk.lose_blocks()
            try:
                await asyncio.to_thread(self._sign)
            except DatabaseError as error:
                LOG.warning("no sign of life could be given: %s", error)
            await asyncio.sleep(self.timing.sign_s)

    def _sign(self) -> None:
        desks = list(self._desks.values())
        n_in_flight = sum(desk.kit.pace.n_in_flight for desk in desks)
        with self.database.write(Turn.BEAT) as session:
            is_known = workers.give_sign(
                session, self._worker_id, n_in_flight, sum(desk.n_blocks for desk in desks)
            )
            workers.strike_off(session, FORGET_AFTER_S)
        if not is_known:
            self._worker_id = self._enter()
        self._signed_at = time.monotonic()

    def _is_ending(self) -> bool:
        return self._is_leaving or self.stop.is_set()

    def _is_alive(self) -> bool:
        return time.monotonic() - self._signed_at < self.timing.silent_s

    def _list_alive(self) -> list[int]:
        with self.database.read() as session:
            return [worker.id for worker in workers.list_alive(session, self.timing.silent_s)]

    def _enter(self) -> int:
        with self.database.write(Turn.BEAT) as session:
            return workers.enter(session, f"{socket.gethostname()}:{os.getpid()}")

    def _leave(self) -> None:
        with self.database.write(Turn.BEAT) as session:
            workers.leave(session, self._worker_id)


def _note_engine_errors(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say in a line that a job was gone when it was done: others were given it meanwhile."""
    if isinstance(context.get("exception"), ENGINE_ERRORS):
        LOG.warning("the queue had given a block to others: %s", context["message"])
    else:
        loop.default_exception_handler(context)


def serve_blocks(
    database: Database,
    stop: threading.Event,
    *,
    until: Callable[[], bool] | None = None,
    timing: Timing | None = None,
    patience: Patience | None = None,
) -> None:
    """Work off blocks in this process until `stop` is set, or `until` says so."""
    worker = BlockWorker(database, stop, timing or Timing(), patience or Patience())

    async def serve() -> None:
        watching = asyncio.create_task(_stop_when(stop, until)) if until is not None else None
        try:
            await worker.serve()
        finally:
            if watching is not None:
                watching.cancel()

    asyncio.run(serve())


async def _stop_when(stop: threading.Event, is_time: Callable[[], bool]) -> None:
    while not await asyncio.to_thread(is_time):
        await asyncio.sleep(0.2)
    stop.set()
