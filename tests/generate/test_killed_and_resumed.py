"""Five contestants, 40 prompts, streams and every kind of failure: killed twice, resumed, complete."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from db import Database
from judge import price_of
from tests.fake_llm import Reply, Request, Running, serve
from tests.generate.asking import Stored, ask_for, stored_responses
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
MODELS = {
    "oak": "gpt-4o",
    "elm": "gpt-4o-mini",
    "fir": "gpt-4.1",
    "yew": "gpt-4.1-mini",
    "ash": "gpt-4.1-nano",
}
N_PROMPTS = 40
CONCURRENCY = 8
N_KILLS = 2


class Provider:
    """Answers by prompt number: every 20th is filtered, cut off, limited once, or dropped once."""

    def __init__(self) -> None:
        self.n_asked: Counter[tuple[str, int]] = Counter()
        self.n_answered: Counter[tuple[str, int]] = Counter()
        self.tokens: dict[tuple[str, int], tuple[int, int]] = {}
        self.lock = threading.Lock()

    def __call__(self, request: Request) -> Reply:
        n = int(request["messages"][-1]["content"].split()[-1])
        key = (request["model"], n)
        with self.lock:
            self.n_asked[key] += 1
            reply = self.reply(key, n)
            if reply.status == 200 and reply.fault == "none":
                self.n_answered[key] += 1
                n_in = sum(len(message["content"]) for message in request["messages"]) // 4
                self.tokens[key] = (n_in, len(reply.text) // 4 + 1)
        return reply

    def reply(self, key: tuple[str, int], n: int) -> Reply:
        is_first = self.n_asked[key] == 1
        match n % 20:
            case 3 if is_first:
                return Reply("slow down", status=429, headers={"Retry-After": "0"})
            case 5 if is_first:
                return Reply("this stream breaks in the middle", fault="cut_stream")
            case 7:
                return Reply("", finish_reason="content_filter", latency_s=0.01)
            case 9:
                return Reply("the answer begins and", finish_reason="length", latency_s=0.01)
            case 11:
                return Reply("context length exceeded", status=400)
            case _:
                return Reply(f"{key[0]} says {n}, with some words to stream.", latency_s=0.01)


def command(database: Database, llm: Running) -> list[str]:
    words = [sys.executable, "-m", "arena", "generate", "--db", database.url, "--dataset", "questions"]
    for name, model in MODELS.items():
        words += ["--contestant", f"{name}=openai/{model}"]
    words += ["--api-base", llm.api_base, "--max-concurrency", str(CONCURRENCY), "--stream"]
    return [*words, "--max-calls", "2000", "--budget-usd", "50"]


def start(words: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def is_held(llm: Running) -> bool:
    """Whether everything set free is answered, and more is asked for."""
    assert llm.server is not None
    return llm.server.n_free == 0 and llm.stats()["n_in_flight"] > 0


@pytest.mark.on_sqlite
def test_every_response_is_there_once_after_two_kills(store: Database) -> None:
    ask_for(store, N_PROMPTS)
    provider = Provider()
    with serve(provider, n_free=0) as llm:
        for kill in range(N_KILLS):
            running = start(command(store, llm))
            llm.let(50)
            wait_until(lambda: is_held(llm) and len(stored_responses(store)) > 20 * (kill + 1), llm.stats)  # noqa: B023
            running.send_signal(signal.SIGKILL)
            running.wait()
        assert len(stored_responses(store)) < 200, "the kills must come in the middle"
        llm.let(None)
        # Failures stay: exit 1 says that not everything asked for is there.
        assert start(command(store, llm)).wait() == 1
        stats = llm.stats()
    stored = stored_responses(store)
    assert len(stored) == len({(one.contestant, one.prompt, one.sample_index) for one in stored}) == 200
    reasons = Counter(one.reason for one in stored)
    assert reasons == {None: 170, "refused": 10, "truncated": 10, "api_error": 10}
    assert all(one.detail for one in stored if one.state == "failed")
    _assert_what_the_server_reports(provider, stored)
    # Only calls that were in flight at a kill, or whose saving it interrupted, were answered twice.
    n_twice = sum(n - 1 for n in provider.n_answered.values())
    print(f"{stats['n_requests']} requests, {n_twice} answered twice")
    assert n_twice <= N_KILLS * 2 * CONCURRENCY, (n_twice, stats)


def _assert_what_the_server_reports(provider: Provider, stored: list[Stored]) -> None:
    total = 0.0
    for one in stored:
        if one.reason == "api_error":
            continue
        model = MODELS[one.contestant]
        n_in, n_out = provider.tokens[model, int(one.prompt.split()[-1])]
        assert (one.n_tokens_in, one.n_tokens_out) == (n_in, n_out)
        price = price_of(f"openai/{model}")
        assert price is not None
        cost = n_in * price.input_usd + n_out * price.output_usd
        assert one.cost_usd == pytest.approx(cost, rel=1e-9)
        total += cost
    assert total > 0
