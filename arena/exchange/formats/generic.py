"""Prompts and responses under plain names: prompts alone, responses long or wide, OpenAI messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.exchange.errors import FormatError, RowError
from arena.exchange.formats.spec import (
    MODEL,
    PROMPT,
    PROMPT_FIELDS,
    PROMPT_ID,
    RESPONSE,
    TAG_KEYS,
    Context,
    Field,
    Format,
    Phase,
    RowReader,
)
from arena.exchange.formula import MARKER
from arena.exchange.records import AnswerItem, Item, PromptItem, QuestionItem, ResponseItem
from arena.exchange.values import (
    get_count,
    get_id,
    get_number,
    get_own_list,
    get_text,
    need_id,
    need_list,
    need_words,
    read_messages,
    read_references,
    read_tags,
    read_turns,
    user_messages,
)

REFERENCE: Final = Field("reference", ("ground_truth", "gold", "expected", "target", "ideal"))
SYSTEM: Final = Field("system", ("system_prompt",))
OPTIONAL: Final = (PROMPT_ID, REFERENCE, SYSTEM, Field("kind", ("prompt_kind",)))
KINDS: Final = ("preference", "correctness")
WIDE_PREFIX: Final = "response:"

_OWN_KEYS: Final = frozenset(
    {"prompt", "prompt_id", "reference", "system", "kind", MARKER, "label", *TAG_KEYS}
)
_NOT_A_NAME: Final = frozenset({
    "notes", "note", "comment", "comments", "source", "date", "url", "author", "difficulty", "language",
    "score", "split", "index", "created_at", "metadata", "title", "description", "input", "context", "n",
    "type", "level", "domain", "answer", "output", "text", "expected_output", "license",
})  # fmt: skip


def read_prompt(row: Mapping[str, Any]) -> PromptItem:
    """Return the prompt of a row under plain names; its text may be missing where it has an id."""
    key = get_id(row, "prompt_id")
    messages = None
    asked = get_own_list(row, "prompt")
    if asked is not None:
        messages = read_messages(asked, "prompt")
    elif key is None or row.get("prompt"):
        messages = user_messages((need_words(row, "prompt"),), get_text(row, "system"))
    kind = get_id(row, "kind")
    if kind is not None and kind not in KINDS:
        raise RowError(f"'kind' is '{kind[:40]}'; it can be {' or '.join(KINDS)}")
    references = read_references(row, "reference")
    return PromptItem(key, messages, None, read_tags(row, TAG_KEYS), references, kind)


def _prompts(_context: Context) -> RowReader:
    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        return [QuestionItem(line, read_prompt(row))]

    return read


def _long(_context: Context) -> RowReader:
    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        own = get_own_list(row, "response")
        turns = (get_text(row, "response"),) if own is None else read_turns(own, "response")
        if turns[0] is None:
            raise RowError("'response' is missing")
        response = ResponseItem(
            need_id(row, "model"),
            tuple(turn for turn in turns if turn is not None),
            sample=get_count(row, "sample"),
            source_key=get_id(row, "response_id"),
            finish_reason=get_id(row, "finish_reason"),
            n_tokens_in=get_count(row, "n_tokens_in"),
            n_tokens_out=get_count(row, "n_tokens_out"),
            latency_s=get_number(row, "latency_s"),
            cost_usd=get_number(row, "cost_usd"),
        )
        return [AnswerItem(line, read_prompt(row), response)]

    return read


def _wide(context: Context) -> RowReader:
    columns = wide_columns(context.keys, context.file)

    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        prompt = read_prompt(row)
        items: list[Item] = [QuestionItem(line, prompt)]
        for column in columns:
            text = get_text(row, column)
            if text:
                items.append(
                    AnswerItem(line, prompt, ResponseItem(column.removeprefix(WIDE_PREFIX), (text,)))
                )
        return items

    return read


def wide_columns(keys: Sequence[str], file: str) -> tuple[str, ...]:
    """Return the columns that hold one contestant's responses each.

    Raises
    ------
    FormatError
        If some of them could as well be notes: the sentence says how to make it clear.
    """
    named = tuple(key for key in keys if key.startswith(WIDE_PREFIX) and key != WIDE_PREFIX)
    if named:
        return named
    unknown = tuple(key for key in keys if key not in _OWN_KEYS)
    doubtful = [key for key in unknown if key.lower() in _NOT_A_NAME]
    if doubtful or len(unknown) == 1:
        raise FormatError(
            f"{file}: nobody can say whether {_listed(doubtful or list(unknown))} holds a contestant's"
            f" responses or notes. Name the columns of responses '{WIDE_PREFIX}NAME'"
            f" (such as '{WIDE_PREFIX}{unknown[0]}'), or remove the others."
        )
    return unknown


def _listed(columns: Sequence[str]) -> str:
    return " and ".join(f"'{column}'" for column in columns[:4])


def _messages(_context: Context) -> RowReader:
    def read(line: int, row: Mapping[str, Any]) -> Sequence[Item]:
        messages = read_messages(need_list(row, "messages"), "messages")
        last = messages[-1][1] if messages[-1][0] == "assistant" else None
        asked = messages if last is None else messages[:-1]
        if not asked:
            raise RowError("'messages' holds nothing that was asked")
        model = get_id(row, "model")
        is_reference = last is not None and model is None
        references = (
            *read_references(row, "reference"),
            *(((last,),) if is_reference and last is not None else ()),
        )
        prompt = PromptItem(get_id(row, "prompt_id"), asked, None, read_tags(row, TAG_KEYS), references)
        if last is None or model is None:
            return [QuestionItem(line, prompt)]
        return [AnswerItem(line, prompt, ResponseItem(model, (last,), sample=get_count(row, "sample")))]

    return read


LONG = Format("responses-long", "responses, one a row", Phase.RESPONSES, (MODEL, RESPONSE), _long,
              any_of=PROMPT_FIELDS, optional=(*OPTIONAL, Field("sample", ("sample_index",))))  # fmt: skip
MESSAGES = Format("openai-messages", "OpenAI messages", Phase.RESPONSES, (Field("messages"),), _messages,
                  optional=(*OPTIONAL, MODEL))  # fmt: skip
WIDE = Format("responses-wide", "responses, one column a contestant", Phase.RESPONSES, (PROMPT,), _wide,
              optional=OPTIONAL)  # fmt: skip
PROMPTS = Format("prompts", "prompts", Phase.PROMPTS, (PROMPT,), _prompts, optional=OPTIONAL)


def has_wide_columns(keys: Sequence[str]) -> bool:
    """Tell whether there are keys beside those of a prompt."""
    return any(key not in _OWN_KEYS for key in keys)


FORMATS = (LONG, MESSAGES)
