"""Reading one cell or one JSON value: texts, ids, numbers, lists and conversations, or a reason why not."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.exchange.errors import RowError
from arena.exchange.formula import MARKER

Row = Mapping[str, Any]

_MISSING: Final = frozenset({"", "nan", "none", "null", "n/a", "na"})


def get_text(row: Row, key: str) -> str | None:
    """Return the text as it stands, None where the key is missing or null. An empty text is a text."""
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return None if isinstance(value, float) and math.isnan(value) else _plain(value)
    raise RowError(f"'{key}' is {_kind(value)} where a text was expected")


def get_id(row: Row, key: str) -> str | None:
    """Return an id as a text without space around it; None where it is missing or empty."""
    text = row.get(key)
    if not isinstance(text, str):
        text = get_text(row, key)
    return (text.strip() or None) if text is not None else None


def need_id(row: Row, key: str) -> str:
    found = get_id(row, key)
    if found is None:
        raise RowError(f"'{key}' is empty")
    return found


def need_text(row: Row, key: str) -> str:
    found = get_text(row, key)
    if found is None:
        raise RowError(f"'{key}' is missing")
    return found


def need_words(row: Row, key: str) -> str:
    """Return a text that holds more than white space."""
    found = need_text(row, key)
    if not found.strip():
        raise RowError(f"'{key}' is empty")
    return found


def get_number(row: Row, key: str) -> float | None:
    """Return a finite number; None where there is none.

    Raises
    ------
    RowError
        If the value is there but is no finite number.
    """
    value = row.get(key)
    if (
        value is None
        or isinstance(value, bool)
        or (isinstance(value, str) and value.strip().lower() in _MISSING)
    ):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise RowError(f"'{key}' is {value!r:.60}, which is no number") from error
    if not math.isfinite(number):
        raise RowError(f"'{key}' is {value}, which is no finite number")
    return number


def get_count(row: Row, key: str) -> int | None:
    """Return a whole number of at least 0; None where there is none."""
    number = get_number(row, key)
    if number is None:
        return None
    if number < 0 or number != int(number):
        raise RowError(f"'{key}' is {number:g}, which is no whole number of at least 0")
    return int(number)


def get_list(row: Row, key: str) -> list[Any] | None:
    """Return a list, also one that stands as JSON in a cell; None where the value is missing or empty."""
    value = row.get(key)
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = json.loads(value)
        except ValueError as error:
            raise RowError(f"'{key}' is neither a list nor a list written as JSON") from error
    if value is not None and not isinstance(value, list):
        raise RowError(f"'{key}' is {_kind(value)} where a list was expected")
    return value


def need_list(row: Row, key: str) -> list[Any]:
    found = get_list(row, key)
    if not found:
        raise RowError(f"'{key}' is missing or an empty list")
    return found


def get_own_list(row: Row, key: str) -> list[Any] | None:
    """Return a list, also one in a cell of a CSV that we wrote; None where the value is a text."""
    value = row.get(key)
    if isinstance(value, str) and MARKER in row and value.startswith("["):
        return get_list(row, key)
    return value if isinstance(value, list) else None


def read_turns(value: Any, key: str) -> tuple[str, ...]:
    """Return the texts of a list of turns, each a text or an object with `content` (Arena-Hard)."""
    turns = value if isinstance(value, list) else [value]
    return tuple(_turn(turn, key) for turn in turns)


def _turn(turn: Any, key: str) -> str:
    content = turn.get("content") if isinstance(turn, dict) else turn
    if isinstance(content, dict) and "answer" in content:
        content = content["answer"]
    if not isinstance(content, str):
        raise RowError(f"'{key}' holds {_kind(content)} where a text was expected")
    return content


def read_messages(value: Sequence[Any], key: str) -> tuple[tuple[str, str], ...]:
    """Return (role, content) of OpenAI messages; content in parts is joined where all parts are text."""
    messages = []
    for message in value:
        if not isinstance(message, dict) or "role" not in message:
            raise RowError(
                f"'{key}' holds {_kind(message)} where a message with role and content was expected"
            )
        messages.append((str(message["role"]), _content(message.get("content"), key)))
    return tuple(messages)


def _content(content: Any, key: str) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(
        isinstance(p, dict) and isinstance(p.get("text"), str) for p in content
    ):
        return "".join(part["text"] for part in content)
    raise RowError(f"'{key}' holds a message that is not text; images and tool calls cannot be imported")


def split_conversation(
    messages: tuple[tuple[str, str], ...],
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return what was asked (system and user messages) and what was answered (assistant turns)."""
    asked = tuple((role, text) for role, text in messages if role != "assistant")
    return asked, tuple(text for role, text in messages if role == "assistant")


def join_words(row: Row, keys: Sequence[str]) -> str:
    """Join the texts of several keys with a blank line, those without words left out."""
    texts = [text for key in keys if (text := get_text(row, key)) is not None and text.strip()]
    if not texts:
        raise RowError(" and ".join(f"'{key}'" for key in keys) + " are empty")
    return "\n\n".join(texts)


def user_messages(turns: Sequence[str], system: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return the messages of a prompt that is given as one text a turn."""
    head = (("system", system),) if system else ()
    return (*head, *(("user", turn) for turn in turns))


def read_tags(row: Row, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the tags of these keys: a text, a list, or a text with commas where the key is `tags`."""
    tags: dict[str, None] = {}
    for key in keys:
        value = row.get(key)
        if value is None or value == "":
            continue
        if isinstance(value, str) and key == "tags":
            parts = get_list(row, key) if value.lstrip().startswith("[") else value.split(",")
        else:
            parts = value if isinstance(value, list) else [value]
        for part in parts or ():
            if not isinstance(part, str | int | float):
                raise RowError(f"'{key}' holds {_kind(part)} where a word was expected")
            if tag := str(part).strip():
                tags[tag] = None
    return tuple(tags)


def read_references(row: Row, key: str) -> tuple[tuple[str, ...], ...]:
    """Return references: a text is one, a list of texts several (`read_turns` reads turns instead)."""
    value = row.get(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    if isinstance(value, str) and value.lstrip().startswith(('["', '[["')):
        value = get_list(row, key)
    if isinstance(value, list):
        return tuple(read_turns(entry, key) for entry in value)
    text = get_text(row, key)
    return ((text,),) if text is not None else ()


def _plain(value: float) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _kind(value: object) -> str:
    kinds = {list: "a list", dict: "an object", str: "a text", bool: "true or false", type(None): "nothing"}
    return kinds.get(type(value), "a number")
