"""From a planned question to the pair that the judge reads: the stored texts, one of them changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from db.lab import LabItem
from db.results import PromptText
from judge import Message, Pair
from judge.lab import CHANGES, Target, apply_change


def to_pair(
    item: LabItem, prompt: PromptText, responses: Mapping[int, tuple[str, ...]], judge_name: str
) -> Pair:
    """Put the texts together; the change is told on which side its response will be shown."""
    a, b = responses[item.response_a_id], responses[item.response_b_id]
    if item.changed != "none":
        change = CHANGES[item.transform]
        target = Target(judge_name, _letter(item))
        a = apply_change(change, a, target) if item.changed == "a" else a
        b = apply_change(change, b, target) if item.changed == "b" else b
    messages = tuple(Message(role, content) for role, content in prompt.messages)
    references = tuple("\n\n".join(turns) for turns in prompt.references)
    return Pair(messages, a, b, references)


def _letter(item: LabItem) -> Literal["A", "B"]:
    """Name the side on which the changed response is shown: the first is A."""
    is_first = (item.changed == "a") == (item.shown_order == "ab")
    return "A" if is_first else "B"
