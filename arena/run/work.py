"""Working off one run: chunks of planned judgments in, judged with full concurrency, saved in batches.

What has been answered is stored at once and never asked again; what is planned stays planned until it is
decided. So the process may be killed anywhere, and the next one goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias

from arena.run.pace import Pace
from arena.run.slates import pair_verdicts
from arena.run.station import Client, Patience, Spending, Station
from arena.run.subjects import ListSubject, Subject, load_lists, load_subjects
from db import Database, results, runs
from db.results import FinishedJudgment, Progress, StoredCall, StoredGrade
from db.runs import PlannedJudgment, StoredRun
from judge import CallReply, CallRequest, JudgeSpec, Judgment, MissingReferenceError, ProviderCallError
from judge.judging import judge_subject
from judge.litellm_client import DEFAULT_TIMEOUT_S
from judge.render import request_for

CHUNK = 64
LISTS_AT_ONCE = 16
SPARE_WORKERS = 8
SAVE_EVERY_S = 0.2
SAVE_AT = 250
LOOK_EVERY_S = 0.5
OVER_BUDGET = "over_budget"
GRACE_S = {"paused": 1.2, "cancelled": 1.2, "waiting": 1.2, "stopped": DEFAULT_TIMEOUT_S}
"""How long calls under way may still take when a run is asked to end, by the state it is left in."""


AnySubject: TypeAlias = Subject | ListSubject


class Watcher(Protocol):
    """Asked between batches whether to go on: None, or the state to leave the run in."""

    def __call__(self) -> str | None: ...


@dataclass
class Work:
    """One run in one process.

    Parameters
    ----------
    asked_to_stop : callable
        Returns the state to leave the run in (`paused`, `cancelled`, `waiting`), None to go on.
    first_id, last_id : int
        Bounds of the judgments to decide; None: to the end of the plan.
    """

    database: Database
    run: StoredRun
    spec: JudgeSpec
    fence_key: bytes
    client: Client | None
    pace: Pace
    spending: Spending
    asked_to_stop: Watcher
    patience: Patience = field(default_factory=Patience)
    first_id: int = 0
    last_id: int | None = None
    _calls: deque[StoredCall] = field(default_factory=deque)
    _judgments: deque[FinishedJudgment] = field(default_factory=deque)
    _looked_up: dict[str, StoredCall | None] = field(default_factory=dict)
    _left_in: str | None = None
    _why: str | None = None

    async def go(self) -> tuple[str, str | None]:
        """Work until the plan is done or something ends it; return the state to leave it in, and why."""
        self._station = Station(
            client=_NoClient() if self.client is None else self.client,
            spending=self.spending,
            pace=self.pace,
            patience=self.patience,
            find=self._find,
            keep=self._calls.append,
        )
        self._stop = asyncio.Event()
        self._saving = asyncio.Lock()
        # More workers than places: a call that waits to be tried again keeps no other from being asked.
        n_workers = 1 if self.spec.is_builtin else 2 * self.pace.most + SPARE_WORKERS
        queue: asyncio.Queue[AnySubject | None] = asyncio.Queue(maxsize=max(2 * CHUNK, n_workers))
        workers = [asyncio.create_task(self._judge_all(queue)) for _ in range(n_workers)]
        feeder = asyncio.create_task(self._feed(queue, n_workers))
        saver = asyncio.create_task(self._save_regularly())
        watcher = asyncio.create_task(self._watch())
        stopped = asyncio.create_task(self._until_stop())
        try:
            finished = asyncio.ensure_future(_all(feeder, *workers))
            await asyncio.wait({finished, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if self._stop.is_set():
                await self._let_finish(feeder, workers, queue)
            with contextlib.suppress(asyncio.CancelledError):
                await finished
        finally:
            for task in (*workers, feeder, saver, watcher, stopped):
                task.cancel()
            await asyncio.gather(*workers, feeder, saver, watcher, stopped, return_exceptions=True)
            await self._save_all()
        return self._left_in or "done", self._why

    async def _let_finish(
        self,
        feeder: asyncio.Task[None],
        workers: Sequence[asyncio.Task[None]],
        queue: asyncio.Queue[AnySubject | None],
    ) -> None:
        """Start nothing more, and give calls under way, which are being paid for, time to be answered."""
        feeder.cancel()
        while not queue.empty():
            queue.get_nowait()
        for _ in workers:
            queue.put_nowait(None)
        await asyncio.wait(workers, timeout=GRACE_S[self._left_in or ""])
        for worker in workers:
            worker.cancel()

    async def _feed(self, queue: asyncio.Queue[AnySubject | None], n_workers: int) -> None:
        after = self.first_id - 1
        while True:
            chunk = await asyncio.to_thread(self._load, after)
            if not chunk:
                break
            after = self._place(chunk[-1])
            for subject in chunk:
                await queue.put(subject)
        for _ in range(n_workers):
            await queue.put(None)

    def _place(self, subject: AnySubject) -> int:
        """Where in the plan a subject stands: lists go by prompt, so that none is split."""
        return subject.planned.prompt_id if self.spec.mode == "listwise" else subject.planned.id

    def _load(self, after: int) -> Sequence[AnySubject]:
        if self.spec.mode == "listwise":
            return self._load_lists(after)
        with self.database.read() as session:
            planned: list[PlannedJudgment] = runs.load_planned(
                session, self.run.id, after, CHUNK, self.last_id
            )
        subjects = load_subjects(self.database, planned) if planned else []
        if not self.spec.is_builtin:
            self._look_up(subjects)
        return subjects

    def _load_lists(self, after: int) -> Sequence[ListSubject]:
        with self.database.read() as session:
            planned = runs.load_planned_lists(session, self.run.id, after, LISTS_AT_ONCE)
        lists = load_lists(self.database, planned) if planned else []
        self._look_up(lists)
        return lists

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
        return request_for(self.spec, subject.texts, subject.shown_order, repetition, self.fence_key).key

    async def _judge_all(self, queue: asyncio.Queue[AnySubject | None]) -> None:
        while (subject := await queue.get()) is not None:
            try:
                judgment = await judge_subject(
                    self.spec,
                    subject.texts,
                    subject.shown_order,
                    subject.planned.repetition,
                    self._station.complete,
                    self.fence_key,
                )
            except ProviderCallError as error:
                answers = "refuses every call" if error.status_code is not None else "cannot be reached"
                self._end("stopped", f"The provider {answers}: {error}")
                return
            refusal = self._station.refusal
            if judgment.reason == OVER_BUDGET or _is_unfinished_repair(judgment, refusal):
                self._end("stopped", refusal or judgment.problem)
                return
            self._judgments.extend(self._decided(subject, judgment))
            if len(self._judgments) >= SAVE_AT:
                await self._save_all()
        self._station.is_last_lap = True

    async def _until_stop(self) -> None:
        await self._stop.wait()

    def _end(self, state: str, why: str | None) -> None:
        if self._left_in is None:
            self._left_in, self._why = state, why
            self._station.is_closed = True
        self._stop.set()

    async def _find(self, key: str) -> StoredCall | None:
        if key in self._looked_up:
            return self._looked_up.pop(key)
        return await asyncio.to_thread(self._find_now, key)

    def _find_now(self, key: str) -> StoredCall | None:
        with self.database.read() as session:
            return results.find_calls(session, [key]).get(key)

    async def _save_regularly(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            await self._save_all()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            state = await asyncio.to_thread(self.asked_to_stop)
            if state is not None:
                self._end(state, None)

    async def _save_all(self) -> None:
        async with self._saving:
            if self._calls or self._judgments:
                await asyncio.to_thread(self._save)

    def _save(self) -> None:
        # Judgments first: every call of a judgment was kept before it, so none can be missing below.
        judgments = [self._judgments.popleft() for _ in range(len(self._judgments))]
        calls = [self._calls.popleft() for _ in range(len(self._calls))]
        tally = self._station.take_tally()
        progress = Progress(tally.n_calls, tally.n_cached, tally.n_retries, tally.n_unpriced, tally.cost_usd)
        with self.database.write() as session:
            results.save_results(session, self.run.id, calls, judgments, progress)
            now = runs.get_run(session, self.run.id)
        self.spending.settle(now.n_calls, now.cost_usd, tally)

    def _decided(self, subject: AnySubject, judgment: Judgment) -> list[FinishedJudgment]:
        """Return what a judgment decides: itself, or every pair of a ranked list, which share its cost."""
        whole = self._finished(subject.planned, judgment)
        if not isinstance(subject, ListSubject):
            return [whole]
        verdicts = pair_verdicts(judgment.ranking, subject.response_ids)
        n = len(subject.pairs)
        return [
            replace(
                whole,
                id=pair.id,
                response_first_id=pair.response_first_id,
                verdict=verdicts.get(frozenset((pair.response_first_id, pair.response_second_id or 0))),
                n_tokens_in=_share(whole.n_tokens_in, index, n),
                n_tokens_out=_share(whole.n_tokens_out, index, n),
                cost_usd=None if whole.cost_usd is None else whole.cost_usd / n,
            )
            for index, pair in enumerate(subject.pairs)
        ]

    def _finished(self, planned: PlannedJudgment, judgment: Judgment) -> FinishedJudgment:
        replies = [call.reply for call in judgment.calls if call.reply is not None]
        keys = tuple(call.request.key for call in judgment.calls if call.reply is not None)
        tokens_in = [reply.n_tokens_in for reply in replies]
        tokens_out = [reply.n_tokens_out for reply in replies]
        attempts = sum(self._station.attempts.get(call.request.key, 1) for call in judgment.calls)
        return FinishedJudgment(
            id=planned.id,
            response_first_id=planned.response_first_id,
            state=judgment.state,
            verdict=judgment.verdict,
            reason=judgment.reason,
            detail=judgment.problem or None,
            reasoning=judgment.reasoning or None,
            raw_text=None if keys else judgment.raw_text or None,
            parse_path=judgment.parse_path,
            probability=judgment.probability,
            expected_outcome=judgment.expected_outcome,
            call_keys=keys,
            n_tokens_in=_sum(tokens_in),
            n_tokens_out=_sum(tokens_out),
            cost_usd=judgment.cost_usd,
            latency_s=judgment.latency_s if replies else None,
            attempts=attempts,
            is_cached=bool(keys) and not any(key in self._station.paid for key in keys),
            grades=tuple(
                StoredGrade(grade.criterion, grade.level, grade.reasoning) for grade in judgment.grades
            ),
        )


async def _all(*tasks: asyncio.Task[None]) -> None:
    await asyncio.gather(*tasks)


def _sum(numbers: list[int | None]) -> int | None:
    """Return the sum, None where any is unknown or there are none."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _share(total: int | None, index: int, n: int) -> int | None:
    """Split a count over n parts that add up to it."""
    return None if total is None else total * (index + 1) // n - total * index // n


def _is_unfinished_repair(judgment: Judgment, refusal: str | None) -> bool:
    """Whether a cap came between a first answer and its repair turn: then nothing has been decided yet."""
    cut = len(judgment.calls) > 1 and judgment.calls[-1].reply is None
    return cut and judgment.calls[-1].error == refusal


class _NoClient:
    async def complete(self, request: CallRequest) -> CallReply:
        raise AssertionError(f"a built-in judge makes no call, yet one to {request.model} was asked for")

    async def aclose(self) -> None:
        return None
