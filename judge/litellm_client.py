"""The one file that imports LiteLLM, and only when a client is made (3 s, 160 MB).

It makes one call and classifies what went wrong. It does not retry, cache, or count money: those are the
caller's. API keys come from the environment alone.
"""

import asyncio
import contextlib
import gc
import json
import logging
import os
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from judge.call_failures import classify, redact
from judge.calls import CallReply, CallRequest, JsonValue, Parameters, TokenLogprob
from judge.errors import (
    CallRejectedError,
    CallTimeoutError,
    ConnectionLostError,
    ProviderCallError,
    ServerError,
)
from judge.price_map import find_model

DEFAULT_TIMEOUT_S = 120.0
CLOSE_TIMEOUT_S = 5.0
NO_KEY = "no-key-needed"
_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else a network request for the price map
    "LITELLM_MODE": "PRODUCTION",  # else it loads .env from the working directory
    "LITELLM_LOG": "ERROR",
}
_OPENAI_PROVIDERS = frozenset({"openai", "text-completion-openai", "custom_openai", "openai_like"})


@dataclass(frozen=True)
class _Mapping:
    """Parameters that a model takes, under OpenAI's names and under the provider's own."""

    kept: Parameters
    sent: Parameters


@cache
def import_litellm() -> ModuleType:
    """Import LiteLLM with what it reads at import set first, and its objects out of the collector's way."""
    for name, value in _ENVIRONMENT.items():
        os.environ[name] = value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm

        _build_models(litellm)
    litellm.disable_hf_tokenizer_download = True
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.drop_params = False  # else a 422 makes it drop parameters and try again, and say nothing
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    gc.collect()
    gc.freeze()
    module: ModuleType = litellm
    return module


def _build_models(litellm: ModuleType) -> None:
    """Build at once what pydantic would build, with warnings about LiteLLM's own types, in the first call."""
    types = litellm.types.utils
    for model in (types.Message, types.Delta, types.Choices, types.ModelResponse, types.ModelResponseStream):
        model.model_rebuild()


class LiteLLMClient:
    """Calls models through LiteLLM; `complete` is a `judge.Complete`.

    Parameters
    ----------
    timeout_s : float
        Limit of one call, from connecting to the last byte.
    """

    def __init__(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._litellm = import_litellm()
        self._unpriced: set[str] = set()
        self._mappings: dict[tuple[str, str], _Mapping] = {}

    async def complete(self, request: CallRequest) -> CallReply:
        """Make one call.

        Raises
        ------
        TransientCallError, ProviderCallError, CallRejectedError
            Classified by status code, without secrets.
        """
        started = time.perf_counter()
        answer = await self._ask(request, {})
        return self._reply(request, answer, time.perf_counter() - started)

    async def stream(self, request: CallRequest, on_text: Callable[[str], None]) -> CallReply:
        """Make one call and pass each piece of text on as it comes. Raises as `complete`.

        A stream that breaks off raises: half an answer is no reply.
        """
        started = time.perf_counter()
        chunks: list[Any] = []
        streaming = {"stream": True, "stream_options": {"include_usage": True}}
        answer = await self._ask(request, streaming)
        try:
            async with asyncio.timeout(self._timeout_s):
                async for chunk in answer:
                    chunks.append(chunk)
                    text = chunk.choices[0].delta.content if chunk.choices else None
                    if text:
                        on_text(text)
        except self._failures() as error:
            raise self._classified(error) from None
        if not any(chunk.choices and chunk.choices[0].finish_reason for chunk in chunks):
            raise ConnectionLostError("the stream ended before the answer did")
        whole = self._litellm.stream_chunk_builder(chunks, messages=_messages(request))
        return self._reply(request, whole, time.perf_counter() - started)

    async def embed(
        self, model: str, texts: Sequence[str], *, api_base: str | None = None
    ) -> list[tuple[float, ...]]:
        """Fetch one vector for each text, in their order. Raises as `complete`."""
        where: dict[str, Any] = {} if api_base is None else {"api_base": api_base}
        if api_base is not None and _needs_no_key(model):
            where["api_key"] = NO_KEY
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._litellm.aembedding(
                    model=model,
                    input=list(texts),
                    encoding_format="float",
                    timeout=self._timeout_s,
                    max_retries=0,
                    **where,
                )
        except self._failures() as error:
            raise self._classified(error) from None
        entries = sorted((dict(entry) for entry in answer.data or ()), key=lambda entry: entry["index"])
        if len(entries) != len(texts):
            raise ServerError(f"{len(texts)} texts were sent and {len(entries)} vectors came")
        return [tuple(float(number) for number in entry["embedding"]) for entry in entries]

    async def aclose(self) -> None:
        """Close the connections; calls in flight are the caller's to cancel first.

        What does not close in time is left to the process's end: everything has been answered by then.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._litellm.close_litellm_async_clients()

    async def _ask(self, request: CallRequest, streaming: dict[str, Any]) -> Any:
        try:
            extra: dict[str, Any] = dict(self._map(request).kept)
        except self._failures() as error:
            raise ProviderCallError(redact(f"{error}")) from None
        if request.response_schema is not None:
            extra["response_format"] = response_format(request.response_schema)
        if request.api_base is not None:
            extra["api_base"] = request.api_base
            if _needs_no_key(request.model):
                extra["api_key"] = NO_KEY
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._litellm.acompletion(
                    model=request.model,
                    messages=_messages(request),
                    timeout=self._timeout_s,
                    max_retries=0,
                    **extra,
                    **streaming,
                )
        except self._failures() as error:
            raise self._classified(error) from None

    def _failures(self) -> tuple[type[BaseException], ...]:
        return self._litellm.exceptions.openai.OpenAIError, TimeoutError, OSError, ValueError

    def _classified(self, error: BaseException) -> Exception:
        if isinstance(error, TimeoutError | self._litellm.Timeout):
            return CallTimeoutError(f"no answer within {self._timeout_s:g} s")
        if isinstance(error, self._litellm.UnsupportedParamsError):
            return ProviderCallError(redact(f"{error}"), status_code=400)
        if isinstance(error, ValueError):
            return ServerError(redact(f"the answer is not readable: {error}"))
        if isinstance(error, OSError):
            return ConnectionLostError(redact(f"{error}"))
        return classify(error)

    def _reply(self, request: CallRequest, answer: Any, latency_s: float) -> CallReply:
        if answer is None:  # LiteLLM's answer to some unprocessable calls
            raise CallRejectedError("the provider cannot process this call", status_code=422)
        choice = answer.choices[0] if answer.choices else None
        message = getattr(choice, "message", None)
        usage = getattr(answer, "usage", None)
        fields = getattr(message, "provider_specific_fields", None) or {}
        refusal = getattr(message, "refusal", None) or fields.get("refusal")
        return CallReply(
            text=getattr(message, "content", None) or "",
            finish_reason=str(getattr(choice, "finish_reason", None) or ""),
            n_tokens_in=_count(usage, "prompt_tokens"),
            n_tokens_out=_count(usage, "completion_tokens"),
            cost_usd=self._cost_usd(request.model, answer),
            latency_s=latency_s,
            parameters_sent=self._map(request).sent,
            logprobs=_logprobs(choice),
            refusal=refusal or None,
            thinking=getattr(message, "reasoning_content", None) or None,
        )

    def _cost_usd(self, model: str, answer: Any) -> float | None:
        cost = getattr(answer, "_hidden_params", {}).get("response_cost")
        if cost is None and model not in self._unpriced and find_model(model) is None:
            self._unpriced.add(model)
            self._spare_price_search(model)
        return float(cost) if cost else None  # the map also names 0 where it does not know

    def _spare_price_search(self, model: str) -> None:
        """Keep LiteLLM from searching its map for an unknown model on every call: an eighth of its CPU."""
        _, provider, _, _ = self._litellm.get_llm_provider(model)
        unknown = {"litellm_provider": provider, "mode": "chat", "input_cost_per_token": 0.0}
        self._litellm.register_model({model: {**unknown, "output_cost_per_token": 0.0}})

    def _map(self, request: CallRequest) -> _Mapping:
        """Ask LiteLLM what it takes for this model and how it names it; once for each set."""
        key = (request.model, json.dumps(request.parameters))
        if key not in self._mappings:
            kept = tuple(
                (name, value)
                for name, value in request.parameters
                if self._mapped(request.model, {name: value})
            )
            sent = self._mapped(request.model, dict(kept))
            self._mappings[key] = _Mapping(kept, tuple(sorted(sent.items())))
        return self._mappings[key]

    def _mapped(self, model: str, parameters: dict[str, JsonValue]) -> dict[str, JsonValue]:
        name, provider, _, _ = self._litellm.get_llm_provider(model)
        mapped: dict[str, JsonValue] = self._litellm.utils.get_optional_params(
            model=name, custom_llm_provider=provider, drop_params=True, **parameters
        )
        return {name: value for name, value in mapped.items() if name != "stream" and value not in ({}, None)}


def response_format(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Wrap a schema as OpenAI-compatible servers take it."""
    return {"type": "json_schema", "json_schema": {"name": "judgment", "strict": True, "schema": schema}}


def _messages(request: CallRequest) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in request.messages]


def _needs_no_key(model: str) -> bool:
    """Tell whether LiteLLM would refuse a server without authentication for want of a key."""
    return model.partition("/")[0] in _OPENAI_PROVIDERS and not os.environ.get("OPENAI_API_KEY")


def _count(usage: Any, name: str) -> int | None:
    count = getattr(usage, name, None)
    return count if isinstance(count, int) else None


def _logprobs(choice: Any) -> tuple[TokenLogprob, ...] | None:
    content = getattr(getattr(choice, "logprobs", None), "content", None)
    if not content:
        return None
    return tuple(
        TokenLogprob(
            token.token, token.logprob, tuple((top.token, top.logprob) for top in token.top_logprobs or ())
        )
        for token in content
    )
