"""What a format is: the keys that show it, when it lands, and the function that reads its rows."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from arena.exchange.records import Decision, Item, JudgeItem, PairItem, PromptItem, Shown, Side
from arena.exchange.values import get_text, read_tags

TAG_KEYS = (
    "category", "subcategory", "tags", "tag", "bench", "benchmark", "subset", "cluster", "topic", "domain",
    "language", "difficulty",
)  # fmt: skip
PROMPT_SYNONYMS = ("question", "instruction", "query", "prompt_text")
MODEL_SYNONYMS = ("contestant", "model_name", "model_id", "generator", "system_id")
RESPONSE_SYNONYMS = ("answer", "output", "completion", "model_output", "response_text")
KEY_SYNONYMS = ("question_id", "id", "uid", "key")


class Phase(IntEnum):
    """The order in which the files of one import land."""

    PROMPTS = 0
    RESPONSES = 1
    JUDGMENTS = 2
    REFERENCES = 3
    """Files that refer to the pairs of another file of the same import."""


@dataclass(frozen=True)
class Field:
    """A key of a format, with the other names under which it is known."""

    name: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairOfFile:
    """A pair that one file gives an id and another refers to."""

    prompt: PromptItem
    first: Side
    second: Side


@dataclass(frozen=True)
class Context:
    """What a row's reader knows of its file."""

    file: str
    stem: str
    keys: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    """Values that the user gives for every row that lacks them."""
    pairs: dict[str, PairOfFile] = field(default_factory=dict)
    """Shared by the files of one import: pairs by the source's id."""


RowReader = Callable[[int, Mapping[str, Any]], Sequence[Item]]


@dataclass(frozen=True)
class Format:
    """A format of files: every `required` key and one of `any_of` show it, a `forbidden` one denies it."""

    name: str
    title: str
    phase: Phase
    required: tuple[Field, ...]
    make_reader: Callable[[Context], RowReader]
    any_of: tuple[Field, ...] = ()
    optional: tuple[Field, ...] = ()
    forbidden: frozenset[str] = frozenset()


PROMPT = Field("prompt", PROMPT_SYNONYMS)
PROMPT_ID = Field("prompt_id", KEY_SYNONYMS)
PROMPT_FIELDS = (PROMPT, PROMPT_ID)
MODEL = Field("model", MODEL_SYNONYMS)
RESPONSE = Field("response", RESPONSE_SYNONYMS)
JUDGE = Field("judge", ("evaluator", "grader", "annotator", "reviewer", "judge_name"))


def tag_keys(context: Context, known: Sequence[str] = TAG_KEYS) -> tuple[str, ...]:
    """Return the keys of this file that become tags."""
    return tuple(key for key in known if key in context.keys)


def get_prompt(row: Mapping[str, Any]) -> PromptItem:
    """Return the prompt that a judgment's row names by `prompt_id`, or by `prompt`: an id or its text."""
    key = get_text(row, "prompt_id")
    loose = get_text(row, "prompt")
    tags = read_tags(row, TAG_KEYS)
    if key is not None and key.strip():
        messages = None if loose is None or not loose.strip() else (("user", loose),)
        return PromptItem(key=key.strip(), messages=messages, tags=tags)
    return PromptItem(loose=loose or "", tags=tags)


def pair_in_unknown_order(item: PairItem) -> PairItem:
    """Choose a shown order by the content of the pair, where the source does not keep the one it used.

    Always the same side first would look like a judge that prefers a side; a coin does not.
    """
    assert item.prompt is not None
    content = repr((item.prompt.key, item.prompt.messages, item.first, item.second))
    if zlib.crc32(content.encode("utf-8", "surrogatepass")) % 2 == 0:
        return item
    sides = {Shown.FIRST: Shown.SECOND, Shown.SECOND: Shown.FIRST}
    shown = item.decision.shown
    decision = Decision(
        sides.get(shown, shown) if shown else None, item.decision.reason, item.decision.detail
    )
    return replace(item, first=item.second, second=item.first, decision=decision)


class Judges:
    """One item a judge, made once: files name the same judge in every row."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._made: dict[tuple[str, str | None, str | None], JudgeItem] = {}

    def get(self, name: str, kind: str | None = None, version: str | None = None) -> JudgeItem:
        key = (name, kind, version)
        judge = self._made.get(key)
        if judge is None:
            of_kind = (
                "human" if kind is not None and kind.strip().lower() in ("human", "people") else "recorded"
            )
            judge = JudgeItem(of_kind, name, self._mode, version if of_kind == "recorded" else None)
            self._made[key] = judge
        return judge
