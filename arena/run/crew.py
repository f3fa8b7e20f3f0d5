"""Working through many items with full concurrency: feed, work, save as it comes, stop when asked.

Knows neither judges nor contestants; `arena.run.work` and `arena.generate.work` say what an item is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item")

LOOK_EVERY_S = 0.5
SAVE_EVERY_S = 0.25
"""The longest time between two calls of `save`; what is noticed is saved at once."""
SHORT_GRACE_S = 1.2


class Watcher(Protocol):
    """Asked between batches whether to go on: None, or the state to leave the run in."""

    def __call__(self) -> str | None: ...


@dataclass
class Crew(Generic[Item]):
    """Works through chunks of items.

    Parameters
    ----------
    chunks : iterator
        Gives lists of items; each is taken in a thread, so it may read the database.
    do : callable
        Handles one item; calls `end` when nothing more may start.
    save : callable
        Stores what has been done since it was last called; runs in a thread, never twice at once.
    asked_to_stop : callable
        Returns the state to leave the run in (`paused`, `cancelled`, `waiting`), None to go on.
    answer_timeout_s : float
        How long calls under way may still take when the run stopped by itself.
    when_idle : callable
        Called when a worker finds nothing more to do: what is left is under way.
    when_ending : callable
        Called once when nothing more may start.
    """

    n_workers: int
    chunks: Iterator[Sequence[Item]]
    do: Callable[[Item], Awaitable[None]]
    save: Callable[[], None]
    asked_to_stop: Watcher
    answer_timeout_s: float
    when_idle: Callable[[], None] = lambda: None
    when_ending: Callable[[], None] = lambda: None
    left_in: str | None = None
    why: str | None = None
    n_idle: int = 0
    """Workers that wait for an item."""
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _noticed: asyncio.Event = field(default_factory=asyncio.Event)
    _is_over: bool = False

    async def go(self) -> tuple[str, str | None]:
        """Work until the items are done or something ends it; return the state to leave it in, and why."""
        queue: asyncio.Queue[Item | None] = asyncio.Queue(maxsize=max(128, self.n_workers))
        workers = [asyncio.create_task(self._work(queue)) for _ in range(self.n_workers)]
        feeder = asyncio.create_task(self._feed(queue))
        saver = asyncio.create_task(self._save_as_it_comes())
        watcher = asyncio.create_task(self._watch())
        stopped = asyncio.create_task(self._until_stop())
        finished = asyncio.create_task(_all(feeder, *workers))
        try:
            await asyncio.wait({finished, stopped, saver, watcher}, return_when=asyncio.FIRST_COMPLETED)
            for task in (saver, watcher):
                if task.done():
                    task.result()  # it ends early only by an error
            if self._stop.is_set():
                await self._let_finish(feeder, workers, queue)
            with contextlib.suppress(asyncio.CancelledError):
                await finished
        finally:
            others = (*workers, feeder, watcher, stopped)
            for task in others:
                task.cancel()
            await asyncio.gather(*others, finished, return_exceptions=True)
            self._is_over = True
            self.notice()
            await saver
        return self.left_in or "done", self.why

    def end(self, state: str, why: str | None) -> None:
        """Start nothing more; the first call says the state to leave the run in, and why."""
        if self.left_in is None:
            self.left_in, self.why = state, why
            self.when_ending()
        self._stop.set()

    def notice(self) -> None:
        """Say that there is something to save: it is saved at once, with what comes in meanwhile."""
        self._noticed.set()

    @property
    def is_over(self) -> bool:
        """Whether the next call of `save` is the last."""
        return self._is_over

    async def _work(self, queue: asyncio.Queue[Item | None]) -> None:
        while (item := await self._next(queue)) is not None:
            await self.do(item)
            if self._stop.is_set():
                return
        self.when_idle()

    async def _next(self, queue: asyncio.Queue[Item | None]) -> Item | None:
        self.n_idle += 1
        try:
            return await queue.get()
        finally:
            self.n_idle -= 1

    async def _let_finish(
        self,
        feeder: asyncio.Task[None],
        workers: Sequence[asyncio.Task[None]],
        queue: asyncio.Queue[Item | None],
    ) -> None:
        """Start nothing more, and give calls under way, which are being paid for, time to be answered."""
        feeder.cancel()
        while not queue.empty():
            queue.get_nowait()
        for _ in workers:
            queue.put_nowait(None)
        grace_s = self.answer_timeout_s if self.left_in == "stopped" else SHORT_GRACE_S
        await asyncio.wait(workers, timeout=grace_s)
        for worker in workers:
            worker.cancel()

    async def _feed(self, queue: asyncio.Queue[Item | None]) -> None:
        while (chunk := await asyncio.to_thread(next, self.chunks, None)) is not None:
            for item in chunk:
                await queue.put(item)
        for _ in range(self.n_workers):
            await queue.put(None)

    async def _until_stop(self) -> None:
        await self._stop.wait()

    async def _save_as_it_comes(self) -> None:
        """Never cancelled: what has been paid for is stored before anything ends."""
        while not self._is_over:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SAVE_EVERY_S):
                    await self._noticed.wait()
            self._noticed.clear()
            await asyncio.to_thread(self.save)
        await asyncio.to_thread(self.save)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            state = await asyncio.to_thread(self.asked_to_stop)
            if state is not None:
                self.end(state, None)


async def _all(*tasks: asyncio.Task[None]) -> None:
    await asyncio.gather(*tasks)
