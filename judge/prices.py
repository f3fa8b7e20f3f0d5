"""What calls will cost before they are made. An unpriced model stays unknown, never 0.

Prices are LiteLLM's local map; tokens are counted with the tokenizer that LiteLLM counts with, or taken
from past calls where there are any.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from judge.calls import CallReply, CallRequest
from judge.price_map import find_model, package_folder
from judge.spec import JudgeSpec

if TYPE_CHECKING:
    import tiktoken

CHARACTERS_PER_TOKEN = 4.0  # OpenAI's rule of thumb for English; used where no tokenizer is installed
TOKENS_PER_MESSAGE = 4
GUESSED_TOKENS_OUT = 300  # reasoning and verdict of a judge that has no past calls
SAMPLE_SIZE = 50

TokenSource = Literal["past calls", "tokenizer", "four characters a token"]


@dataclass(frozen=True)
class Price:
    """USD for one token."""

    input_usd: float
    output_usd: float


@dataclass(frozen=True)
class PastCalls:
    """Means over this judge's earlier calls; `calls_per_judgment` is above 1 where repairs were needed."""

    n_calls: int
    mean_tokens_in: float
    mean_tokens_out: float
    calls_per_judgment: float = 1.0


@dataclass(frozen=True)
class Estimate:
    """What a plan will cost.

    Parameters
    ----------
    n_calls : int
        First calls; with `PastCalls` its share of repair turns is added.
    cost_usd : float or None
        Expected; None for an unpriced model.
    most_usd : float or None
        If every call needs its repair turn and every answer is as long as `max_tokens` allows; None for an
        unpriced model or without `max_tokens`.
    token_source : str
        Where the input tokens come from. Those of an output are a guess of 300 without past calls.
    """

    n_calls: int
    n_tokens_in: int
    n_tokens_out: int
    cost_usd: float | None
    most_usd: float | None
    token_source: TokenSource


def price_of(model: str) -> Price | None:
    """Look up a model's price; None where the map has none, or 0, which it also writes for unknown ones."""
    entry = find_model(model) or {}
    price_in, price_out = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    if not isinstance(price_in, int | float) or not isinstance(price_out, int | float):
        return None
    return Price(float(price_in), float(price_out)) if price_in + price_out > 0 else None


def estimate(
    spec: JudgeSpec, n_calls: int, sample: Sequence[CallRequest], *, past: PastCalls | None = None
) -> Estimate:
    """Estimate a plan of `n_calls` from a sample of its requests, drawn from the whole plan."""
    if spec.is_builtin:
        return Estimate(0, 0, 0, 0.0, 0.0, "tokenizer")
    counted = [count_request_tokens(request) for request in sample[:SAMPLE_SIZE]]
    mean_in = sum(counted) / len(counted) if counted else 0.0
    mean_out, source = float(GUESSED_TOKENS_OUT), token_source()
    n_expected = n_calls
    if past is not None and past.n_calls > 0:
        mean_in = past.mean_tokens_in if not counted else mean_in
        mean_out = past.mean_tokens_out
        source = "past calls" if not counted else source
        n_expected = round(n_calls * past.calls_per_judgment)
    price = price_of(spec.model)
    n_in, n_out = round(n_expected * mean_in), round(n_expected * mean_out)
    cost = None if price is None else n_in * price.input_usd + n_out * price.output_usd
    return Estimate(n_expected, n_in, n_out, cost, _most_usd(spec, n_calls, mean_in, price), source)


def _most_usd(spec: JudgeSpec, n_calls: int, mean_in: float, price: Price | None) -> float | None:
    limit = max_tokens_of(spec.parameters)
    if price is None or limit is None:
        return None
    first = mean_in * price.input_usd + limit * price.output_usd
    repair = (mean_in + limit + TOKENS_PER_MESSAGE * 50) * price.input_usd + limit * price.output_usd
    return n_calls * (first + repair)


def most_usd(request: CallRequest) -> float | None:
    """Give the most that one call can cost, to reserve under a cap; None when it is unknown."""
    price, limit = price_of(request.model), max_tokens_of(request.parameters)
    if price is None or limit is None:
        return None
    return count_request_tokens(request) * price.input_usd + limit * price.output_usd


def cost_of(reply: CallReply, price: Price | None) -> float | None:
    """Price a reply's tokens, for a model whose price somebody typed in; None when either is unknown."""
    if price is None or reply.n_tokens_in is None or reply.n_tokens_out is None:
        return None
    return reply.n_tokens_in * price.input_usd + reply.n_tokens_out * price.output_usd


def max_tokens_of(parameters: Sequence[tuple[str, object]]) -> int | None:
    """Limit of the output's tokens, None without one."""
    limits = [value for name, value in parameters if name in ("max_tokens", "max_completion_tokens")]
    return next((limit for limit in limits if isinstance(limit, int) and limit > 0), None)


def count_request_tokens(request: CallRequest) -> int:
    """Count the tokens of a request's messages and schema."""
    texts = [message.content for message in request.messages]
    schema = str(request.response_schema) if request.response_schema else ""
    return sum(count_tokens(text) + TOKENS_PER_MESSAGE for text in texts) + count_tokens(schema)


def count_tokens(text: str) -> int:
    """Count tokens as LiteLLM does for models whose tokenizer is not public; exact for OpenAI's."""
    encoding = _encoding()
    if encoding is None:
        return -(-len(text) // int(CHARACTERS_PER_TOKEN))
    return len(encoding.encode(text, disallowed_special=()))


def token_source() -> TokenSource:
    """Tell how `count_tokens` counts on this machine."""
    return "four characters a token" if _encoding() is None else "tokenizer"


@cache
def _encoding() -> "tiktoken.Encoding | None":
    """Load the o200k encoding from LiteLLM's package folder, so that nothing is downloaded."""
    folder = package_folder()
    if folder is None:
        return None
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(folder / "litellm_core_utils" / "tokenizers"))
    try:
        import tiktoken

        return tiktoken.get_encoding("o200k_base")
    except (ImportError, OSError, ValueError):
        return None
