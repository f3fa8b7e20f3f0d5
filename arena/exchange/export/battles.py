"""Matches as Arena battles, one row a shown order: a flip is two rows that disagree, each weighing half."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from arena.exchange.export.choice import ExportFilter, ExportReport, States, Texts
from arena.exchange.export.writing import (
    INVENTED_COLUMN,
    INVENTED_LABEL,
    FileFormat,
    Out,
    RowWriter,
    open_out,
)
from arena.store import in_words
from db import Database
from db import export as rows_of
from db.export import ExportedJudge, ExportedJudgment, ExportedPrompt, ExportedResponse

_TEXT_COLUMNS: Final = ("conversation_a", "conversation_b", "turns_a", "turns_b")
_COLUMNS: Final = (
    "prompt_id", "model_a", "model_b", "winner", "judge", "judge_kind", "judge_version", "repetition",
    "weight", "match_id", "reason", "reasoning", "probability", "sample_a", "sample_b", "tags", "dataset",
)  # fmt: skip
_WINNERS: Final = {"tie": "tie", "both_bad": "tie (bothbad)", None: None}


def export_matches(
    database: Database,
    which: ExportFilter,
    out: Out,
    file_format: FileFormat,
    *,
    texts: Texts = Texts.WITH,
    states: States = States.SCORED,
) -> ExportReport:
    """Write matches as Arena battles, `model_a` being the response that was shown first.

    A match judged in both orders is two rows of weight 0.5, a vote or a one-order judgment one row of
    weight 1; a tool without weights counts each order. Imported again, the rows are the same judgments.
    """
    query = which.to_query(database)
    n_left_out = 0
    with in_words(), database.read() as session, open_out(out) as stream:
        judges = rows_of.load_judges(session)
        names = rows_of.load_contestants(session)
        is_invented = rows_of.has_invented(session, query.dataset_id)
        columns = (*_COLUMNS, *(_TEXT_COLUMNS if texts is Texts.WITH else ()))
        writer = RowWriter(
            stream, file_format, "match", (*columns, INVENTED_COLUMN) if is_invented else columns
        )
        for page in rows_of.iter_judgments(session, query):
            prompts = rows_of.load_prompts(session, [row.prompt_id for row in page])
            responses: Mapping[int, ExportedResponse] = {}
            if texts is Texts.WITH:
                sides = [side for row in page for side in (row.response_first_id, row.response_second_id)]
                responses = rows_of.load_responses(session, sides)
            unscored = {row.match_id for row in page if row.match_state != "scored"}
            if states is States.SCORED:
                n_left_out += len(unscored)
            for row in page:
                if states is States.ALL or row.match_id not in unscored:
                    prompt = prompts[row.prompt_id]
                    battle = _battle(row, prompt, judges[row.judge_id], names)
                    if texts is Texts.WITH:
                        battle.update(_texts(row, prompt, responses))
                    writer.write(battle)
        writer.finish()
    return ExportReport(writer.n_rows, n_left_out, "unscored matches have no winner")


def _battle(
    row: ExportedJudgment,
    prompt: ExportedPrompt,
    judge: ExportedJudge,
    names: Mapping[int, str],
) -> dict[str, Any]:
    first, second = row.contestant_a_id, row.contestant_b_id
    if row.shown_order == "ba":
        first, second = second, first
    winner = _WINNERS.get(row.verdict)
    if row.verdict in ("a", "b"):
        winner = "model_a" if (row.verdict == "a") == (row.shown_order == "ab") else "model_b"
    return {
        "prompt_id": prompt.key, "model_a": names[first], "model_b": names[second], "winner": winner,
        "judge": judge.name, "judge_kind": "human" if judge.kind == "human" else "recorded",
        "judge_version": None if judge.kind == "human" else judge.version,
        "repetition": row.repetition, "weight": 1 / row.n_orders, "match_id": row.match_id,
        "reason": row.reason, "reasoning": row.reasoning, "probability": row.probability,
        "sample_a": row.sample_first, "sample_b": row.sample_second,
        "tags": list(prompt.tags), "dataset": prompt.dataset,
        INVENTED_COLUMN: INVENTED_LABEL if prompt.is_invented else None,
    }  # fmt: skip


def _texts(
    row: ExportedJudgment, prompt: ExportedPrompt, responses: Mapping[int, ExportedResponse]
) -> dict[str, Any]:
    first, second = responses[row.response_first_id], responses[row.response_second_id]
    return {
        "conversation_a": _conversation(prompt, first), "conversation_b": _conversation(prompt, second),
        "turns_a": len(first.turns or ()) or None, "turns_b": len(second.turns or ()) or None,
    }  # fmt: skip


def _conversation(prompt: ExportedPrompt, response: ExportedResponse) -> list[dict[str, str]] | None:
    """Put each turn after the user message that it answers; a single turn answers the last one.

    Turns beyond the user messages follow at the end, so that nothing is lost.
    """
    if prompt.messages is None or response.turns is None:
        return None
    asked = [index for index, message in enumerate(prompt.messages) if message["role"] == "user"]
    n_answered = min(len(asked), len(response.turns))
    answered = dict(zip(asked[len(asked) - n_answered :], response.turns, strict=False))
    conversation: list[dict[str, str]] = []
    for index, message in enumerate(prompt.messages):
        conversation.append({"role": message["role"], "content": message["content"]})
        if index in answered:
            conversation.append({"role": "assistant", "content": answered[index]})
    beyond = response.turns[n_answered:]
    return [*conversation, *({"role": "assistant", "content": turn} for turn in beyond)]
