"""Refusing names and ids that no index can hold: a long one is a text in the wrong column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from arena.exchange.records import (
    AnswerRef,
    Item,
    PairItem,
    PromptItem,
    QuestionItem,
    ScoreItem,
    Side,
)

MAX_NAME_CHARS: Final = 500
"""At four bytes each they fit into the 2,704 bytes of an index row of PostgreSQL, beside another column."""


def too_long(item: Item) -> str | None:
    """Return why the item cannot be kept where one of its names is too long, else None."""
    for what, name in _names(item):
        if name is not None and len(name) > MAX_NAME_CHARS:
            return (
                f"the {what} has {len(name):,} characters, at most {MAX_NAME_CHARS} can be kept"
                f" ('{name[:40]}…'); is a text in the wrong column?"
            )
    return None


def _names(item: Item) -> Iterator[tuple[str, str | None]]:
    if item.prompt is not None:
        yield from _of_prompt(item.prompt)
    if isinstance(item, PairItem):
        yield from _of_side(item.first)
        yield from _of_side(item.second)
    elif not isinstance(item, QuestionItem):
        yield from _of_side(item.response)
    if isinstance(item, PairItem | ScoreItem):
        yield "judge's name", item.judge.name
        yield "judge's version", item.judge.source_version
    if isinstance(item, ScoreItem):
        yield "criterion", item.criterion


def _of_prompt(prompt: PromptItem) -> Iterator[tuple[str, str | None]]:
    yield "prompt's id", prompt.key
    for tag in prompt.tags:
        yield "tag", tag


def _of_side(side: Side) -> Iterator[tuple[str, str | None]]:
    if isinstance(side, AnswerRef):
        yield "response's id", side.source_key
        return
    yield "response's id", side.source_key
    yield "contestant's name", side.contestant
    yield "contestant's version", side.version
