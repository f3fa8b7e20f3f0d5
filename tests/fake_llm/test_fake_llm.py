"""The fake server itself: its routes, its counts and its faults."""

import contextlib
import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.fake_llm import Reply, Running, scripts, serve, serve_in_process

BODY = {"model": "fake", "messages": [{"role": "user", "content": "hello there"}]}


def post(llm: Running, path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        f"{llm.url}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_a_chat_is_answered_by_its_script_with_usage() -> None:
    with serve(scripts.echo) as llm:
        answer = post(llm, "/v1/chat/completions", BODY)
    assert answer["choices"][0]["message"]["content"] == "hello there"
    assert answer["usage"]["total_tokens"] == sum(
        answer["usage"][name] for name in ("prompt_tokens", "completion_tokens")
    )


def test_models_and_embeddings_are_served() -> None:
    with serve(scripts.echo) as llm:
        with urllib.request.urlopen(f"{llm.url}/v1/models", timeout=60) as answer:
            assert json.load(answer)["data"][0]["id"] == "fake"
        vectors = post(llm, "/v1/embeddings", {"model": "fake", "input": ["a", "b", "a"]})["data"]
    assert vectors[0]["embedding"] == vectors[2]["embedding"] != vectors[1]["embedding"]


def test_every_request_is_counted_once_by_content_and_status() -> None:
    with serve(scripts.fail_first(1, Reply("slow", status=429), scripts.echo)) as llm:
        with pytest.raises(urllib.error.HTTPError):
            post(llm, "/v1/chat/completions", BODY)
        post(llm, "/v1/chat/completions", BODY)
        stats = llm.stats()
        llm.reset()
        assert llm.stats()["n_requests"] == 0
    assert (stats["n_requests"], stats["n_distinct"], stats["n_repeated"]) == (2, 1, 1)
    assert stats["by_status"] == {"200": 1, "429": 1}
    assert stats["n_in_flight"] == 0


def test_requests_in_flight_are_counted() -> None:
    def hang(_: int) -> None:
        with contextlib.suppress(OSError):  # the server goes away under them
            post(llm, "/v1/chat/completions", BODY)

    with ThreadPoolExecutor(8) as pool, serve(scripts.fault("hang")) as llm:
        hung = [pool.submit(hang, number) for number in range(8)]
        while llm.stats()["n_in_flight"] < 8:
            assert not any(one.done() for one in hung)
            time.sleep(0.01)
        assert llm.stats()["max_in_flight"] == 8


def test_a_server_without_schemas_says_400() -> None:
    body = {**BODY, "response_format": {"type": "json_schema"}}
    with serve(scripts.echo, has_schema=False) as llm, pytest.raises(urllib.error.HTTPError, match="400"):
        post(llm, "/v1/chat/completions", body)


def test_it_runs_by_itself() -> None:
    with serve_in_process("--script", "first", "--latency", "0.01") as llm:
        answer = post(llm, "/v1/chat/completions", BODY)
        assert answer["choices"][0]["message"]["content"].endswith("[[A]]")
        assert llm.stats()["n_requests"] == 1


def test_a_stream_ends_with_its_reason_and_usage() -> None:
    body = {**BODY, "stream": True, "stream_options": {"include_usage": True}}
    with serve(scripts.echo) as llm:
        request = urllib.request.Request(
            f"{llm.url}/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            lines = [line for line in answer.read().decode().split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert (
        "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"]) == "hello there"
    )
    assert chunks[-1]["usage"]["completion_tokens"] > 0
