"""Working off one run: blocks of planned judgments in, judged with full concurrency, saved as they come.

What has been answered is stored at once and never asked again; what is planned stays planned until it is
decided. So the process may be killed anywhere, and the next one goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from arena.run.crew import SAVE_EVERY_S, Crew, Watcher
from arena.run.decided import to_finished
from arena.run.ending import OVER_BUDGET, explain
from arena.run.hindrance import Ear, Teller, say_hindrance
from arena.run.kit import Kit
from arena.run.outage import wait_out
from arena.run.station import GivenAwayError, Patience, Station
from arena.run.subjects import ListSubject, Subject, load_lists, load_subjects
from db import Database, results, runs
from db.postgres import Turn
from db.results import FinishedJudgment, Progress, StoredCall
from db.runs import StoredRun
from judge import (
    CallReply,
    CallRequest,
    Judgment,
    MissingReferenceError,
    ProviderCallError,
)
from judge.judging import judge_subject
from judge.litellm_client import DEFAULT_TIMEOUT_S
from judge.render import request_for

CHUNK = 64
LISTS_AT_ONCE = 16
SPARE_WORKERS = 8
SAVE_AT = 250

AnySubject: TypeAlias = Subject | ListSubject


@dataclass
class Block:
    """A part of the plan, by place: a judgment's id, or its prompt's id where lists are ranked.

    Parameters
    ----------
    first, last : int
        Both within; `last` None: to the end of the plan.
    when_saved : callable
        Called in a thread when everything of it has been stored.
    """

    first: int = 0
    last: int | None = None
    when_saved: Callable[[], None] = lambda: None
    is_lost: bool = False
    """True when other workers have taken it over: what has not begun is left to them."""
    _n_open: int = 1
    """Its subjects that are not stored yet, and one while there may be more to load."""
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def count(self, n_more: int) -> None:
        """Count subjects that were loaded (above 0) or stored (below)."""
        with self._counting:
            self._n_open += n_more
            is_saved = not self._n_open
        if is_saved:
            self.when_saved()


@dataclass(frozen=True)
class Task:
    """One thing to judge, and the block it came with."""

    subject: AnySubject
    block: Block


@dataclass
class Work:
    """One run in one process.

    Parameters
    ----------
    asked_to_stop : callable
        Returns the state to leave the run in (`paused`, `cancelled`, `waiting`), None to go on.
    blocks : iterable
        What to decide; taken one by one in a thread, so it may wait for more.
    is_ours : callable
        Whether this process has given signs of life of late; else its blocks are others' by now.
    claim : callable or None
        Takes calls from the cap that workers share; see `Station`.
    whose : str
        Said of calls in flight where others work on the same run.
    """

    database: Database
    run: StoredRun
    kit: Kit
    asked_to_stop: Watcher
    patience: Patience = field(default_factory=Patience)
    blocks: Iterable[Block] = field(default_factory=lambda: (Block(),))
    is_ours: Callable[[], bool] = lambda: True
    claim: Callable[[int], Awaitable[bool]] | None = None
    whose: str = ""
    _calls: deque[tuple[StoredCall, asyncio.Future[None]]] = field(default_factory=deque)
    _judgments: deque[tuple[Block, list[FinishedJudgment]]] = field(default_factory=deque)
    _looked_up: dict[str, StoredCall | None] = field(default_factory=dict)
    _saving: threading.Lock = field(default_factory=threading.Lock)
    _saved_at: float = 0.0

    def __post_init__(self) -> None:
        self._ear = Ear(self.kit.client or _NoClient(), self.kit.wish.timeout_s, self.whose)
        self._teller = Teller(self._tell)
        self.station = Station(
            client=self._ear,
            spending=self.kit.spending,
            pace=self.kit.pace,
            patience=self.patience,
            find=self._find,
            keep=self._keep,
            claim=self.claim,
        )
        self.crew: Crew[Task] = Crew(
            # More workers than places: a call that waits to be tried again keeps no other from being asked.
            n_workers=1 if self.kit.spec.is_builtin else 2 * self.kit.pace.most + SPARE_WORKERS,
            chunks=self._chunks(),
            do=self._judge,
            save=self._save,
            asked_to_stop=lambda: wait_out(self.asked_to_stop),
            answer_timeout_s=DEFAULT_TIMEOUT_S,
            when_idle=self._when_idle,
            when_ending=self._close,
        )

    async def go(self) -> tuple[str, str | None]:
        """Work until the blocks are done or something ends it; return the state to leave it in, and why."""
        return await self.crew.go()

    def _when_idle(self) -> None:
        self.station.is_last_lap = True

    def _close(self) -> None:
        self.station.is_closed = True

    def _chunks(self) -> Iterator[Sequence[Task]]:
        for block in self.blocks:
            after = block.first - 1
            while not block.is_lost and (subjects := wait_out(partial(self._load, block, after))):
                after = self._place(subjects[-1])
                block.count(len(subjects))
                yield [Task(subject, block) for subject in subjects]
            block.count(-1)

    def _place(self, subject: AnySubject) -> int:
        return subject.planned.prompt_id if self.kit.spec.mode == "listwise" else subject.planned.id

    def _load(self, block: Block, after: int) -> Sequence[AnySubject]:
        subjects: Sequence[AnySubject]
        if self.kit.spec.mode == "listwise":
            with self.database.read() as session:
                planned = runs.load_planned_lists(session, self.run.id, after, LISTS_AT_ONCE, block.last)
            subjects = load_lists(self.database, planned) if planned else []
        else:
            with self.database.read() as session:
                planned = runs.load_planned(session, self.run.id, after, CHUNK, block.last)
            subjects = load_subjects(self.database, planned) if planned else []
        if not self.kit.spec.is_builtin:
            self._look_up(subjects)
        return subjects

    def _look_up(self, subjects: Sequence[AnySubject]) -> None:
        """Find a chunk's stored answers with one query, so that no call waits for the database."""
        keys = []
        for subject in subjects:
            with contextlib.suppress(MissingReferenceError):
                keys.append(self._key(subject))
        with self.database.read() as session:
            stored = results.find_calls(session, keys)
        self._looked_up.update({key: stored.get(key) for key in keys})

    def _key(self, subject: AnySubject) -> str:
        repetition = subject.planned.repetition
        return request_for(
            self.kit.spec, subject.texts, subject.shown_order, repetition, self.kit.fence_key
        ).key

    def _is_wanted(self, block: Block) -> bool:
        if not self.is_ours():
            block.is_lost = True
        return not block.is_lost

    async def _judge(self, task: Task) -> None:
        if not self._is_wanted(task.block):
            return
        subject = task.subject
        try:
            judgment = await judge_subject(
                self.kit.spec,
                subject.texts,
                subject.shown_order,
                subject.planned.repetition,
                lambda request: self.station.complete(request, lambda: self._is_wanted(task.block)),
                self.kit.fence_key,
            )
        except GivenAwayError:
            return
        except ProviderCallError as error:
            self.crew.end("stopped", explain(error))
            return
        refusal = self.station.refusal
        if judgment.reason == OVER_BUDGET or _is_unfinished_repair(judgment, refusal):
            self.crew.end("stopped", refusal or judgment.problem)
            return
        self._judgments.append((task.block, to_finished(subject, judgment, self.station)))
        if len(self._judgments) >= SAVE_AT:
            await asyncio.to_thread(self._save)

    def _keep(self, call: StoredCall) -> asyncio.Future[None]:
        """Return what is done when the answer is stored."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._calls.append((call, stored))
        self.crew.notice()
        return stored

    async def _find(self, key: str) -> StoredCall | None:
        if key in self._looked_up:
            return self._looked_up.pop(key)
        return await asyncio.to_thread(lambda: wait_out(lambda: self._find_now(key)))

    def _find_now(self, key: str) -> StoredCall | None:
        with self.database.read() as session:
            return results.find_calls(session, [key]).get(key)

    def _save(self) -> None:
        """Store answers as they come, so that none is lost, and judgments a few at a time.

        A judgment whose answer is stored costs nothing to make again.
        """
        with self._saving:
            is_due = self.crew.is_over or time.monotonic() - self._saved_at >= SAVE_EVERY_S
            is_due = is_due or len(self._judgments) >= SAVE_AT
            # Judgments first: every call of a judgment was kept before it, so none can be missing below.
            decided = [self._judgments.popleft() for _ in range(len(self._judgments) if is_due else 0)]
            calls = [self._calls.popleft() for _ in range(len(self._calls))]
            if calls:
                wait_out(self._storing(Turn.CALLS, [call for call, _ in calls], []))
                futures = [stored for _, stored in calls]
                futures[0].get_loop().call_soon_threadsafe(_set_done, futures)
            if decided:
                wait_out(self._storing(Turn.SHORT, [], [one for _, some in decided for one in some]))
            if is_due:
                self._saved_at = time.monotonic()
                self._teller.tell(None if self.crew.is_over else say_hindrance(self.station, self._ear))
        for block, _ in decided:
            block.count(-1)

    def _tell(self, words: str | None) -> None:
        with self.database.write(Turn.SHORT) as session:
            runs.set_hindrance(session, self.run.id, words)

    def _storing(
        self, turn: Turn, calls: list[StoredCall], judgments: list[FinishedJudgment]
    ) -> Callable[[], None]:
        tally = self.station.take_tally()
        progress = Progress(tally.n_calls, tally.n_cached, tally.n_retries, tally.n_unpriced, tally.cost_usd)

        def store() -> None:
            with self.database.write(turn) as session:
                spent = results.save_results(session, self.run.id, calls, judgments, progress)
            self.kit.spending.settle(spent.n_calls, spent.cost_usd, tally)

        return store


def _set_done(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)


def _is_unfinished_repair(judgment: Judgment, refusal: str | None) -> bool:
    """Whether a cap came between a first answer and its repair turn: then nothing has been decided yet."""
    cut = len(judgment.calls) > 1 and judgment.calls[-1].reply is None
    return cut and judgment.calls[-1].error == refusal


class _NoClient:
    async def complete(self, request: CallRequest) -> CallReply:
        raise AssertionError(f"a built-in judge makes no call, yet one to {request.model} was asked for")

    async def aclose(self) -> None:
        return None
