"""Early FastChat (the 80 Vicuna questions): questions, answers of one turn, GPT-4 reviews in one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arena.exchange.errors import RowError
from arena.exchange.formats.spec import TAG_KEYS, Context, Field, Format, Judges, Phase, RowReader
from arena.exchange.records import (
    AnswerItem,
    AnswerRef,
    Decision,
    Item,
    PairItem,
    PromptItem,
    QuestionItem,
    ResponseItem,
)
from arena.exchange.values import (
    get_id,
    get_list,
    get_text,
    need_id,
    need_text,
    need_words,
    read_references,
    read_tags,
)
from arena.exchange.verdicts import FIRST, SECOND, TIE


def _questions(_context: Context) -> RowReader:
    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        prompt = PromptItem(
            key=need_id(row, "question_id"),
            messages=(("user", need_words(row, "text")),),
            tags=read_tags(row, TAG_KEYS),
            references=read_references(row, "reference"),
        )
        return [QuestionItem(line, prompt)]

    return read


def _answers(_context: Context) -> RowReader:
    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        name, _, version = need_id(row, "model_id").partition(":")
        response = ResponseItem(
            name, (need_text(row, "text"),), version=version or None, source_key=get_id(row, "answer_id")
        )
        return [AnswerItem(line, PromptItem(key=need_id(row, "question_id")), response)]

    return read


def _reviews(context: Context) -> RowReader:
    judges = Judges("pairwise")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        text = get_text(row, "text")
        decision, scores = _by_score(get_list(row, "score"))
        return [
            PairItem(
                line,
                None,
                AnswerRef(need_id(row, "answer1_id")),
                AnswerRef(need_id(row, "answer2_id")),
                judges.get(get_id(row, "reviewer_id") or context.constants.get("judge") or context.stem),
                decision,
                reasoning=text.partition("\n")[2] or None if text else None,
                raw_text=text,
                scores=scores,
            )
        ]

    return read


def _by_score(score: list[Any] | None) -> tuple[Decision, tuple[float, float] | None]:
    """Apply the source's rule: the higher score wins; [-1, -1] is its mark for a review it could not read."""
    if not score:
        return Decision(None, "empty", "the source gives no score"), None
    if len(score) != 2 or not all(isinstance(part, int | float) for part in score):
        raise RowError("'score' is no pair of numbers")
    first, second = float(score[0]), float(score[1])
    if not (first >= 0 and second >= 0):
        return Decision(None, "no_verdict", f"the source could not read the review: score {score}"), None
    return (TIE if first == second else FIRST if first > second else SECOND), (first, second)


FORMATS = (
    Format("fastchat-reviews", "early FastChat reviews", Phase.JUDGMENTS,
           (Field("answer1_id"), Field("answer2_id"), Field("score")), _reviews),
    Format("fastchat-answers", "early FastChat answers", Phase.RESPONSES,
           (Field("question_id"), Field("model_id"), Field("text")), _answers),
    Format("fastchat-questions", "early FastChat questions", Phase.PROMPTS,
           (Field("question_id"), Field("text")), _questions, forbidden=frozenset({"model", "answer_id"})),
)  # fmt: skip
