"""Patterns that people write, run with a time limit: a pattern can take longer than the universe lasts."""

from functools import lru_cache

import regex

from judge.exact.errors import MetricError

TIMEOUT_S = 1.0


def check_pattern(pattern: str) -> None:
    """Raise MetricError, saying where, for a pattern that cannot be read."""
    _compile(pattern)


def has_match(pattern: str, text: str) -> bool:
    """Tell whether the pattern is found anywhere in the text; case matters, `(?i)` in front ignores it.

    Raises
    ------
    MetricError
        If the pattern cannot be read, or has not ended after a second.
    """
    try:
        return _compile(pattern).search(text, timeout=TIMEOUT_S) is not None
    except TimeoutError as error:
        raise MetricError(f"the pattern '{pattern}' did not end within {TIMEOUT_S:g} s") from error


@lru_cache(maxsize=256)
def _compile(pattern: str) -> "regex.Pattern[str]":
    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise MetricError(f"the pattern '{pattern}' cannot be read: {error}") from error
