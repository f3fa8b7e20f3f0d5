"""The one file that calls models: what it classifies, hides, counts and closes."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from judge import (
    CallError,
    CallRejectedError,
    CallReply,
    CallRequest,
    CallTimeoutError,
    ConnectionLostError,
    Message,
    MissingKeyError,
    ProviderCallError,
    RateLimitError,
    ServerError,
    TransientCallError,
)
from judge.call_failures import classify, redact, retry_after_s
from judge.litellm_client import LiteLLMClient
from tests.fake_llm import Reply, Running, Script, scripts, serve

MODELS = ("hosted_vllm/fake", "openai/fake")
ROOT = Path(__file__).parents[2]
LITELLM_STREAMS = pytest.mark.filterwarnings("ignore:Accessing the 'model_")


def request_to(api_base: str, model: str = MODELS[0], **parameters: Any) -> CallRequest:
    return CallRequest(model, api_base, tuple(parameters.items()), (Message("user", "say something"),))


def call(script: Script, model: str = MODELS[0], *, timeout_s: float = 300.0, **parameters: Any) -> CallReply:
    async def run(api_base: str) -> CallReply:
        client = LiteLLMClient(timeout_s=timeout_s)
        try:
            return await client.complete(request_to(api_base, model, **parameters))
        finally:
            await client.aclose()

    with serve(script) as llm:
        return asyncio.run(run(llm.api_base))


FAILURES: list[tuple[str, Reply, type[CallError], int | None]] = [
    ("401", Reply("no key", status=401), ProviderCallError, 401),
    ("402", Reply("no money", status=402), ProviderCallError, 402),
    ("403", Reply("forbidden", status=403), ProviderCallError, 403),
    ("404", Reply("no such model", status=404), ProviderCallError, 404),
    ("a wrong key as a bad request", Reply("Invalid API key", status=400), ProviderCallError, 400),
    (
        "no schemas",
        Reply("response_format json_schema is not supported", status=400),
        ProviderCallError,
        400,
    ),
    (
        "a parameter it does not take",
        Reply("Unsupported value: 'temperature' does not support 0 with this model", status=400),
        ProviderCallError,
        400,
    ),
    ("400", Reply("context length exceeded", status=400), CallRejectedError, 400),
    ("413", Reply("too large", status=413), CallRejectedError, 413),
    ("422", Reply("unprocessable", status=422), CallRejectedError, 422),
    ("429", Reply("slow down", status=429), RateLimitError, 429),
    ("no quota", Reply("You exceeded your current quota", status=429), ProviderCallError, 429),
    ("500", Reply("internal", status=500), ServerError, 500),
    ("502", Reply("bad gateway", status=502), ServerError, 502),
    ("503", Reply("overloaded", status=503), ServerError, 503),
    ("529", Reply("overloaded", status=529), ServerError, 529),
    ("408", Reply("too slow", status=408), CallTimeoutError, 408),
    ("dropped", Reply(fault="drop"), ConnectionLostError, None),
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("name", "reply", "error", "status"), FAILURES, ids=[row[0] for row in FAILURES])
def test_each_failure_is_classified_by_its_status(
    name: str, reply: Reply, error: type[CallError], status: int | None, model: str
) -> None:
    with pytest.raises(error) as caught:
        call(scripts.always(reply), model)
    assert type(caught.value) is error
    if status is not None and error is not CallTimeoutError:
        assert caught.value.status_code == status


@pytest.mark.parametrize("model", MODELS)
def test_broken_json_is_worth_another_try(model: str) -> None:
    with pytest.raises(TransientCallError):
        call(scripts.fault("broken_json"), model)


MESSAGE = '{"message": {"role": "assistant", "content": %s}, "finish_reason": "stop"%s}'
BODIES = [
    *("", "null", "[]", "42", "{}", "<html>down for maintenance</html>"),
    *('{"choices": null}', '{"choices": [{}]}', '{"choices": [null]}'),
    '{"choices": [{"message": null, "finish_reason": "stop"}]}',
    '{"choices": [{"message": {"role": "assistant"}, "finish_reason": null}]}',
    '{"choices": [%s], "usage": null}' % (MESSAGE % ("null", "")),
    '{"choices": [%s]}' % (MESSAGE % ('["x", 1]', "")),
    '{"choices": [%s]}' % (MESSAGE % ('"x"', ', "logprobs": {}')),
    '{"choices": [%s]}' % (MESSAGE % ('"x"', ', "logprobs": {"content": [{"token": "x"}]}')),
    '{"error": {"message": "overloaded"}}',
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("body", BODIES)
def test_a_strange_body_is_a_reply_or_a_known_error(body: str, model: str) -> None:
    try:
        reply = call(scripts.always(Reply(body=body)), model)
    except CallError:
        return
    assert reply.text in ("", "x")


# LiteLLM makes its coroutine in a thread: a deadline that passes there, under load, leaves it unawaited.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("model", MODELS)
def test_a_hanging_server_times_out_and_sees_the_client_hang_up(model: str) -> None:
    async def run(api_base: str) -> None:
        client = LiteLLMClient(timeout_s=0.3)
        try:
            await client.complete(request_to(api_base, model))
        finally:
            await client.aclose()

    with serve(scripts.fault("hang")) as llm:
        with pytest.raises(CallTimeoutError, match=r"0\.3 s"):
            asyncio.run(run(llm.api_base))
        assert llm.stats()["n_requests"] <= 1, "LiteLLM must not retry by itself"


@pytest.mark.parametrize("model", MODELS)
def test_retry_after_is_read(model: str) -> None:
    with pytest.raises(RateLimitError) as caught:
        call(scripts.status(429, "slow", Retry_After="7"), model)
    assert caught.value.retry_after_s == 7.0


def test_retry_after_is_seconds_a_date_or_unknown() -> None:
    assert retry_after_s({"Retry-After": "1.5"}) == 1.5
    assert retry_after_s({"retry-after-ms": "250"}) == 0.25
    assert retry_after_s({"llm_provider-retry-after": "2"}) == 2.0
    assert retry_after_s({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
    assert retry_after_s({"Retry-After": "soon"}) is None
    assert retry_after_s({"Retry-After": "-3"}) is None
    assert retry_after_s({}) is None


@pytest.mark.parametrize("model", MODELS)
def test_nothing_listening_is_a_lost_connection(model: str) -> None:
    async def run() -> None:
        client = LiteLLMClient(timeout_s=300)
        try:
            await client.complete(request_to("http://127.0.0.1:9/v1", model))
        finally:
            await client.aclose()

    with pytest.raises(ConnectionLostError):
        asyncio.run(run())


@pytest.mark.parametrize("model", MODELS)
def test_empty_choices_are_an_empty_reply(model: str) -> None:
    assert call(scripts.fault("empty_choices"), model).text == ""


@pytest.mark.parametrize("model", MODELS)
def test_an_unpriced_model_costs_an_unknown_amount_however_often_it_is_asked(model: str) -> None:
    async def run(api_base: str) -> list[float | None]:
        client = LiteLLMClient()
        try:
            return [(await client.complete(request_to(api_base, model, seed=n))).cost_usd for n in range(3)]
        finally:
            await client.aclose()

    with serve(scripts.always("x")) as llm:
        assert asyncio.run(run(llm.api_base)) == [None, None, None]


@pytest.mark.parametrize("model", MODELS)
def test_log_probabilities_come_back_in_nats(model: str) -> None:
    top = (("A", -0.2), ("B", -1.7))
    reply = call(scripts.always(Reply("A", logprobs=(("A", top),))), model, logprobs=True, top_logprobs=2)
    assert reply.logprobs is not None
    assert reply.logprobs[0].token == "A"
    assert reply.logprobs[0].top == top


@pytest.mark.parametrize("model", MODELS)
def test_a_refusal_field_comes_back(model: str) -> None:
    assert call(scripts.always(Reply("", refusal="I will not.")), model).refusal == "I will not."


def test_what_the_model_does_not_take_is_dropped_and_not_recorded_as_sent() -> None:
    reply = call(scripts.always("x"), "openai/o3-mini", temperature=0.0, max_tokens=7, seed=1)
    assert dict(reply.parameters_sent) == {"max_completion_tokens": 7, "seed": 1}


def test_an_unprocessable_call_is_asked_once_and_loses_no_parameter() -> None:
    body = Reply("temperature: value is not a valid float", status=422)

    async def run(api_base: str) -> None:
        client = LiteLLMClient()
        try:
            await client.complete(request_to(api_base, "openai/fake", temperature=0.5))
        finally:
            await client.aclose()

    with serve(scripts.always(body)) as llm:
        with pytest.raises(CallRejectedError):
            asyncio.run(run(llm.api_base))
        assert llm.stats()["n_requests"] == 1


def test_a_model_without_a_provider_fails_every_call_alike() -> None:
    async def run() -> None:
        await LiteLLMClient().complete(CallRequest("no-such-model", None, (), (Message("user", "x"),)))

    with pytest.raises(ProviderCallError, match="provider"):
        asyncio.run(run())


def test_a_schema_reaches_the_server() -> None:
    async def run(api_base: str) -> CallReply:
        client = LiteLLMClient()
        schema: dict[str, Any] = {"type": "object", "properties": {}}
        try:
            return await client.complete(
                CallRequest(MODELS[0], api_base, (), (Message("user", "x"),), response_schema=schema)
            )
        finally:
            await client.aclose()

    with serve(lambda request: request["response_format"]["type"]) as llm:
        assert asyncio.run(run(llm.api_base)).text == "json_schema"


def test_a_server_without_keys_works_and_a_key_stays_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert call(scripts.always("fine"), "openai/fake").text == "fine"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-verysecretvalue123")
    leak = Reply("Incorrect API key provided: sk-verysecretvalue123", status=401)
    with pytest.raises(ProviderCallError) as caught:
        call(scripts.always(leak), "openai/fake")
    error = caught.value
    assert "verysecret" not in f"{error!r} {error} {error.__cause__} {vars(error)}"
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "InternalServerError: VllmException - Cannot connect to host localhost:1 ssl:<ssl.SSLContext"
            " object at 0x7f15> [Connect call failed ('127.0.0.1', 1)]",
            "nothing listens at localhost:1; is the server running?",
        ),
        (
            "Cannot connect to host api.x.test:443 ssl:default [Name or service not known]",
            "no address is known for api.x.test:443; is its name right, and this machine online?",
        ),
        (
            "Cannot connect to host box:443 ssl:True [certificate verify failed]",
            "cannot connect to box:443: certificate verify failed",
        ),
        ("Connection error.", "no server answers there"),
        ("broken\nTraceback (most recent call last):\n  File x", "broken"),
        ("slow down", "slow down"),
    ],
)
def test_what_the_client_says_of_its_insides_is_left_out(said: str, words: str) -> None:
    assert redact(said) == words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "OpenAIException - Missing credentials. Please pass an `api_key`, or set the `OPENAI_API_KEY`",
            "The key is missing: set OPENAI_API_KEY.",
        ),
        ("Missing Anthropic API Key - set `ANTHROPIC_API_KEY`", "The key is missing: set ANTHROPIC_API_KEY."),
        ("Missing Gemini API key. Set the GEMINI_API_KEY or", "The key is missing: set GEMINI_API_KEY."),
        ("Unable to locate credentials", "The key is missing."),
    ],
)
def test_a_key_that_the_client_misses_is_no_outage(said: str, words: str) -> None:
    class ClientError(Exception):
        status_code = 500

    found = classify(ClientError(said))
    assert isinstance(found, MissingKeyError)
    assert (str(found), found.status_code) == (words, None)


def test_secrets_are_taken_out_of_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SERVICE_TOKEN", "oddlyshapedsecret")
    for text in (
        "key sk-abcdefgh12345678 is wrong",
        "Authorization: Bearer abcdef.ghijkl",
        "https://name:pass-word@host/v1 failed",
        "GET /v1?api_key=abcdefghij failed",
        "AIzaSyA1234567890abcdefg is not valid",
        "sent oddlyshapedsecret",
    ):
        cleaned = redact(text)
        assert "[redacted]" in cleaned
        for secret in ("abcdef", "pass-word", "1234567890", "oddly"):
            assert secret not in cleaned, cleaned
    assert len(redact("x" * 10_000)) < 600


@LITELLM_STREAMS
@pytest.mark.parametrize("model", MODELS)
def test_a_stream_gives_the_pieces_and_the_whole(model: str) -> None:
    pieces: list[str] = []
    reply = stream(scripts.always("one two three"), pieces, model)
    assert "".join(pieces) == reply.text == "one two three"
    assert len(pieces) > 1
    assert reply.finish_reason == "stop"
    assert reply.n_tokens_out == len("one two three") // 4 + 1


@LITELLM_STREAMS
@pytest.mark.parametrize("model", MODELS)
def test_a_stream_that_breaks_off_is_no_reply(model: str) -> None:
    with pytest.raises(TransientCallError):
        stream(scripts.always(Reply("one two three four", fault="cut_stream")), [], model)


@LITELLM_STREAMS
def test_a_stream_keeps_its_cut_off_reason() -> None:
    reply = stream(scripts.always(Reply("one two", finish_reason="length")), [], MODELS[0])
    assert reply.finish_reason == "length"


def stream(script: Script, pieces: list[str], model: str) -> CallReply:
    async def run(api_base: str) -> CallReply:
        client = LiteLLMClient(timeout_s=300)
        try:
            return await client.stream(request_to(api_base, model), pieces.append)
        finally:
            await client.aclose()

    with serve(script) as llm:
        return asyncio.run(run(llm.api_base))


def test_many_calls_run_at_once_and_cancelling_ends_them() -> None:
    async def run(llm: Running) -> None:
        client = LiteLLMClient(timeout_s=300)
        calls = [asyncio.create_task(client.complete(request_to(llm.api_base, seed=n))) for n in range(16)]
        while (await asyncio.to_thread(llm.stats))["n_in_flight"] < 16:
            await asyncio.sleep(0.01)
        for task in calls:
            task.cancel()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in ended)
        await client.aclose()

    with serve(scripts.fault("hang")) as llm:
        asyncio.run(run(llm))
        assert llm.stats()["max_in_flight"] == 16


def test_importing_the_room_does_not_import_litellm() -> None:
    code = "import sys, judge, judge.litellm_client; sys.exit('litellm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
