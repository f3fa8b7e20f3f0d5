"""Every way to fail at once, over HTTP: what was asked comes back once, with the verdict or reason it got."""

import asyncio
import re
from collections import Counter
from dataclasses import replace

import pytest

from judge import (
    CallReply,
    CallRequest,
    GaveUpError,
    JudgeSpec,
    Judgment,
    Message,
    Pair,
    TransientCallError,
    judge_order,
)
from judge.calls import ShownOrder
from judge.litellm_client import LiteLLMClient
from tests.fake_llm import Reply, Request, is_repair, read_prompt, serve, write_verdict
from tests.judge.subjects import FENCE_KEY, judge_for

N_EACH = 3
MAX_ATTEMPTS = 3
HANGS = "always hangs"
BEHAVIOURS = {
    "good": "a",
    "repaired": "a",
    "429 once": "a",
    "500 once": "a",
    "dropped once": "a",
    "broken body once": "a",
    "refusal": "refused",
    "cut off": "truncated",
    "silent": "empty",
    "no choices": "empty",
    "prose": "no_verdict",
    "conflict": "conflicting",
    "off menu": "off_menu",
    "bad JSON": "invalid_json",
    "too long": "api_error",
    "always 500": "api_error",
    HANGS: "timeout",
}
ONCE = {
    "429 once": Reply("slow down", status=429, headers={"Retry-After": "0"}),
    "500 once": Reply("internal", status=500),
    "dropped once": Reply(fault="drop"),
    "broken body once": Reply(fault="broken_json"),
}
ALWAYS: dict[str, Reply | str] = {
    "refusal": "I cannot help with that request.",
    "cut off": Reply("A is", finish_reason="length"),
    "silent": "",
    "no choices": Reply(fault="empty_choices"),
    "prose": "A is better.",
    "conflict": "[[A]] [[B]]",
    "off menu": "[[E]]",
    "bad JSON": '{"reasoning": "x", "verdict": "A',
    "too long": Reply("context length exceeded", status=400),
    "always 500": Reply("internal", status=500),
    HANGS: Reply(fault="hang"),
}
seen: Counter[str] = Counter()


def behave(request: Request) -> Reply | str:
    """Do what the prompt names; the better response says so."""
    shown = read_prompt(request)
    found = re.search(r"behave: (.+?) #\d+", shown.blocks["conversation"])
    assert found is not None
    behaviour, content = found[1], str(request["messages"])
    seen[content] += 1
    if behaviour in ONCE and seen[content] == 1:
        return ONCE[behaviour]
    if behaviour in ALWAYS:
        return ALWAYS[behaviour]
    if behaviour == "repaired" and not is_repair(request):
        return "Let me think."
    return write_verdict(request, "A" if shown.first.startswith("better") else "B")


class Patient:
    """Asks again at once, a few times, as a caller of this room would after waiting."""

    def __init__(self) -> None:
        self.client = LiteLLMClient(timeout_s=300)
        # For what hangs anyway, so that no load can break the test.
        self.hurried = LiteLLMClient(timeout_s=0.7)
        self.free = asyncio.Semaphore(16)

    async def complete(self, request: CallRequest) -> CallReply:
        client = self.hurried if HANGS in str(request.messages) else self.client
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                async with self.free:
                    return await client.complete(request)
            except TransientCallError as error:
                if attempt == MAX_ATTEMPTS:
                    raise GaveUpError(error, n_attempts=attempt) from error
        raise AssertionError("unreachable")


async def judge_all(spec: JudgeSpec, pairs: list[tuple[str, Pair]]) -> list[tuple[str, Judgment]]:
    caller = Patient()
    orders: tuple[ShownOrder, ShownOrder] = ("ab", "ba")

    async def one(name: str, pair: Pair, order: ShownOrder) -> tuple[str, Judgment]:
        return name, await judge_order(spec, pair, order, 0, caller.complete, FENCE_KEY)

    try:
        return await asyncio.gather(*(one(name, pair, order) for name, pair in pairs for order in orders))
    finally:
        await caller.client.aclose()


# LiteLLM makes its coroutine in a thread: a deadline that passes there, under load, leaves it unawaited.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("model", ["hosted_vllm/fake", "openai/fake"])
def test_every_judgment_comes_back_once_with_what_happened_to_it(model: str) -> None:
    seen.clear()
    pairs = [
        (name, Pair((Message("user", f"behave: {name} #{n}"),), ("better",), ("worse",)))
        for name in BEHAVIOURS
        for n in range(N_EACH)
    ]
    with serve(behave) as llm:
        spec = replace(judge_for(), model=model, api_base=llm.api_base)
        judged = asyncio.run(judge_all(spec, pairs))
        n_hanging = sum(count for content, count in seen.items() if HANGS in content)
        n_requests = llm.stats()["n_requests"] - n_hanging
    said = Counter((name, judgment.verdict or judgment.reason) for name, judgment in judged)
    assert said == Counter(dict.fromkeys(BEHAVIOURS.items(), 2 * N_EACH))
    assert len(judged) == 2 * len(pairs)
    n_replies = sum(call.reply is not None for _, judgment in judged for call in judgment.calls)
    n_failed_for_good = 2 * N_EACH * (1 + MAX_ATTEMPTS)  # too long, and always 500
    n_failed_once = 2 * N_EACH * len(ONCE)
    assert n_requests == n_replies + n_failed_for_good + n_failed_once
