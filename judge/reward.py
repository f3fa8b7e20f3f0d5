"""A reward model behind an HTTP endpoint: a conversation in, one number out, never a level.

Understood answers: `{"score": x}`, `{"scores": [x]}`, vLLM's pooling `{"data": [{"data": [x]}]}` (the last
number counts, as for per-token rewards) and SGLang's classify `[{"embedding": [x]}]`.
"""

import json
import math
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from judge.call_failures import redact
from judge.errors import (
    CallError,
    CallRejectedError,
    CallTimeoutError,
    ConnectionLostError,
    ProviderCallError,
    RateLimitError,
    ServerError,
    SpecError,
)
from judge.texts import Message

KEY_VARIABLE = "REWARD_API_KEY"
TIMEOUT_S = 120.0


@dataclass(frozen=True)
class RewardModel:
    """Where it is asked, and the model's name as the server knows it."""

    url: str
    model: str

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https") or not urlsplit(self.url).hostname:
            raise SpecError(
                f"'{self.url}' is no address of a scoring endpoint; write http://HOST:PORT/pooling"
            )


@dataclass(frozen=True)
class Reward:
    """`score` is the model's own number, on no scale that any other judge shares."""

    score: float
    raw_text: str


def ask_reward(model: RewardModel, prompt: Sequence[Message], response: Sequence[str]) -> Reward:
    """Score one response; blocks until the answer is there.

    Raises
    ------
    TransientCallError, ProviderCallError, CallRejectedError
        Classified by status code; an answer without a number is rejected, never 0.
    """
    asked = {"model": model.model, "messages": conversation(prompt, response)}
    headers = {"Content-Type": "application/json"}
    key = os.environ.get(KEY_VARIABLE)
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(model.url, json.dumps(asked).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            text = answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            body = error.read(2000).decode("utf-8", "replace")
        raise _by_status(error.code, redact(body or f"{error}")) from None
    except TimeoutError:
        raise CallTimeoutError(f"no answer within {TIMEOUT_S:g} s") from None
    except OSError as error:
        raise ConnectionLostError(redact(f"{error}")) from None
    return Reward(read_score(text), text)


def conversation(prompt: Sequence[Message], response: Sequence[str]) -> list[dict[str, str]]:
    """Put the response's turns after the user messages that they answer."""
    turns = list(response)
    messages: list[dict[str, str]] = []
    for place, message in enumerate(prompt):
        messages.append({"role": message.role, "content": message.content})
        following = prompt[place + 1].role if place + 1 < len(prompt) else None
        if message.role == "user" and following != "assistant" and turns:
            messages.append({"role": "assistant", "content": turns.pop(0)})
    return [*messages, *({"role": "assistant", "content": turn} for turn in turns)]


def read_score(text: str) -> float:
    """Read the one number of an answer; raises CallRejectedError where there is none."""
    try:
        number = _number(json.loads(text))
    except (ValueError, LookupError, TypeError):
        number = None
    if number is None or not math.isfinite(number):
        raise CallRejectedError(f"the answer holds no score: {redact(text[:200])}")
    return number


def _number(answer: Any) -> float | None:
    if isinstance(answer, bool) or answer is None:
        return None
    if isinstance(answer, int | float):
        return float(answer)
    if isinstance(answer, list):
        return _number(answer[-1])
    for name in ("score", "scores", "data", "embedding"):
        if isinstance(answer, dict) and name in answer:
            return _number(answer[name])
    return None


def _by_status(status: int, message: str) -> CallError:
    if status == 429:
        return RateLimitError(message, status_code=status)
    if status >= 500:
        return ServerError(message, status_code=status)
    if status in (401, 402, 403, 404):
        return ProviderCallError(message, status_code=status)
    return CallRejectedError(message, status_code=status)
