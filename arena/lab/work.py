"""Working off an experiment: every answer is stored as it comes, so that it may be killed anywhere."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field, replace

from arena.errors import RunStoppedError, UsageError
from arena.lab.lock import LAB_LOCK
from arena.lab.plan import LabSpec
from arena.lab.subjects import to_pair
from arena.run.ending import explain
from arena.run.hindrance import Ear, Teller, say_hindrance
from arena.run.pace import Pace
from arena.run.station import Client, Patience, Spending, Station
from arena.store import in_words
from db import Database, judges, lab, results, utc_now
from db.lab import FinishedLab, PlannedLab, Spent, StoredLabRun
from db.results import PromptText, StoredCall, load_prompt_texts, load_response_texts
from judge import CallReply, CallRequest, JudgeSpec, Judgment, ProviderCallError, ShownOrder, judge_order
from judge.litellm_client import DEFAULT_TIMEOUT_S

CHUNK = 256
SAVE_EVERY_S = 0.3


def resume_lab(
    database: Database, run_id: int, *, max_cost_usd: float | None = None, max_calls: int | None = None
) -> None:
    """Let an experiment go on where it stands, with new caps where they are given."""
    with in_words(), database.write() as session:
        run = lab.get_lab_run(session, run_id)
        lab.reopen_lab(session, run_id)
        plan = dict(run.plan)
        if max_cost_usd is not None:
            plan["max_cost_usd"] = max_cost_usd
        if max_calls is not None:
            plan["max_calls"] = max_calls
        lab.set_lab_run(session, run_id, state="waiting", stop_reason=None, plan=plan, finished_at=None)


def pause_lab(database: Database, run_id: int) -> None:
    """Let an experiment that waits or runs stop soon; what it has asked is kept."""
    with in_words(), database.write() as session:
        run = lab.get_lab_run(session, run_id)
        if run.state in ("waiting", "running"):
            lab.set_lab_run(session, run_id, state="paused", stop_reason=None)


def work_off_lab(database: Database, run_id: int, patience: Patience | None = None) -> None:
    """Ask what is planned until it is done or something ends it; the run's state says how it ended.

    Raises
    ------
    RunStoppedError
        If another process is working in this database's lab.
    """
    with LAB_LOCK.hold(database) as is_ours:
        if not is_ours:
            raise RunStoppedError("Another process is working in the lab of this database.")
        _work_off(database, run_id, patience or Patience())


def work_off_waiting_labs(database: Database, run_id: int) -> bool:
    """Work off this experiment and then every other that waits; False where another process does so."""
    with LAB_LOCK.hold(database) as is_ours:
        if is_ours:
            _work_off(database, run_id, Patience())
            while waiting := _waiting(database):
                _work_off(database, waiting[0], Patience())
        return is_ours


def _waiting(database: Database) -> list[int]:
    with database.read() as session:
        return [run.id for run in reversed(lab.list_lab_runs(session, None)) if run.state == "waiting"]


def _work_off(database: Database, run_id: int, patience: Patience) -> None:
    with in_words(), database.write() as session:
        run = lab.get_lab_run(session, run_id)
        stored = judges.get_stored_judge(session, run.judge_id)
        fence_key = judges.get_fence_key(session)
        lab.set_lab_run(session, run_id, state="running", stop_reason=None)
    if stored.spec is None:
        raise UsageError(f"'{stored.name}' is a {stored.kind} judge and cannot be asked.")
    wish = LabSpec.from_json(run.plan)
    spec = replace(JudgeSpec.from_json(json.dumps(stored.spec)), api_base=wish.api_base)
    work = LabWork(database, run, wish, spec, fence_key, patience)
    try:
        state, why = asyncio.run(work.go())
    except BaseException:  # raised again: whatever ends it, Ctrl-C too, must not leave it "running"
        with database.write() as session:
            lab.set_lab_run(session, run_id, state="paused", stop_reason="Interrupted.")
        raise
    with database.write() as session:
        finished_at = None if state == "paused" else utc_now()
        lab.set_lab_run(session, run_id, state=state, stop_reason=why, finished_at=finished_at)


@dataclass
class LabWork:
    """One experiment in one process."""

    database: Database
    run: StoredLabRun
    wish: LabSpec
    spec: JudgeSpec
    fence_key: bytes
    patience: Patience
    _calls: deque[StoredCall] = field(default_factory=deque)
    _finished: deque[FinishedLab] = field(default_factory=deque)
    _why: str | None = None
    _is_paused: bool = False

    async def go(self) -> tuple[str, str | None]:
        """Return the state to leave the run in, and why it stopped short."""
        client = self._ear = Ear(_client(self.spec), DEFAULT_TIMEOUT_S)
        self._teller = Teller(self._tell)
        self._station = Station(
            client=client,
            spending=Spending(
                self.wish.max_cost_usd, self.wish.max_calls, self.run.cost_usd, self.run.n_calls
            ),
            pace=Pace(self.wish.max_concurrency),
            patience=self.patience,
            find=self._find,
            keep=self._calls.append,
        )
        after = 0
        try:
            while self._why is None and not self._is_paused and (chunk := self._load(after)):
                after = chunk[-1].id
                await self._judge_chunk(chunk)
        finally:
            self._save()
            await client.aclose()
        if self._is_paused:
            return "paused", None
        return ("done", None) if self._why is None else ("stopped", self._why)

    def _load(self, after: int) -> list[PlannedLab]:
        with self.database.read() as session:
            return lab.load_planned_lab(session, self.run.id, after, CHUNK)

    async def _judge_chunk(self, chunk: list[PlannedLab]) -> None:
        ids = {one.item.response_a_id for one in chunk} | {one.item.response_b_id for one in chunk}
        with self.database.read() as session:
            prompts = load_prompt_texts(session, sorted({one.item.prompt_id for one in chunk}))
            texts = load_response_texts(session, sorted(ids))
        self._station.is_last_lap = len(chunk) < CHUNK
        tasks = {asyncio.create_task(self._judge(one, prompts[one.item.prompt_id], texts)) for one in chunk}
        try:
            while tasks:
                done, tasks = await asyncio.wait(tasks, timeout=SAVE_EVERY_S)
                for task in done:
                    task.result()
                self._save()
                self._look()
                if not self._is_paused:
                    self._teller.tell(say_hindrance(self._station, self._ear))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _judge(self, one: PlannedLab, prompt: PromptText, texts: dict[int, tuple[str, ...]]) -> None:
        if self._why is not None or self._is_paused:
            return
        pair = to_pair(one.item, prompt, texts, self.spec.model)
        order: ShownOrder = "ab" if one.item.shown_order == "ab" else "ba"
        try:
            judgment = await judge_order(
                self.spec, pair, order, one.item.repetition, self._station.complete, self.fence_key
            )
        except ProviderCallError as error:
            self._why = self._why or explain(error)
            return
        if judgment.reason == "over_budget":
            self._why = self._why or self._station.refusal or judgment.problem
            return
        self._finished.append(_finished(one.id, judgment))

    def _tell(self, words: str | None) -> None:
        with self.database.write() as session:
            lab.set_hindrance(session, self.run.id, words)

    def _look(self) -> None:
        """Stop asking where somebody paused the run."""
        with self.database.read() as session:
            self._is_paused = lab.get_lab_run(session, self.run.id).state == "paused"

    async def _find(self, key: str) -> StoredCall | None:
        with self.database.read() as session:
            return results.find_calls(session, [key]).get(key)

    def _save(self) -> None:
        finished = [self._finished.popleft() for _ in range(len(self._finished))]
        calls = [self._calls.popleft() for _ in range(len(self._calls))]
        if not finished and not calls:
            return
        tally = self._station.take_tally()
        spent = Spent(tally.n_calls, tally.n_unpriced, tally.cost_usd)
        with self.database.write() as session:
            lab.save_lab(session, self.run.id, calls, finished, spent)


def _finished(planned_id: int, judgment: Judgment) -> FinishedLab:
    keys = [call.request.key for call in judgment.calls if call.reply is not None]
    return FinishedLab(
        id=planned_id,
        state=judgment.state,
        verdict=judgment.verdict,
        reason=judgment.reason,
        detail=judgment.problem or None,
        call_key=keys[-1] if keys else None,
        cost_usd=judgment.cost_usd,
    )


def _client(spec: JudgeSpec) -> Client:
    if spec.is_builtin:
        return _NoClient()
    from judge.litellm_client import LiteLLMClient

    return LiteLLMClient()


class _NoClient:
    async def complete(self, request: CallRequest) -> CallReply:
        raise AssertionError(f"a built-in judge makes no call, yet one to {request.model} was asked for")

    async def aclose(self) -> None:
        return None
