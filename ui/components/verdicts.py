"""Verdicts as small marks: a letter, a colour and an arrow, with the sentence for screen readers."""

from __future__ import annotations

from typing import Final, Literal

from markupsafe import Markup

ShownOrder = Literal["ab", "ba"]

_MARKS: Final = {
    "a": "\N{LEFTWARDS ARROW}\N{NO-BREAK SPACE}A",
    "b": "B\N{NO-BREAK SPACE}\N{RIGHTWARDS ARROW}",
    "tie": "tie",
    "both_bad": "both bad",
}
_SENTENCES: Final = {"a": "A is better", "b": "B is better", "tie": "a tie", "both_bad": "both are bad"}
REASON_WORDS: Final = {
    "refused": "the judge refused",
    "truncated": "the answer was cut off",
    "empty": "the answer was empty",
    "no_verdict": "no verdict found",
    "conflicting": "two different verdicts",
    "off_menu": "a verdict that was not offered",
    "invalid_json": "unreadable JSON",
    "api_error": "the provider failed",
    "timeout": "no answer in time",
    "over_budget": "the cap was reached",
}
_CHIP = Markup('<span class="eh-verdict eh-verdict-{}" title="{}" aria-label="{}">{}</span>')


def verdict_chip(
    verdict: str | None, *, shown_order: ShownOrder | None = None, reason: str | None = None
) -> Markup:
    """Return the mark of one order's verdict; without one, an outlined mark that says why."""
    first = {"ab": "A shown first: ", "ba": "B shown first: ", None: ""}[shown_order]
    if verdict is None:
        words = f"{first}unscored, {reason_words(reason)}"
        return _CHIP.format("unscored", words, words, "unscored")
    words = f"{first}{_SENTENCES[verdict]}"
    return _CHIP.format(verdict.replace("_", "-"), words, words, _MARKS[verdict])


def verdict_mark(verdict: str) -> str:
    """Return the verdict in a word: A, B, tie or both bad."""
    return {"a": "A", "b": "B", "tie": "tie", "both_bad": "both bad"}[verdict]


def verdict_words(verdict: str | None, reason: str | None = None) -> str:
    """Return the verdict as a clause."""
    return f"unscored: {reason_words(reason)}" if verdict is None else _SENTENCES[verdict]


def reason_words(reason: str | None) -> str:
    """Return the stored reason of an unscored judgment in words."""
    return REASON_WORDS.get(reason or "", reason or "no reason was stored")
