"""Judgments that somebody already paid for: pairs as shown, scores of single responses, results of tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.exchange.errors import RowError
from arena.exchange.formats.spec import (
    JUDGE,
    MODEL,
    PROMPT_FIELDS,
    RESPONSE,
    Context,
    Field,
    Format,
    Judges,
    Phase,
    RowReader,
    get_prompt,
)
from arena.exchange.records import Item, PairItem, ResponseItem, ScoreItem
from arena.exchange.values import get_count, get_id, get_number, get_text, need_id
from arena.exchange.verdicts import EMPTY, read_verdict

_PASSED: Final = {
    **dict.fromkeys(("true", "1", "1.0", "pass", "passed", "yes", "ok"), 1.0),
    **dict.fromkeys(("false", "0", "0.0", "fail", "failed", "no", "error"), 0.0),
}


def _pairs(context: Context) -> RowReader:
    judges = Judges("pairwise")
    kind_for_all = context.constants.get("judge_kind")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        first, second = need_id(row, "shown_first"), need_id(row, "shown_second")
        kind = get_id(row, "judge_kind") or kind_for_all
        judge = judges.get(need_id(row, "judge"), kind, get_id(row, "judge_version"))
        decision = read_verdict(row.get("verdict"), first, second)
        reason = get_id(row, "reason")
        if decision is EMPTY and reason is not None:
            decision = read_verdict(reason)
        return [
            PairItem(
                line, get_prompt(row),
                ResponseItem(first, _turns(row, "response_first"), sample=get_count(row, "sample_first")),
                ResponseItem(second, _turns(row, "response_second"), sample=get_count(row, "sample_second")),
                judge, decision,
                reasoning=get_text(row, "reasoning") or None, raw_text=get_text(row, "raw_text") or None,
                probability=get_number(row, "probability"), repetition=get_count(row, "repetition"),
            )
        ]  # fmt: skip

    return read


def _scores(context: Context) -> RowReader:
    judges = Judges("pointwise")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        score = get_number(row, "score")
        if score is None:
            raise RowError("'score' is empty")
        kind = get_id(row, "judge_kind") or context.constants.get("judge_kind")
        return [
            ScoreItem(
                line, get_prompt(row), _response(row),
                judges.get(need_id(row, "judge"), kind, get_id(row, "judge_version")),
                get_id(row, "criterion") or "score", score,
                reasoning=get_text(row, "reasoning") or None, repetition=get_count(row, "repetition"),
            )
        ]  # fmt: skip

    return read


def _tests(context: Context) -> RowReader:
    judges = Judges("pointwise")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        word = str(row.get("passed", "")).strip().lower()
        if word not in _PASSED:
            raise RowError(f"'passed' is '{word[:40]}'; write true or false")
        name = get_id(row, "judge") or context.constants.get("judge") or "functional tests"
        return [ScoreItem(line, get_prompt(row), _response(row), judges.get(name), "passed", _PASSED[word])]

    return read


def _response(row: Mapping[str, Any]) -> ResponseItem:
    return ResponseItem(need_id(row, "model"), _turns(row, "response"), sample=get_count(row, "sample"))


def _turns(row: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """Return the text where the source has one; an empty cell of judgments means that it has none."""
    text = get_text(row, key)
    return (text,) if text else None


FORMATS = (
    Format("recorded-judgments", "recorded judgments of pairs, as shown", Phase.JUDGMENTS,
           (JUDGE, Field("shown_first", ("shown_a", "first", "model_first")),
            Field("shown_second", ("shown_b", "second", "model_second")),
            Field("verdict", ("choice", "winner", "decision"))), _pairs, any_of=PROMPT_FIELDS),
    Format("functional-results", "results of functional tests", Phase.JUDGMENTS,
           (MODEL, Field("passed", ("pass", "is_correct"))), _tests, any_of=PROMPT_FIELDS,
           optional=(RESPONSE, JUDGE, Field("sample", ("sample_index",)))),
    Format("recorded-scores", "recorded scores of single responses", Phase.JUDGMENTS,
           (JUDGE, MODEL, Field("score", ("value", "rating"))), _scores, any_of=PROMPT_FIELDS,
           optional=(RESPONSE, Field("criterion", ("metric", "dimension", "aspect")),
                     Field("sample", ("sample_index",)))),
)  # fmt: skip
