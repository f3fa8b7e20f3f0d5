"""What a person asks of a generation: who answers, with which settings, and how far it may go."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from arena.errors import UsageError
from judge.spec import RESERVED_PARAMETERS

RETRIED: Final = ("api_error", "timeout", "over_budget")
"""Failures of the network or the purse, not of the contestant's words: a new plan tries them again."""
FAILURES: Final = ("refused", "truncated", "empty", *RETRIED)
MAX_NAME_CHARS: Final = 500
_RANGES: Final = {
    "temperature": (0.0, 10.0),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "top_k": (-1.0, math.inf),
    "max_tokens": (1.0, math.inf),
    "seed": (-math.inf, math.inf),
}


@dataclass(frozen=True)
class ContestantSpec:
    """A contestant by name; with a model, what it is made of.

    Parameters
    ----------
    model : str or None
        `provider/model`; None takes the contestant as it is stored.
    parameters : dict
        Sampling settings as LiteLLM takes them. Sample k is asked with `seed` + k.
    input_usd_per_million, output_usd_per_million : float or None
        A price for models that LiteLLM's map does not know; None: unknown, never free.
    """

    name: str
    model: str | None = None
    api_base: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    system_prompt: str | None = None
    input_usd_per_million: float | None = None
    output_usd_per_million: float | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise UsageError("A contestant needs a name, as NAME=provider/model.")
        if len(self.name) > MAX_NAME_CHARS:
            raise UsageError(f"A contestant's name has at most {MAX_NAME_CHARS} characters.")
        if self.model is not None and ("/" not in self.model or self.model.startswith("builtin/")):
            raise UsageError(f"'{self.model}' is no model; write provider/model, as openai/gpt-4o-mini.")
        reserved = sorted(RESERVED_PARAMETERS.intersection(self.parameters))
        if reserved:
            raise UsageError(f"'{reserved[0]}' is no sampling parameter.")
        for name, (low, high) in _RANGES.items():
            value = self.parameters.get(name)
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high
            ):
                raise UsageError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}.")


@dataclass(frozen=True)
class GenerationSpec:
    """Contestants, samples and caps.

    Parameters
    ----------
    n_samples : int
        Responses of each contestant to each prompt.
    tags : tuple of str
        Only prompts with one of these tags; empty: all.
    prompt_ids : tuple of int
        Only these prompts; empty: all.
    keep_truncated : bool
        Whether an answer that was cut off at its token limit may be judged; else it is a failure.
    is_streamed : bool
        Ask for streams: a slow answer then keeps its connection alive.
    max_cost_usd, max_calls : float, int or None
        Caps of this generation; None: none.
    """

    dataset: str
    contestants: tuple[ContestantSpec, ...]
    n_samples: int = 1
    tags: tuple[str, ...] = ()
    prompt_ids: tuple[int, ...] = ()
    keep_truncated: bool = False
    is_streamed: bool = False
    max_cost_usd: float | None = None
    max_calls: int | None = None
    max_concurrency: int = 16

    def __post_init__(self) -> None:
        if not self.contestants:
            raise UsageError("Name at least one contestant, as NAME=provider/model.")
        names = [contestant.name for contestant in self.contestants]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise UsageError(f"The contestant '{twice}' is named twice.")
        if self.n_samples < 1:
            raise UsageError(f"The samples must be 1 or more, not {self.n_samples}.")
        if self.max_concurrency < 1:
            raise UsageError(f"The concurrency must be 1 or more, not {self.max_concurrency}.")
        if self.max_calls is not None and self.max_calls < 0:
            raise UsageError(f"The cap on calls must not be negative, it is {self.max_calls}.")
        if self.max_cost_usd is not None and not self.max_cost_usd >= 0:
            raise UsageError(f"The cap in USD must not be negative, it is {self.max_cost_usd}.")

    def to_json(self) -> dict[str, Any]:
        """Return plain values for storage; what the contestants are made of is stored with them."""
        plain = asdict(self) | {"contestants": [contestant.name for contestant in self.contestants]}
        return plain | {"tags": list(self.tags), "prompt_ids": list(self.prompt_ids)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> GenerationSpec:
        known = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        contestants = tuple(ContestantSpec(name) for name in known["contestants"])
        listed = {name: tuple(known.get(name, ())) for name in ("tags", "prompt_ids")}
        return cls(**{**known, "contestants": contestants, **listed})
