"""What makes two prompts, responses or judges the same one: hashes of their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

HASH_CHARS = 32
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def hash_messages(messages: Sequence[Mapping[str, str]]) -> str:
    """Hash a prompt by the role and content of each message, in order."""
    return _digest([[message["role"], message["content"]] for message in messages])


def hash_turns(turns: Sequence[str]) -> str:
    """Hash a response or a reference by the text of each turn."""
    return _digest(list(turns))


def recorded_judge_version(name: str, mode: str, source_version: str | None = None) -> str:
    """Version of a judge that is known only by the verdicts somebody recorded.

    `source_version` keeps versions apart that the source kept apart.
    """
    parts = ["recorded", name, mode]
    return _digest(parts if source_version is None else [*parts, source_version])


def human_judge_version(name: str, mode: str) -> str:
    """Version of a person: a person is the same judge in every dataset."""
    return _digest(["human", name, mode])


def _digest(content: object) -> str:
    text = _encode(content)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_CHARS]
