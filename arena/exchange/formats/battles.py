"""Arena battles: two models, who won, who decided, perhaps both conversations. `model_a` was shown first."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from arena.exchange.errors import RowError
from arena.exchange.formats.spec import (
    PROMPT_ID,
    Context,
    Field,
    Format,
    Judges,
    Phase,
    RowReader,
    tag_keys,
)
from arena.exchange.records import Decision, Item, PairItem, PromptItem, ResponseItem
from arena.exchange.values import (
    get_count,
    get_id,
    get_list,
    get_number,
    get_text,
    need_id,
    need_list,
    read_messages,
    read_tags,
    read_turns,
    user_messages,
)
from arena.exchange.verdicts import FIRST, SECOND, TIE, read_verdict

PEOPLE: Final = "people"
"""Who decided where a file of battles does not say: an arena's battles are decided by people."""

_PERSON: Final = re.compile(
    r"(arena_user|author|expert|human|people|annotator|voter|user)([_ -]?\d+.*)?$", re.I
)


def _battles(context: Context) -> RowReader:
    judges = Judges("pairwise")
    tagged = tag_keys(context)
    has_more = bool({"reasoning", "probability", "repetition", "sample_a"} & set(context.keys))
    has_text = bool({"conversation_a", "response_a"} & set(context.keys))

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        a, b = need_id(row, "model_a"), need_id(row, "model_b")
        name, kind = _judge(row, context)
        decision = _decision(row, a, b)
        prompt: PromptItem | None = None
        first, second = ResponseItem(a), ResponseItem(b)
        if has_more:
            first = ResponseItem(a, sample=get_count(row, "sample_a"))
            second = ResponseItem(b, sample=get_count(row, "sample_b"))
        if has_text:
            prompt, first, second = _texts(row, first, second, tagged)
        if prompt is None:
            prompt = PromptItem(key=_key(row, context, line), tags=read_tags(row, tagged))
        return [
            PairItem(
                line, prompt, first, second, judges.get(name, kind, get_id(row, "judge_version")), decision,
                reasoning=(get_text(row, "reasoning") or None) if has_more else None,
                probability=get_number(row, "probability") if has_more else None,
                repetition=get_count(row, "repetition") if has_more else None,
            )
        ]  # fmt: skip

    return read


def _judge(row: Mapping[str, Any], context: Context) -> tuple[str, str]:
    judge = row.get("judge")
    if isinstance(judge, list):
        name = "/".join(str(part) for part in judge)
    else:
        name = get_id(row, "judge") or context.constants.get("judge") or PEOPLE
    kind = get_id(row, "judge_kind") or context.constants.get("judge_kind")
    return name, kind or ("human" if _PERSON.match(name) else "recorded")


def _decision(row: Mapping[str, Any], a: str, b: str) -> Decision:
    if "winner" not in row and "winner_model_a" in row:
        sides = (("winner_model_a", FIRST), ("winner_model_b", SECOND), ("winner_tie", TIE))
        chosen = [decision for key, decision in sides if get_number(row, key)]
        unclear = Decision(None, "no_verdict", "no side is marked, or several are")
        return chosen[0] if len(chosen) == 1 else unclear
    decision = read_verdict(row.get("winner"), a, b)
    reason = get_id(row, "reason")
    return read_verdict(reason) if decision.reason == "empty" and reason else decision


def _key(row: Mapping[str, Any], context: Context, line: int) -> str:
    """Return the source's id; else each battle is a prompt of its own, known by file, line and content."""
    key = get_id(row, "prompt_id")
    if key is not None:
        return key
    content = "\t".join(str(row.get(name)) for name in ("model_a", "model_b", "winner", "judge"))
    return f"{context.file}:{line}#{zlib.crc32(content.encode()):08x}"


def _texts(
    row: Mapping[str, Any], first: ResponseItem, second: ResponseItem, tagged: tuple[str, ...]
) -> tuple[PromptItem | None, ResponseItem, ResponseItem]:
    if row.get("conversation_a") and get_list(row, "conversation_a"):
        asked, turns_a = _split(row, "conversation_a")
        _, turns_b = _split(row, "conversation_b")
    elif row.get("response_a") is not None and row.get("prompt"):
        asked = user_messages(_as_turns(row, "prompt"))
        turns_a, turns_b = _as_turns(row, "response_a"), _as_turns(row, "response_b")
    else:
        return None, first, second
    prompt = PromptItem(key=get_id(row, "prompt_id"), messages=asked, tags=read_tags(row, tagged))
    return prompt, replace(first, turns=turns_a), replace(second, turns=turns_b)


def _split(row: Mapping[str, Any], key: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Part a conversation into prompt and response: the last `turns_a` (or `_b`) answers, else all."""
    messages = read_messages(need_list(row, key), key)
    answers = [index for index, (role, _) in enumerate(messages) if role == "assistant"]
    n_turns = get_count(row, key.replace("conversation", "turns"))
    own = set(answers if n_turns is None else answers[len(answers) - n_turns :])
    if not own:
        raise RowError(f"'{key}' holds no answer (no message of role assistant)")
    asked = tuple(message for index, message in enumerate(messages) if index not in own)
    return asked, tuple(messages[index][1] for index in sorted(own))


def _as_turns(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a text as one turn; a list, also one written as JSON in a cell, as several."""
    value = row.get(key)
    if isinstance(value, str) and value.startswith('["'):
        value = get_list(row, key)
    if isinstance(value, list):
        return read_turns(["" if turn is None else turn for turn in value], key)
    text = get_text(row, key)
    if text is None:
        raise RowError(f"'{key}' is missing")
    return (text,)


_SIDES = (Field("model_a", ("left",)), Field("model_b", ("right",)))

FORMATS = (
    Format("arena-battles", "Arena battles", Phase.JUDGMENTS, (*_SIDES, Field("winner")), _battles,
           optional=(PROMPT_ID, Field("prompt"))),
    Format("arena-battles-one-hot", "Arena battles with one column a result", Phase.JUDGMENTS,
           (*_SIDES, Field("winner_model_a"), Field("winner_model_b")), _battles, optional=(PROMPT_ID,)),
)  # fmt: skip
