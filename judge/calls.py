"""One call to a model: what is sent, what comes back, and the key that makes it unique.

Nothing here reaches a network; `judge.litellm_client` does.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from judge.texts import Message

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
Parameters: TypeAlias = tuple[tuple[str, JsonValue], ...]
ShownOrder = Literal["ab", "ba", ""]

_ENCODER = json.JSONEncoder(separators=(",", ":"), sort_keys=True)  # made once: a plan has a million keys


@dataclass(frozen=True)
class CallRequest:
    """What is sent to a model, and enough to tell two calls apart.

    Parameters
    ----------
    parameters : tuple of (name, value)
        As handed to LiteLLM: `temperature`, `max_tokens`, ...; their order never matters.
    response_schema : dict or None
        JSON schema the answer must follow; None asks for free text.
    shown_order : str
        `ab` or `ba`; empty where nothing is compared. A listwise call and its reverse use them too.
    repetition : int
        From 0; two repetitions are two calls, never served from each other's cache.
    """

    model: str
    api_base: str | None
    parameters: Parameters
    messages: tuple[Message, ...]
    response_schema: dict[str, JsonValue] | None = None
    shown_order: ShownOrder = ""
    repetition: int = 0

    @cached_property
    def key(self) -> str:
        """SHA-256 in hex over everything that is sent, the shown order and the repetition; not the parser."""
        head: list[object] = [
            self.model,
            self.api_base,
            sorted(self.parameters, key=lambda parameter: parameter[0]),
            self.response_schema,
            self.shown_order,
            self.repetition,
            [[message.role, len(message.content)] for message in self.messages],
        ]
        digest = hashlib.sha256(_ENCODER.encode(head).encode())
        for message in self.messages:
            digest.update(message.content.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def to_json(self) -> str:
        """One JSON object with every field, for storage."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "CallRequest":
        fields = json.loads(text)
        fields["parameters"] = tuple((name, value) for name, value in fields["parameters"])
        fields["messages"] = tuple(Message(**message) for message in fields["messages"])
        return cls(**fields)


@dataclass(frozen=True)
class TokenLogprob:
    """One token of the answer with its log-probability in nats and the alternatives the provider lists."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class CallReply:
    """What came back.

    Parameters
    ----------
    text : str
        Verbatim, with thinking blocks; empty when the model said nothing.
    finish_reason : str
        As LiteLLM maps it: `stop`, `length`, `content_filter`, ...; empty when unknown.
    n_tokens_in, n_tokens_out : int or None
        As billed by the provider; None when it does not say.
    cost_usd : float or None
        None = unknown, never 0 for an unpriced model.
    latency_s : float
        Seconds from sending to the last byte.
    parameters_sent : tuple of (name, value)
        What reached the provider; a parameter that the model does not take was dropped.
    refusal : str or None
        The provider's own refusal field.
    thinking : str or None
        What the provider sends in a field of its own as the model's thinking; never read for a verdict.
    """

    text: str
    finish_reason: str = ""
    n_tokens_in: int | None = None
    n_tokens_out: int | None = None
    cost_usd: float | None = None
    latency_s: float = 0.0
    parameters_sent: Parameters = ()
    logprobs: tuple[TokenLogprob, ...] | None = None
    refusal: str | None = None
    thinking: str | None = None

    def to_json(self) -> str:
        """One JSON object with every field, for storage."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "CallReply":
        fields = json.loads(text)
        fields["parameters_sent"] = tuple((name, value) for name, value in fields["parameters_sent"])
        if fields["logprobs"] is not None:
            fields["logprobs"] = tuple(
                TokenLogprob(token["token"], token["logprob"], tuple((t, p) for t, p in token["top"]))
                for token in fields["logprobs"]
            )
        return cls(**fields)


Complete = Callable[[CallRequest], Awaitable[CallReply]]
