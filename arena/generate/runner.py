"""The runner's part in generations: works off those that wait, one after the other, under its lock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from arena.generate.plan import Draft, draft_generation
from arena.generate.spec import GenerationSpec
from arena.generate.work import GenerationWork
from arena.run.station import Patience, Spending
from arena.store import in_words
from db import Database, datasets, generation, utc_now
from db.generation import StoredGeneration
from judge import CallReply, CallRequest
from judge.litellm_client import LiteLLMClient

LOG = logging.getLogger(__name__)
HEARTBEAT_S: Final = 10.0
STALE_S: Final = 60.0
"""A worker that gave no sign for so long is taken to be gone."""
ANSWER_TIMEOUT_S: Final = 600.0
"""Contestants may think for long; a judge's limit would cut them off."""


def generate_waiting(database: Database, keep_on: Callable[[], bool]) -> int:
    """Work off every generation that waits or was left by a dead runner; return how many. Needs the lock."""
    n_done = 0
    while keep_on():
        with database.read() as session:
            waiting = generation.list_runnable(session)
        if not waiting:
            break
        if not any(work_off_generation(database, one, keep_on) for one in waiting):
            break  # all of them are in other workers' hands
        n_done += 1
    return n_done


def work_off_generation(
    database: Database, generation_id: int, keep_on: Callable[[], bool], patience: Patience | None = None
) -> bool:
    """Work off one generation until it ends or is asked to stop; False where another worker has it."""
    with in_words(), database.write() as session:
        # On SQLite the runner's lock says that whoever ran it is gone.
        patience_s = 0.0 if database.is_sqlite else STALE_S
        if not generation.claim(session, generation_id, utc_now() - timedelta(seconds=patience_s)):
            return False
        stored = generation.get_generation(session, generation_id)
    try:
        draft = draft_generation(database, _wish(database, stored))
        state, why = asyncio.run(_work(database, stored, draft, keep_on, patience or Patience()))
    except KeyboardInterrupt:
        _leave(database, stored, "paused", "Interrupted by hand.")
        raise
    except Exception:  # the outermost loop: one broken plan must not end the runner
        LOG.exception("generation %s broke", generation_id)
        state, why = "stopped", "Something unexpected broke; the runner's log says what. Resume to go on."
    _leave(database, stored, state, why)
    return True


def _wish(database: Database, stored: StoredGeneration) -> GenerationSpec:
    with database.read() as session:
        names = {row.id: row.name for row in datasets.list_dataset_names(session)}
    return GenerationSpec.from_json({**stored.plan, "dataset": names[stored.dataset_id]})


async def _work(
    database: Database,
    stored: StoredGeneration,
    draft: Draft,
    keep_on: Callable[[], bool],
    patience: Patience,
) -> tuple[str, str | None]:
    if not draft.missing:
        return "done", None
    client = LiteLLMClient(timeout_s=ANSWER_TIMEOUT_S)
    spec = draft.spec
    work = GenerationWork(
        database=database,
        generation_id=stored.id,
        spec=spec,
        missing=draft.missing,
        client=Streamed(client) if spec.is_streamed else client,
        spending=Spending(spec.max_cost_usd, spec.max_calls, stored.cost_usd, stored.n_calls),
        asked_to_stop=lambda: _asked(database, stored.id, keep_on),
        answer_timeout_s=ANSWER_TIMEOUT_S,
        patience=patience,
    )
    try:
        return await work.go()
    finally:
        await client.aclose()


@dataclass(frozen=True)
class Streamed:
    """A client that asks for streams and hands over whole answers; one that breaks off is no answer."""

    client: LiteLLMClient

    async def complete(self, request: CallRequest) -> CallReply:
        return await self.client.stream(request, lambda _text: None)

    async def aclose(self) -> None:
        await self.client.aclose()


def _asked(database: Database, generation_id: int, keep_on: Callable[[], bool]) -> str | None:
    if not keep_on():
        return "waiting"
    with database.read() as session:
        stored = generation.get_generation(session, generation_id)
    if stored.heartbeat_at is None or (utc_now() - stored.heartbeat_at).total_seconds() > HEARTBEAT_S:
        with database.write() as session:
            generation.set_generation(session, generation_id, heartbeat_at=utc_now())
    return {"pause": "paused", "cancel": "cancelled"}.get(stored.wanted)


def _leave(database: Database, stored: StoredGeneration, state: str, why: str | None) -> None:
    """Store how it ended, with its responses counted anew: a killed process may have lost some."""
    draft = draft_generation(database, _wish(database, stored))
    n_retryable = draft.n_failed_retryable
    finished_at = None if state in ("waiting", "paused") else utc_now()
    with database.write() as session:
        generation.set_generation(
            session, stored.id, state=state, stop_reason=why, finished_at=finished_at,
            n_planned=draft.n_cells, n_ready=draft.n_ready, n_failed=draft.n_failed + n_retryable,
        )  # fmt: skip
