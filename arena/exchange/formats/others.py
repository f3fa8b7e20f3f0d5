"""Formats of single projects: Arena-Hard judgments and answers, AutoArena, UniEval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.exchange.errors import RowError
from arena.exchange.formats.spec import Context, Field, Format, Judges, Phase, RowReader
from arena.exchange.records import AnswerItem, Item, PairItem, PromptItem, ResponseItem, ScoreItem
from arena.exchange.values import get_id, get_text, need_id, need_list, need_text, need_words, read_references
from arena.exchange.verdicts import EMPTY, TIE, read_verdict

ARENA_HARD_BASELINE: Final = "gpt-4-0314"
"""Whom Arena-Hard v0.1 compares with, where the file does not name the baseline."""


def _arena_hard(context: Context) -> RowReader:
    judges = Judges("pairwise")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        prompt = PromptItem(key=need_id(row, "question_id"))
        model = ResponseItem(need_id(row, "model"))
        baseline = ResponseItem(
            get_id(row, "baseline") or context.constants.get("baseline") or ARENA_HARD_BASELINE
        )
        judge = judges.get(get_id(row, "judge") or context.constants.get("judge") or context.stem)
        items: list[Item] = []
        for index, game in enumerate(need_list(row, "games")):
            # The first game shows the baseline as A, the second the model.
            first, second = (baseline, model) if index % 2 == 0 else (model, baseline)
            score = game.get("score") if isinstance(game, dict) else None
            decision = EMPTY if score is None else read_verdict(score)
            items.append(PairItem(line, prompt, first, second, judge, decision, raw_text=_judgment(game)))
        return items

    return read


def _judgment(game: Any) -> str | None:
    text = game.get("judgment") if isinstance(game, dict) else None
    if isinstance(text, dict):
        text = text.get("answer")
    return text if isinstance(text, str) and text else None


def _arena_hard_answers(_context: Context) -> RowReader:
    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        turns: list[str] = []
        for message in need_list(row, "messages"):
            if isinstance(message, dict) and message.get("role") == "assistant":
                content = message.get("content")
                text = content.get("answer") if isinstance(content, dict) else content
                if not isinstance(text, str):
                    raise RowError("'messages' holds an answer that is not text")
                turns.append(text)
        if not turns:
            raise RowError("'messages' holds no message of role assistant")
        response = ResponseItem(need_id(row, "model"), tuple(turns), source_key=get_id(row, "ans_id"))
        return [AnswerItem(line, PromptItem(key=need_id(row, "uid")), response)]

    return read


def _autoarena_responses(context: Context) -> RowReader:
    name = context.constants.get("model") or context.stem

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        prompt = PromptItem(messages=(("user", need_words(row, "prompt")),))
        return [AnswerItem(line, prompt, ResponseItem(name, (need_text(row, "response"),)))]

    return read


def _autoarena_pairs(context: Context) -> RowReader:
    judges = Judges("pairwise")

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        a, b, name = need_id(row, "model_a"), need_id(row, "model_b"), need_id(row, "judge")
        kind = context.constants.get("judge_kind") or ("human" if name.lower() == "human" else None)
        decision = TIE if row.get("winner") == "-" else read_verdict(row.get("winner"), a, b)
        return [
            PairItem(
                line, PromptItem(messages=(("user", need_words(row, "prompt")),)),
                ResponseItem(a, (need_text(row, "response_a"),)),
                ResponseItem(b, (need_text(row, "response_b"),)),
                judges.get(name, kind), decision,
            )
        ]  # fmt: skip

    return read


def _unieval(context: Context) -> RowReader:
    judges = Judges("pointwise")
    named = (
        ("scores", "people (mean)", "human"),
        ("predict_scores", context.constants.get("judge") or "UniEval", None),
    )

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        parts = [get_text(row, "source") or "", get_text(row, "context") or ""]
        text = "\n\n".join(part.strip() for part in parts if part.strip())
        if not text:
            raise RowError("'source' is empty")
        prompt = PromptItem(messages=(("user", text),), references=read_references(row, "reference"))
        response = ResponseItem(need_id(row, "system_id"), (need_text(row, "system_output"),))
        items: list[Item] = []
        for key, name, kind in named:
            scores = row.get(key)
            for criterion, score in (scores if isinstance(scores, dict) else {}).items():
                if not isinstance(score, int | float) or score != score:
                    raise RowError(f"'{key}.{criterion}' is no number")
                items.append(
                    ScoreItem(line, prompt, response, judges.get(name, kind), criterion, float(score))
                )
        return items

    return read


_ID = Field("question_id", ("uid",))

ARENA_HARD = (
    Format("arena-hard-judgments", "Arena-Hard judgments", Phase.JUDGMENTS,
           (_ID, Field("model"), Field("games")), _arena_hard),
    Format("arena-hard-answers", "Arena-Hard v2 answers", Phase.RESPONSES,
           (Field("uid"), Field("model"), Field("messages")), _arena_hard_answers),
)  # fmt: skip
AUTOARENA_PAIRS = Format(
    "autoarena-head-to-heads", "AutoArena head-to-heads", Phase.JUDGMENTS,
    (Field("prompt"), Field("model_a"), Field("model_b"), Field("response_a"), Field("response_b"),
     Field("judge"), Field("winner")), _autoarena_pairs,
    forbidden=frozenset({"prompt_id", "question_id", "conversation_a"}),
)  # fmt: skip
AUTOARENA_RESPONSES = Format(
    "autoarena-responses", "AutoArena responses of the contestant that the file is named after",
    Phase.RESPONSES, (Field("prompt"), Field("response")), _autoarena_responses,
    forbidden=frozenset({"judge", "score"}),
)  # fmt: skip
UNIEVAL = Format(
    "unieval", "UniEval responses with scores", Phase.JUDGMENTS,
    (Field("source"), Field("system_id"), Field("system_output"), Field("scores")), _unieval,
)  # fmt: skip
