"""MT-Bench, and Arena-Hard where it writes the same: questions and answers in turns, GPT-4 judgments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arena.exchange.errors import RowError
from arena.exchange.formats.spec import TAG_KEYS, Context, Field, Format, Judges, Phase, RowReader
from arena.exchange.records import (
    AnswerItem,
    Decision,
    Item,
    PairItem,
    PromptItem,
    QuestionItem,
    ResponseItem,
    ScoreItem,
)
from arena.exchange.values import (
    get_count,
    get_id,
    get_list,
    get_number,
    get_text,
    need_id,
    need_list,
    read_tags,
    read_turns,
    user_messages,
)
from arena.exchange.verdicts import FIRST, SECOND, read_verdict


def _questions(_context: Context) -> RowReader:
    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        reference = get_list(row, "reference")
        prompt = PromptItem(
            key=need_id(row, "question_id"),
            messages=user_messages(read_turns(need_list(row, "turns"), "turns")),
            tags=read_tags(row, TAG_KEYS),
            references=(read_turns(reference, "reference"),) if reference else (),
        )
        return [QuestionItem(line, prompt)]

    return read


def _answers(_context: Context) -> RowReader:
    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        prompt = PromptItem(key=need_id(row, "question_id"))
        name, key = need_id(row, "model"), get_id(row, "answer_id")
        choices = need_list(row, "choices")
        items: list[Item] = []
        for choice in choices:
            if not isinstance(choice, dict) or "turns" not in choice:
                raise RowError("'choices' holds an entry without 'turns'")
            source_key = (
                key if key is None or len(choices) == 1 else f"{key}#{choice.get('index', len(items))}"
            )
            turns = read_turns(choice["turns"], "choices[].turns")
            items.append(AnswerItem(line, prompt, ResponseItem(name, turns, source_key=source_key)))
        return items

    return read


def _judge_name(row: Mapping[str, Any], context: Context) -> str:
    """Join FastChat's pair of model and template; the second turn without its own template is named."""
    judge = row.get("judge")
    if isinstance(judge, list) or (isinstance(judge, str) and judge.startswith("[")):
        parts = [str(part) for part in get_list(row, "judge") or ()]
    else:
        parts = [get_id(row, "judge") or context.constants.get("judge") or context.stem]
    name = "/".join(parts)
    is_later = (get_count(row, "turn") or 1) > 1
    return f"{name} (turn {row['turn']})" if is_later and "multi-turn" not in name else name


def _pair_judgments(context: Context) -> RowReader:
    judges = Judges("pairwise")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        one, two = need_id(row, "model_1"), need_id(row, "model_2")
        judge = judges.get(_judge_name(row, context))
        prompt = PromptItem(key=need_id(row, "question_id"))
        first, second = ResponseItem(one), ResponseItem(two)
        g1, g2 = row.get("g1_winner"), row.get("g2_winner")
        items: list[Item] = [
            PairItem(
                line,
                prompt,
                first,
                second,
                judge,
                _named(g1, one, two),
                raw_text=get_text(row, "g1_judgment"),
            )
        ]
        if g2 is not None and g2 != "":
            # FastChat has already mapped g2's winner back to model_1 and model_2; model_2 was shown first.
            swapped = _swap(_named(g2, one, two))
            raw = get_text(row, "g2_judgment")
            items.append(PairItem(line, prompt, second, first, judge, swapped, raw_text=raw))
        return items

    return read


def _named(winner: object, one: str, two: str) -> Decision:
    return read_verdict(winner, one, two)


def _swap(decision: Decision) -> Decision:
    return {FIRST: SECOND, SECOND: FIRST}.get(decision, decision)


def _single_judgments(context: Context) -> RowReader:
    judges = Judges("pointwise")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        score = get_number(row, "score")
        is_read = score is not None and score >= 0
        return [
            ScoreItem(
                line, PromptItem(key=need_id(row, "question_id")), ResponseItem(need_id(row, "model")),
                judges.get(_judge_name(row, context)), "score", score if is_read else None,
                reason=None if is_read else "no_verdict",
                detail=None if is_read else f"the source could not read it: score {row.get('score')}",
                reasoning=get_text(row, "judgment"),
            )
        ]  # fmt: skip

    return read


_ID = Field("question_id", ("uid",))
_MODEL = Field("model", ("model_id",))

FORMATS = (
    Format("mt-bench-pair-judgments", "MT-Bench judgments of pairs", Phase.JUDGMENTS,
           (_ID, Field("model_1"), Field("model_2"), Field("g1_winner"), Field("g2_winner")),
           _pair_judgments),
    Format("mt-bench-single-judgments", "MT-Bench judgments of single answers", Phase.JUDGMENTS,
           (_ID, _MODEL, Field("judge"), Field("score"), Field("judgment")), _single_judgments),
    Format("mt-bench-answers", "MT-Bench or Arena-Hard answers", Phase.RESPONSES,
           (_ID, _MODEL, Field("choices")), _answers),
    Format("mt-bench-questions", "MT-Bench or Arena-Hard questions", Phase.PROMPTS,
           (_ID, Field("turns")), _questions),
)  # fmt: skip
