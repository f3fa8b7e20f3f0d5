"""What a person asks of a run, as one record that is stored with it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from arena.errors import UsageError

Mode = Literal["pairwise", "pointwise", "listwise"]
ResponseFormat = Literal["auto", "schema", "tags"]
LevelOrder = Literal["ascending", "descending"]
PAIRS_HELP = (
    "all, baseline:NAME, a number of matches such as 200, a share of prompts such as 25%, or adaptive:"
    " rounds of the pairs that best separate undecided neighbours; anchor:NAME takes a stored anchor set"
)


@dataclass(frozen=True)
class RunSpec:
    """A judge, what it shall judge, and how far it may go.

    Parameters
    ----------
    judge : str
        `provider/model`, `builtin/NAME`, or a stored judge's `NAME` or `NAME@VERSION`.
    rubric : str or None
        A stored rubric's `NAME` or `NAME@VERSION`, a shipped one's name, or a YAML file; None: the default of
        the mode, or the stored judge's own.
    template : str or None
        A YAML file with `name, mode, system, user`; None: the shipped template of the mode.
    response_format : str
        How the verdict is asked for; `auto` goes by LiteLLM's model map.
    level_order : str
        In which order the judge reads a criterion's levels; another order is another version.
    contestants : tuple of str
        Empty: all that have responses.
    pairs : str
        `all`, `baseline:NAME`, `anchor:NAME` (the pairs of an anchor set), `N` (that many matches, drawn
        uniformly), `N%` (a share of prompts) or `adaptive`.
    max_cost_usd, max_calls : float, int or None
        Caps of this run; None: none.
    max_concurrency : int
        Calls at once; fewer where the provider says 429.
    timeout_s : float
        How long one call may take.
    parameters : dict
        Overrides of the judge's sampling parameters, as LiteLLM takes them.
    """

    dataset: str
    judge: str
    mode: Mode = "pairwise"
    rubric: str | None = None
    contestants: tuple[str, ...] = ()
    pairs: str = "all"
    repeats: int = 1
    with_reference: bool = False
    max_cost_usd: float | None = None
    max_calls: int | None = None
    max_concurrency: int = 16
    max_requests_per_minute: int | None = None
    max_tokens_per_minute: int | None = None
    timeout_s: float = 120.0
    api_base: str | None = None
    seed: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    template: str | None = None
    response_format: ResponseFormat = "auto"
    level_order: LevelOrder = "ascending"

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise UsageError(f"The mode is pairwise, pointwise or listwise, not '{self.mode}'.")
        if self.repeats < 1:
            raise UsageError(f"Repeats must be 1 or more, not {self.repeats}.")
        if self.max_concurrency < 1:
            raise UsageError(f"The concurrency must be 1 or more, not {self.max_concurrency}.")
        for limit in (self.max_requests_per_minute, self.max_tokens_per_minute):
            if limit is not None and limit < 1:
                raise UsageError(f"A limit a minute must be 1 or more, not {limit}.")
        if not self.timeout_s > 0:
            raise UsageError(f"The timeout must be above 0 seconds, it is {self.timeout_s}.")
        if self.max_calls is not None and self.max_calls < 0:
            raise UsageError(f"The cap on calls must not be negative, it is {self.max_calls}.")
        if self.max_cost_usd is not None and not self.max_cost_usd >= 0:
            raise UsageError(f"The cap in USD must not be negative, it is {self.max_cost_usd}.")
        if self.mode == "pointwise" and self.pairs != "all" and not self.pairs.endswith("%"):
            raise UsageError(
                "A pointwise judge grades single responses: give --pairs all or a share, as 25%."
            )
        if self.mode == "listwise" and self.pairs != "all" and not self.pairs.endswith("%"):
            raise UsageError(
                "A listwise judge ranks all responses to a prompt: give --pairs all or a share, as 25%."
            )
        if self.response_format not in get_args(ResponseFormat):
            raise UsageError(f"The response format is auto, schema or tags, not '{self.response_format}'.")
        if self.level_order not in get_args(LevelOrder):
            raise UsageError(f"The level order is ascending or descending, not '{self.level_order}'.")
        self.drawing()

    @property
    def changes_the_judge(self) -> bool:
        """Whether it says how a judge is made, which a stored version no longer takes."""
        is_default = (self.response_format, self.level_order) == ("auto", "ascending")
        return bool(self.rubric or self.template or self.parameters) or not is_default

    def drawing(self) -> Drawing:
        """Read `pairs`."""
        if self.pairs == "all":
            return Drawing("all")
        if self.pairs == "adaptive":
            return Drawing("adaptive")
        if self.pairs.startswith("baseline:") and len(self.pairs) > len("baseline:"):
            return Drawing("baseline", baseline=self.pairs.removeprefix("baseline:"))
        if self.pairs.startswith("anchor:") and len(self.pairs) > len("anchor:"):
            return Drawing("anchor", anchor=self.pairs.removeprefix("anchor:"))
        if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", self.pairs):
            share = float(match[1]) / 100
            if 0 < share <= 1:
                return Drawing("share", share=share)
        if re.fullmatch(r"\d+", self.pairs) and int(self.pairs) > 0:
            return Drawing("number", number=int(self.pairs))
        raise UsageError(f"'{self.pairs}' names no pairs. Give {PAIRS_HELP}.")

    def to_json(self) -> dict[str, Any]:
        """Return plain values for storage; there are no secrets in a run."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> RunSpec:
        known = {name: value for name, value in stored.items() if name in cls.__dataclass_fields__}
        return cls(**{**known, "contestants": tuple(known.get("contestants", ()))})


@dataclass(frozen=True)
class Drawing:
    """Which of the possible pairs a run takes."""

    kind: Literal["all", "adaptive", "anchor", "baseline", "number", "share"]
    anchor: str = ""
    baseline: str = ""
    number: int = 0
    share: float = 1.0


def parse_parameters(words: tuple[str, ...]) -> dict[str, Any]:
    """Read `name=value` words, values as JSON where they are JSON."""
    parameters: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageError(f"'{word}' is no parameter; write name=value, as temperature=0.5.")
        try:
            parameters[name] = json.loads(value)
        except json.JSONDecodeError:
            parameters[name] = value
    return parameters
