"""From a provider's failure to an error of this room, by status code; secrets are taken out here."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from judge.errors import (
    CallError,
    CallRejectedError,
    CallTimeoutError,
    ConnectionLostError,
    MissingKeyError,
    ProviderCallError,
    RateLimitError,
    ServerError,
)
from judge.judgment import Reason

MAX_MESSAGE = 500
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|key|AIza)[-_][A-Za-z0-9_*.-]{6,}|AIza[A-Za-z0-9_-]{10,}"
    r"|(?i:bearer)\s+[A-Za-z0-9._~+/=-]{6,}|(?<=://)[^/@\s]+:[^/@\s]+(?=@)"
    r"|(?i:(?<=api[-_]key[=:])|(?<=apikey[=:])|(?<=token[=:]))\s*[^\s&\"',}]{6,}"
)
_MIN_SECRET = 8
_PREFIX = re.compile(r"\A(?:litellm\.)?(?:\w+(?:Error|Exception): )*(?:\w+(?:Exception|Error) - )?")
_NO_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.IGNORECASE)
_BAD_KEY = re.compile(
    r"invalid[_ ]api[_ ]key|incorrect api key|api key not valid|authentication", re.IGNORECASE
)
_NO_SCHEMA = re.compile(
    r"response_format|json_schema|response_schema|guided_json|structured output", re.IGNORECASE
)
_NO_PARAMETER = re.compile(
    r"unsupported[_ ](?:parameter|value)|unrecognized request argument|unknown parameter|unsupported param"
    r"|does not support (?:the )?(?:parameter|setting|temperature)",
    re.IGNORECASE,
)
_FILTER = re.compile(
    r"content[_ ]filter|content management policy|content policy|safety system", re.IGNORECASE
)
_NO_KEY = re.compile(
    r"missing credentials|missing (?:\w+ )?api[ _]key|api_key client option must be set|no key is set"
    r"|unable to locate credentials|default credentials were not found",
    re.IGNORECASE,
)
_KEY_NAME = re.compile(r"\b[A-Z][A-Z0-9_]*_(?:KEY|TOKEN)\b")
_TRACEBACK = re.compile(r"\s*Traceback \(most recent call last\):.*", re.DOTALL)
_NO_CONNECTION = re.compile(r"Cannot connect to host (\S+) ssl:(?:<[^>]*>|\S+) \[(.*)\]", re.DOTALL)
_CLOSED = re.compile(r"connect call failed|connection refused", re.IGNORECASE)
_NO_NAME = re.compile(r"name or service|nodename nor|name resolution|getaddrinfo|no address", re.IGNORECASE)
_NO_ANSWER = re.compile(
    r"connection|connect call failed|disconnected|reset by peer|broken pipe|cannot connect|closed",
    re.IGNORECASE,
)


def redact(message: str) -> str:
    """Take out whatever looks like a key, and every secret value of the environment; shorten the rest."""
    for name, value in os.environ.items():
        if len(value) >= _MIN_SECRET and _SECRET_NAME.search(name):
            message = message.replace(value, "[redacted]")
    message = plain(_SECRET_VALUE.sub("[redacted]", _PREFIX.sub("", message)))
    return message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}…"


def plain(message: str) -> str:
    """Say without the client's insides what happened; what it says in words of its own stays as it is."""
    message = _TRACEBACK.sub("", message)
    found = _NO_CONNECTION.search(message)
    if found is None:
        return "no server answers there" if message == "Connection error." else message
    host, cause = found.groups()
    if _CLOSED.search(cause):
        return f"nothing listens at {host}; is the server running?"
    if _NO_NAME.search(cause):
        return f"no address is known for {host}; is its name right, and this machine online?"
    return f"cannot connect to {host}: {cause}"


def missing_key(message: str) -> MissingKeyError:
    """Name the variable that the client asks for, where it names one."""
    name = _KEY_NAME.search(message)
    return MissingKeyError("The key is missing." if name is None else f"The key is missing: set {name[0]}.")


def classify(error: BaseException) -> CallError:
    """Map by status code, not by class: LiteLLM raises a 401 as a bad request now and then."""
    status: Any = getattr(error, "status_code", None)
    text = f"{error}"
    message = redact(text)
    if _NO_KEY.search(text):
        return missing_key(text)
    if not isinstance(status, int) or status < 400:
        return ServerError(f"the answer is not readable: {message}")
    if status == 429:
        if _NO_QUOTA.search(text):
            return ProviderCallError(message, status_code=status)
        return RateLimitError(message, status_code=status, retry_after_s=retry_after_s(_headers(error)))
    if status == 408:
        return CallTimeoutError(message, status_code=status)
    if status >= 500 and _NO_ANSWER.search(text):
        return ConnectionLostError(message)
    if status >= 500 or status in (409, 425):
        return ServerError(message, status_code=status, retry_after_s=retry_after_s(_headers(error)))
    if status in (401, 402, 403, 404) or _BAD_KEY.search(text) or _NO_PARAMETER.search(text):
        return ProviderCallError(message, status_code=status)
    if _NO_SCHEMA.search(text):
        return ProviderCallError(
            f"this endpoint takes no JSON schema, ask for tags: {message}", status_code=status
        )
    reason: Reason = "refused" if _FILTER.search(text) else "api_error"
    return CallRejectedError(message, status_code=status, reason=reason)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider asks to wait: `Retry-After` as a number or a date, or `retry-after-ms`."""
    lowered = {name.lower().removeprefix("llm_provider-"): value for name, value in headers.items()}
    if "retry-after-ms" in lowered:
        return _seconds(lowered["retry-after-ms"], 0.001)
    value = lowered.get("retry-after")
    if value is None:
        return None
    seconds = _seconds(value, 1.0)
    if seconds is not None:
        return seconds
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _seconds(value: str, unit_s: float) -> float | None:
    try:
        seconds = float(value) * unit_s
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _headers(error: BaseException) -> dict[str, str]:
    headers: Any = getattr(error, "litellm_response_headers", None)
    if headers is None:
        headers = getattr(getattr(error, "response", None), "headers", None)
    return {str(name): str(value) for name, value in dict(headers or {}).items()}
