"""AlpacaEval: outputs of one model, and annotations of pairs, which do not keep the order that was shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from arena.exchange.formats.spec import (
    Context,
    Field,
    Format,
    Judges,
    Phase,
    RowReader,
    pair_in_unknown_order,
)
from arena.exchange.formats.spec import tag_keys as tag_keys_of
from arena.exchange.records import (
    AnswerItem,
    Decision,
    Item,
    PairItem,
    PromptItem,
    QuestionItem,
    ResponseItem,
)
from arena.exchange.values import get_id, join_words, need_id, need_text, read_tags
from arena.exchange.verdicts import FIRST, SECOND, TIE


def _prompt(row: Mapping[str, Any], tag_keys: Sequence[str]) -> PromptItem:
    return PromptItem(
        messages=(("user", join_words(row, ("instruction", "input"))),), tags=read_tags(row, tag_keys)
    )


def _tags(context: Context) -> tuple[str, ...]:
    """AlpacaEval calls the part of its questions `dataset`."""
    return (*tag_keys_of(context), *(("dataset",) if "dataset" in context.keys else ()))


def _outputs(context: Context) -> RowReader:
    tags = _tags(context)

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        response = ResponseItem(need_id(row, "generator"), (need_text(row, "output"),))
        return [AnswerItem(line, _prompt(row, tags), response)]

    return read


def _instructions(context: Context) -> RowReader:
    """Read Alpaca's training data, where `output` is the known good response."""
    tags = _tags(context)

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        prompt = _prompt(row, tags)
        references = ((need_text(row, "output"),),)
        return [QuestionItem(line, PromptItem(None, prompt.messages, None, prompt.tags, references))]

    return read


def _annotations(context: Context) -> RowReader:
    tags = _tags(context)
    judges = Judges("pairwise")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        decision, probability = _preference(row.get("preference"))
        name = get_id(row, "annotator") or context.constants.get("judge") or context.stem
        item = PairItem(
            line, _prompt(row, tags),
            ResponseItem(need_id(row, "generator_1"), (need_text(row, "output_1"),)),
            ResponseItem(need_id(row, "generator_2"), (need_text(row, "output_2"),)),
            judges.get(name, context.constants.get("judge_kind")), decision,
            raw_text=_raw(row.get("raw_completion")), probability=probability,
        )  # fmt: skip
        return [pair_in_unknown_order(item)]

    return read


def _preference(value: object) -> tuple[Decision, float | None]:
    """Read 1 (the first), 2 (the second), 1.5 or 0 (a draw); between 1 and 2, 1 + P(the second)."""
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if number in (0.0, 1.5):
        return TIE, None
    if not 1 <= number <= 2:
        return Decision(None, "no_verdict", f"the source gives the preference {value}"), None
    is_second = number > 1.5
    probability = number - 1 if is_second else 2 - number
    return (SECOND if is_second else FIRST), (None if probability == 1 else probability)


def _raw(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


_INSTRUCTION = Field("instruction")

FORMATS = (
    Format("alpacaeval-annotations", "AlpacaEval annotations of pairs", Phase.JUDGMENTS,
           (_INSTRUCTION, Field("output_1"), Field("generator_1"), Field("output_2"), Field("generator_2"),
            Field("preference")), _annotations),
    Format("alpacaeval-outputs", "AlpacaEval outputs", Phase.RESPONSES,
           (_INSTRUCTION, Field("output"), Field("generator")), _outputs),
    Format("alpaca-instructions", "Alpaca instructions with reference outputs", Phase.PROMPTS,
           (_INSTRUCTION, Field("output")), _instructions,
           forbidden=frozenset({"model", "contestant", "model_id", "model_name", "judge"})),
)  # fmt: skip
