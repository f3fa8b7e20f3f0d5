"""Trying a model with one tiny call, in a child process: LiteLLM never enters the one that serves pages."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from dataclasses import asdict, dataclass
from typing import Any, Final

from arena.asking_child import CHILDREN
from arena.errors import UsageError
from arena.providers import check_address, say_missing_key
from arena.run.station import Client
from judge import CallRequest, Message
from judge.errors import (
    CallError,
    CallRejectedError,
    CallTimeoutError,
    ConnectionLostError,
    JudgeError,
    MissingKeyError,
    RateLimitError,
)
from judge.prices import most_usd

CALL_TIMEOUT_S: Final = 30.0
CHILD_TIMEOUT_S: Final = 60.0
MAX_TOKENS: Final = 16
QUESTION: Final = "Reply with the one word: ready"


@dataclass(frozen=True)
class Trial:
    """What came of one call. `cost_usd` is None where it is unknown; `detail` is the provider's own words."""

    model: str
    is_ok: bool
    sentence: str
    detail: str = ""
    latency_s: float | None = None
    cost_usd: float | None = None
    n_tokens_in: int | None = None
    n_tokens_out: int | None = None


def most_trial_usd(model: str) -> float | None:
    """Return the most that a trial can cost; None for an unpriced model."""
    return most_usd(_request(model, None))


def try_model(model: str, api_base: str | None = None) -> Trial:
    """Make the call in a child process and wait for it.

    Raises
    ------
    UsageError
        If the name is no `provider/model`, or the address is none.
    """
    check_name(model)
    check_address(api_base)
    if (refused := _without_key(model, api_base)) is not None:
        return refused
    child, started = CHILDREN.take(), time.monotonic()
    deadline = threading.Timer(CHILD_TIMEOUT_S, child.kill)
    deadline.start()
    try:
        answer = next(iter(child.ask({"model": model, "api_base": api_base})), "")
    finally:
        deadline.cancel()
    if answer:
        CHILDREN.give_back(child)
        stored: dict[str, Any] = json.loads(answer)
        return Trial(**stored)
    child.end()
    if time.monotonic() - started >= CHILD_TIMEOUT_S:
        return Trial(model, False, f"No answer within {CHILD_TIMEOUT_S:.0f} seconds.")
    return Trial(model, False, "The call could not be made: the process that makes it ended early.")


def is_warm() -> bool:
    """Whether a child waits that has LiteLLM imported; else the next trial takes some seconds longer."""
    return CHILDREN.is_one_waiting


def ask_here(model: str, api_base: str | None = None) -> Trial:
    """Make the call in this process, which imports LiteLLM."""
    check_name(model)
    check_address(api_base)
    return _without_key(model, api_base) or asyncio.run(_ask(model, api_base))


def _without_key(model: str, api_base: str | None) -> Trial | None:
    missing = say_missing_key(model, api_base)
    return Trial(model, False, missing) if missing else None


def check_name(model: str) -> None:
    provider, _, name = model.partition("/")
    if not provider or not name or provider == "builtin" or model.startswith("-"):
        raise UsageError(f"'{model}' is no model to call; write provider/model, as openai/gpt-4o-mini.")


async def _ask(model: str, api_base: str | None) -> Trial:
    from judge.litellm_client import LiteLLMClient

    client = LiteLLMClient(timeout_s=CALL_TIMEOUT_S)
    try:
        return await ask_with(client, model, api_base)
    finally:
        await client.aclose()


async def ask_with(client: Client, model: str, api_base: str | None) -> Trial:
    """Make the call through a client that is there already."""
    try:
        reply = await client.complete(_request(model, api_base))
    except MissingKeyError as error:
        return Trial(model, False, str(error))
    except ConnectionLostError as error:
        return Trial(model, False, f"No server answers: {error}")
    except JudgeError as error:
        return Trial(model, False, _sentence(error), str(error))
    return Trial(
        model,
        True,
        "It answers." if reply.text or reply.thinking else "It answers, with an empty text.",
        latency_s=reply.latency_s,
        cost_usd=reply.cost_usd,
        n_tokens_in=reply.n_tokens_in,
        n_tokens_out=reply.n_tokens_out,
    )


def _request(model: str, api_base: str | None) -> CallRequest:
    return CallRequest(model, api_base, (("max_tokens", MAX_TOKENS),), (Message("user", QUESTION),))


def _sentence(error: JudgeError) -> str:
    """Say what to do about it, without the provider's own words."""
    status = error.status_code if isinstance(error, CallError) else None
    if status in (401, 403):
        return "The key was refused. Check the variable, then start the app again."
    if status == 404:
        return "The provider answers, but knows no such model."
    if status == 402:
        return "The key is known, but its account has no money left."
    if isinstance(error, RateLimitError):
        return "It answers, but asks to slow down (429)."
    if isinstance(error, CallTimeoutError):
        return f"No answer within {CALL_TIMEOUT_S:.0f} seconds."
    if isinstance(error, CallRejectedError):
        return "It answers, but refused this call."
    return "The call failed."


def to_json(trial: Trial) -> dict[str, Any]:
    """Return plain values, as `try_model` reads them back."""
    return asdict(trial)
