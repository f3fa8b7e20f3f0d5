"""What a scripted server says to one request: an answer, or one of the ways to fail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Request = dict[str, Any]
Fault = Literal["none", "hang", "drop", "broken_json", "empty_choices", "cut_stream"]


@dataclass(frozen=True)
class Reply:
    """One answer of the fake server.

    Parameters
    ----------
    status : int
        Above 200: an OpenAI error object with `text` as its message.
    error_code : str
        The error object's `code`, such as `insufficient_quota`.
    latency_s : float
        Waited before anything is sent.
    fault : str
        `hang` never answers, `drop` closes the connection, `broken_json` sends half an object,
        `empty_choices` an answer without choices, `cut_stream` ends a stream in the middle.
    logprobs : tuple of (token, ((alternative, log-probability), ...))
        One entry for each token; the first alternative is the token itself.
    has_usage : bool
        Whether token counts are sent.
    thinking : str or None
        Sent as `reasoning_content`, beside the text.
    body : str or None
        Sent instead of everything, as it is.
    """

    text: str = ""
    status: int = 200
    finish_reason: str = "stop"
    error_code: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    latency_s: float = 0.0
    fault: Fault = "none"
    refusal: str | None = None
    logprobs: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = ()
    has_usage: bool = True
    thinking: str | None = None
    body: str | None = None


Script = Callable[[Request], Reply | str]
