"""What a process needs to work on a run: the judge, the way to its model, and how fast and far it may go."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from arena.run.pace import Allowance, Pace
from arena.run.spec import RunSpec
from arena.run.station import Client, Spending
from db import Database, judges
from db.runs import StoredRun
from judge import JudgeSpec


@dataclass(frozen=True)
class Kit:
    """`client` is None for a built-in judge."""

    wish: RunSpec
    spec: JudgeSpec
    fence_key: bytes
    client: Client | None
    pace: Pace
    spending: Spending

    async def close(self) -> None:
        if self.client is not None:
            await self.client.aclose()


def make_kit(database: Database, run: StoredRun) -> Kit:
    """Load what the run needs; imports LiteLLM where a model is asked, which takes seconds."""
    with database.write() as session:
        stored = judges.get_stored_judge(session, run.judge_id)
        fence_key = judges.get_fence_key(session)
    wish = RunSpec.from_json(run.plan)
    spec = replace(JudgeSpec.from_json(json.dumps(stored.spec)), api_base=wish.api_base)
    client: Client | None = None
    if not spec.is_builtin:
        from judge.litellm_client import LiteLLMClient

        client = LiteLLMClient(timeout_s=wish.timeout_s)
    spending = Spending(wish.max_cost_usd, wish.max_calls, run.cost_usd, run.n_calls)
    return Kit(wish, spec, fence_key, client, to_pace(wish), spending)


def to_pace(wish: RunSpec) -> Pace:
    """Return the speed a run asks for."""
    return Pace(
        wish.max_concurrency,
        None if wish.max_requests_per_minute is None else Allowance(wish.max_requests_per_minute),
        None if wish.max_tokens_per_minute is None else Allowance(wish.max_tokens_per_minute),
    )
