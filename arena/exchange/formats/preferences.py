"""Pairs where one response is preferred: TRL's chosen and rejected, and two responses with a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.exchange.errors import RowError
from arena.exchange.formats.generic import SYSTEM
from arena.exchange.formats.spec import (
    PROMPT,
    PROMPT_FIELDS,
    PROMPT_ID,
    Context,
    Field,
    Format,
    Judges,
    Phase,
    RowReader,
    pair_in_unknown_order,
    tag_keys,
)
from arena.exchange.records import Item, PairItem, PromptItem, ResponseItem
from arena.exchange.values import (
    get_id,
    get_text,
    need_words,
    read_messages,
    read_tags,
    split_conversation,
    user_messages,
)
from arena.exchange.verdicts import FIRST, read_verdict

LABELS: Final = "labels"
"""Judge of pairs whose file does not say who preferred."""

Messages = tuple[tuple[str, str], ...]


def _chosen(context: Context) -> RowReader:
    judges = Judges("pairwise")
    tags = tag_keys(context)

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        asked, chosen, rejected = _chosen_texts(row)
        prompt = PromptItem(get_id(row, "prompt_id"), asked, None, read_tags(row, tags))
        judge = judges.get(_judge(row, context), _kind(row, context), get_id(row, "judge_version"))
        item = PairItem(
            line, prompt,
            ResponseItem(get_id(row, "chosen_model") or "chosen", chosen),
            ResponseItem(get_id(row, "rejected_model") or "rejected", rejected),
            judge, FIRST,
        )  # fmt: skip
        return [pair_in_unknown_order(item)]

    return read


def _chosen_texts(row: Mapping[str, Any]) -> tuple[Messages, tuple[str, ...], tuple[str, ...]]:
    """Return what was asked and both answers; conversations may hold the prompt themselves."""
    chosen, rejected = row.get("chosen"), row.get("rejected")
    if not isinstance(chosen, list) or not isinstance(rejected, list):
        asked = user_messages((need_words(row, "prompt"),), get_text(row, "system"))
        if isinstance(row.get("prompt"), list):
            asked = read_messages(row["prompt"], "prompt")
        return asked, (_text(row, "chosen"),), (_text(row, "rejected"),)
    own = read_messages(row["prompt"], "prompt") if isinstance(row.get("prompt"), list) else ()
    if not own and isinstance(row.get("prompt"), str) and chosen and chosen[0].get("role") == "assistant":
        own = user_messages((need_words(row, "prompt"),), get_text(row, "system"))
    first, second = read_messages(chosen, "chosen"), read_messages(rejected, "rejected")
    asked, turns = _asked(own, first, "chosen")
    other, other_turns = _asked(own, second, "rejected")
    if asked != other:
        raise RowError("'chosen' and 'rejected' answer different prompts")
    return asked, turns, other_turns


def _asked(own: Messages, messages: Messages, key: str) -> tuple[Messages, tuple[str, ...]]:
    asked, turns = split_conversation(messages)
    if not turns:
        raise RowError(f"'{key}' holds no message of role assistant")
    whole = asked if own and asked[: len(own)] == own else own + asked
    if not whole:
        raise RowError("there is no prompt: give 'prompt', or conversations that begin with the user")
    return whole, turns


def _text(row: Mapping[str, Any], key: str) -> str:
    text = get_text(row, key)
    if text is None:
        raise RowError(f"'{key}' is missing")
    return text


def _labelled(context: Context) -> RowReader:
    judges = Judges("pairwise")
    tags = tag_keys(context)

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        key = get_id(row, "prompt_id")
        asked = None
        if key is None or row.get("prompt"):
            asked = user_messages((need_words(row, "prompt"),), get_text(row, "system"))
        a, b = get_id(row, "model_a") or "response_a", get_id(row, "model_b") or "response_b"
        judge = judges.get(_judge(row, context), _kind(row, context), get_id(row, "judge_version"))
        return [
            PairItem(
                line, PromptItem(key, asked, None, read_tags(row, tags)),
                ResponseItem(a, (_text(row, "response_a"),)), ResponseItem(b, (_text(row, "response_b"),)),
                judge, read_verdict(row.get("label"), a, b),
            )
        ]  # fmt: skip

    return read


def _judge(row: Mapping[str, Any], context: Context) -> str:
    return get_id(row, "judge") or context.constants.get("judge") or LABELS


def _kind(row: Mapping[str, Any], context: Context) -> str | None:
    return get_id(row, "judge_kind") or context.constants.get("judge_kind")


_MODELS = (Field("chosen_model"), Field("rejected_model"))

FORMATS = (
    Format("preference-pairs", "preference pairs (TRL)", Phase.JUDGMENTS,
           (Field("chosen"), Field("rejected")), _chosen, optional=(*PROMPT_FIELDS, SYSTEM, *_MODELS)),
    Format("labelled-pairs", "pairs of responses with a label", Phase.JUDGMENTS,
           (PROMPT, Field("response_a", ("response_1", "output_1", "answer_a")),
            Field("response_b", ("response_2", "output_2", "answer_b")),
            Field("label", ("winner", "preference", "preferred", "verdict"))), _labelled,
           optional=(PROMPT_ID, SYSTEM)),
)  # fmt: skip
