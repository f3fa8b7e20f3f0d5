"""A child process that asks models: reads what to ask, a line of JSON each, and writes what happens.

It keeps LiteLLM imported between questions, and ends when its parent does, or when nobody asks for long.
"""

from __future__ import annotations

import asyncio
import json
import queue
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from arena.generate.conversation import opening, request_for
from arena.generate.spec import ContestantSpec
from arena.trial import CALL_TIMEOUT_S, ask_with, to_json
from db.generation import StoredContestant
from judge import CallError, JudgeError, Message, Price, cost_of
from judge.litellm_client import LiteLLMClient, import_litellm

IDLE_S: Final = 600.0
"""A child that nobody has asked for so long ends; the next press starts another."""


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


def typed_price(contestant: ContestantSpec) -> Price | None:
    """Return the price that a person typed for the contestant."""
    price_in, price_out = contestant.input_usd_per_million, contestant.output_usd_per_million
    if price_in is None or price_out is None:
        return None
    return Price(price_in / 1e6, price_out / 1e6)


def main() -> None:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read_into, args=(lines,), daemon=True).start()
    import_litellm()
    client, trying = LiteLLMClient(), LiteLLMClient(timeout_s=CALL_TIMEOUT_S)
    with asyncio.Runner() as runner:
        while line := _next(lines):
            asked = json.loads(line)
            if "model" in asked:
                _write(to_json(runner.run(ask_with(trying, asked["model"], asked["api_base"]))))
                continue
            contestants = [ContestantSpec(**fields) for fields in asked["contestants"]]
            runner.run(_play(client, contestants, asked["prompt"]))
        runner.run(client.aclose())


def _read_into(lines: queue.Queue[str]) -> None:
    # A file of its own: the process may end while this waits, and would break on the lock of sys.stdin.
    with open(sys.stdin.fileno(), encoding="utf-8", closefd=False) as questions:
        for line in questions:
            lines.put(line)
    lines.put("")


def _next(lines: queue.Queue[str]) -> str:
    """Return the next question; empty where the parent is gone or has not asked for long."""
    try:
        return lines.get(timeout=IDLE_S)
    except queue.Empty:
        return ""


async def _play(client: LiteLLMClient, contestants: Sequence[ContestantSpec], prompt: str) -> None:
    asking = (_ask(client, index, one, prompt) for index, one in enumerate(contestants))
    await asyncio.gather(*asking)


async def _ask(client: LiteLLMClient, index: int, wanted: ContestantSpec, prompt: str) -> None:
    contestant = StoredContestant(id=0, **asdict(wanted))
    request = request_for(contestant, opening(contestant, (Message("user", prompt),)), 0)
    try:
        reply = await client.stream(request, lambda text: _say(PlayEvent(index, text)))
    except (CallError, JudgeError) as error:
        _say(PlayEvent(index, is_end=True, error=str(error)))
        return
    _say(
        PlayEvent(
            index,
            is_end=True,
            error=reply.refusal if not reply.text else None,
            finish_reason=reply.finish_reason,
            n_tokens_in=reply.n_tokens_in,
            n_tokens_out=reply.n_tokens_out,
            cost_usd=reply.cost_usd if reply.cost_usd is not None else cost_of(reply, typed_price(wanted)),
            latency_s=reply.latency_s,
        )
    )


def _say(event: PlayEvent) -> None:
    _write(asdict(event))


def _write(fields: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
