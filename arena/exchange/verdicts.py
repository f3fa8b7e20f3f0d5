"""Reading recorded verdicts. What is not offered here is unscored with its reason, never a tie."""

from __future__ import annotations

from typing import Any, Final

from arena.exchange.records import Decision, Shown

FIRST: Final = Decision(Shown.FIRST)
SECOND: Final = Decision(Shown.SECOND)
TIE: Final = Decision(Shown.TIE)
BOTH_BAD: Final = Decision(Shown.BOTH_BAD)
EMPTY: Final = Decision(None, "empty", "the source gives no verdict")

REASONS: Final = frozenset({
    "refused", "truncated", "empty", "no_verdict", "conflicting", "off_menu", "invalid_json", "api_error",
    "timeout", "over_budget",
})  # fmt: skip

_TIES: Final = ("tie", "c", "draw", "equal", "same", "both", "a=b", "b=a", "0.5")
_BOTH_BAD: Final = ("both_bad", "bothbad", "both bad", "tie (bothbad)", "tie (both bad)", "d", "neither")
_UNREADABLE: Final = (
    "error",
    "garbage",
    "unparsed",
    "unparsable",
    "invalid",
    "none",
    "nan",
    "null",
    "-1",
    "?",
)

_AS_SHOWN: Final = {
    **dict.fromkeys(("a", "first", "1", "shown_first", "shown_a", "model_a", "model_1", "response_a",
                     "response_1", "output_1", "left", "a>b", "a>>b", "b<a", "b<<a", "win_a"), FIRST),
    **dict.fromkeys(("b", "second", "2", "shown_second", "shown_b", "model_b", "model_2", "response_b",
                     "response_2", "output_2", "right", "b>a", "b>>a", "a<b", "a<<b", "win_b"), SECOND),
    **dict.fromkeys(_TIES, TIE),
    **dict.fromkeys(_BOTH_BAD, BOTH_BAD),
}  # fmt: skip


def read_verdict(value: Any, first: str | None = None, second: str | None = None) -> Decision:
    """Read a verdict as the judge saw the pair: a side, the name of a contestant, a tie or both bad.

    Parameters
    ----------
    value : Any
        The source's word, such as `A`, `[[B]]`, `model_a`, `tie (bothbad)`, 1 or 2.
    first, second : str or None
        Names of the contestants shown first and second; a verdict may name one of them.
    """
    word = "" if value is None else str(value).strip()
    if word and word in (first, second) and first != second:
        return FIRST if word == first else SECOND
    known = _AS_SHOWN.get(word) or _AS_SHOWN.get(_bare(word))
    return known or _without_verdict(word)


def _bare(word: str) -> str:
    bare = word.strip("[]() .\"'").lower() if not word.lower().startswith("tie") else word.lower()
    return bare.removesuffix(".0")


def _without_verdict(word: str) -> Decision:
    bare = word.lower()
    if not bare:
        return EMPTY
    if bare in REASONS:
        return Decision(None, bare, "recorded so by the source")
    if bare in _UNREADABLE:
        return Decision(None, "no_verdict", f"the source says '{word[:60]}'")
    if bare == "tie (inconsistent)":
        detail = "the source says that the two shown orders disagree, not what each said"
        return Decision(None, "conflicting", detail)
    return Decision(None, "off_menu", f"'{word[:60]}' is no verdict that can be read")
