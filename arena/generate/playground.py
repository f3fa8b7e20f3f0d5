"""One prompt to several contestants at once, streamed: a child process asks, so that no page ever does.

The parent writes one line of JSON and reads events, one line of JSON each, until every contestant has ended.
Nothing is stored: what is tried out here is no response of a data set.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from arena.errors import UsageError
from arena.generate.conversation import opening, request_for
from arena.generate.spec import ContestantSpec
from arena.store import in_words
from db import Database, coverage
from db.generation import StoredContestant
from judge import CallError, JudgeError, Message, Price, cost_of, count_tokens, price_of
from judge.litellm_client import LiteLLMClient
from judge.prices import max_tokens_of

ROOT = Path(__file__).resolve().parents[2]
ASSUMED_TOKENS_OUT = 400


@dataclass(frozen=True)
class PlayEvent:
    """What happened to contestant number `index`: a piece of text, or its end with figures or an error."""

    index: int
    text: str = ""
    is_end: bool = False
    error: str | None = None
    finish_reason: str = ""
    n_tokens_in: int | None = None
    n_tokens_out: int | None = None
    cost_usd: float | None = None
    latency_s: float | None = None


@dataclass(frozen=True)
class PlayEstimate:
    """`most_usd` is what it costs if every answer is as long as its limit; None: unknown."""

    n_calls: int
    cost_usd: float | None
    sentence: str


def estimate_play(contestants: Sequence[ContestantSpec], prompt: str) -> PlayEstimate:
    """Say what asking would cost, before anything is asked."""
    costs = [_cost(contestant, prompt) for contestant in contestants]
    known = [cost for cost in costs if cost is not None]
    total = sum(known) if len(known) == len(costs) else None
    money = "cost unknown" if total is None else f"about ${total:.4f}"
    calls = "1 call" if len(costs) == 1 else f"{len(costs)} calls"
    return PlayEstimate(len(costs), total, f"{calls}; {money}; nothing is stored")


def _cost(contestant: ContestantSpec, prompt: str) -> float | None:
    price = price_of(contestant.model or "") or _typed_price(contestant)
    if price is None:
        return None
    limit = max_tokens_of(tuple(contestant.parameters.items())) or ASSUMED_TOKENS_OUT
    n_in = count_tokens(prompt) + count_tokens(contestant.system_prompt or "")
    return n_in * price.input_usd + min(limit, ASSUMED_TOKENS_OUT) * price.output_usd


def _typed_price(contestant: ContestantSpec) -> Price | None:
    price_in, price_out = contestant.input_usd_per_million, contestant.output_usd_per_million
    if price_in is None or price_out is None:
        return None
    return Price(price_in / 1e6, price_out / 1e6)


def list_askable(database: Database) -> list[ContestantSpec]:
    """Return every stored contestant that has a model to ask, by name."""
    with in_words(), database.read() as session:
        stored = coverage.list_askable(session)
    names = ContestantSpec.__dataclass_fields__
    return [ContestantSpec(**{name: getattr(one, name) for name in names}) for one in stored]


@contextmanager
def play(contestants: Sequence[ContestantSpec], prompt: str) -> Iterator[Iterator[PlayEvent]]:
    """Ask every contestant at once; gives the events as they come. Leaving the block ends the child.

    Raises
    ------
    UsageError
        If there is no prompt, or a contestant has no model.
    """
    if not prompt.strip():
        raise UsageError("Write a prompt first.")
    without = next((one.name for one in contestants if one.model is None), None)
    if without is not None:
        raise UsageError(f"'{without}' has no model to ask.")
    child = subprocess.Popen(
        [sys.executable, "-m", "arena.generate.playground"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=_environment(),
    )  # fmt: skip
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        asked = {"prompt": prompt, "contestants": [asdict(contestant) for contestant in contestants]}
        child.stdin.write(json.dumps(asked) + "\n")
        child.stdin.flush()
        yield _events(child.stdout, len(contestants))
    finally:
        child.kill()
        child.communicate()


def _environment() -> dict[str, str]:
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def _events(lines: IO[str], n_contestants: int) -> Iterator[PlayEvent]:
    open_ones = set(range(n_contestants))
    for line in lines:
        event = PlayEvent(**json.loads(line))
        yield event
        if event.is_end:
            open_ones.discard(event.index)
        if not open_ones:
            return
    for index in sorted(open_ones):
        yield PlayEvent(index, is_end=True, error="The asking process ended before the answer did.")


def main() -> None:
    asked: dict[str, Any] = json.loads(sys.stdin.readline())
    contestants = [ContestantSpec(**fields) for fields in asked["contestants"]]
    asyncio.run(_play(contestants, asked["prompt"]))


async def _play(contestants: Sequence[ContestantSpec], prompt: str) -> None:
    client = LiteLLMClient()
    try:
        asking = (_ask(client, index, one, prompt) for index, one in enumerate(contestants))
        await asyncio.gather(*asking)
    finally:
        await client.aclose()


async def _ask(client: LiteLLMClient, index: int, wanted: ContestantSpec, prompt: str) -> None:
    contestant = StoredContestant(id=0, **asdict(wanted))
    request = request_for(contestant, opening(contestant, (Message("user", prompt),)), 0)
    try:
        reply = await client.stream(request, lambda text: _say(PlayEvent(index, text)))
    except (CallError, JudgeError) as error:
        _say(PlayEvent(index, is_end=True, error=str(error)))
        return
    cost = reply.cost_usd if reply.cost_usd is not None else cost_of(reply, _typed_price(wanted))
    _say(
        PlayEvent(
            index,
            is_end=True,
            error=reply.refusal if not reply.text else None,
            finish_reason=reply.finish_reason,
            n_tokens_in=reply.n_tokens_in,
            n_tokens_out=reply.n_tokens_out,
            cost_usd=cost,
            latency_s=reply.latency_s,
        )
    )


def _say(event: PlayEvent) -> None:
    sys.stdout.write(json.dumps(asdict(event)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
