"""JSON objects in a reply: found strictly first, mended only as the last step, and never chosen between."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from judge.tags import quoted_spans

JsonPath = Literal["schema", "json_repair"]
_FENCE = re.compile(r"\A\s*```\w*[ \t]*\n(.*?)\n?[ \t]*```\s*\Z", re.DOTALL)
_MAX_OBJECTS = 50


@dataclass(frozen=True)
class JsonAnswer:
    """One JSON object that holds the wanted key.

    Parameters
    ----------
    is_whole : bool
        It is all that the reply holds, a code fence aside.
    is_final : bool
        Nothing stands after it but the end of a code fence.
    repeated : tuple of str
        Keys that stand in it twice with two values, whatever their case; folded to lower case.
    """

    value: dict[str, Any]
    path: JsonPath
    is_whole: bool
    is_final: bool
    repeated: tuple[str, ...] = ()


class _Repeats:
    def __init__(self) -> None:
        self.names: list[str] = []

    def build(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for name, value in pairs:
            folded = name.strip().casefold()
            there = next((key for key in built if key.strip().casefold() == folded), None)
            if there is not None and built[there] != value:
                self.names.append(folded)
            built[name] = value
        return built


def find_json(visible: str, key: str) -> tuple[JsonAnswer, ...]:
    """Find the outermost JSON objects with `key` that are not quoted; strict, so nothing is mended."""
    whole = visible.strip()
    fenced = _FENCE.match(whole)
    if fenced is not None:
        whole = fenced.group(1).strip()
    found = _decode_at(whole, 0)
    if found is not None and found[1] == len(whole):
        value, _, repeated = found
        return (
            (JsonAnswer(value, "schema", is_whole=True, is_final=True, repeated=repeated),)
            if key in value
            else ()
        )
    return _find_inside(whole, key)


def _find_inside(text: str, key: str) -> tuple[JsonAnswer, ...]:
    spans = quoted_spans(text) if "{" in text else []
    answers: list[JsonAnswer] = []
    position = text.find("{")
    n_tried = 0
    while position >= 0 and n_tried < _MAX_OBJECTS:
        n_tried += 1
        found = _decode_at(text, position)
        if found is None:
            position = text.find("{", position + 1)
            continue
        value, end, repeated = found
        is_quoted = any(low <= position and end <= high for low, high in spans)
        if key in value and not is_quoted:
            is_final = not text[end:].strip("` \n\t")
            answers.append(JsonAnswer(value, "schema", is_whole=False, is_final=is_final, repeated=repeated))
        position = text.find("{", end)
    return tuple(answers)


def _decode_at(text: str, start: int) -> tuple[dict[str, Any], int, tuple[str, ...]] | None:
    if not text.startswith("{", start):
        return None
    repeats = _Repeats()
    try:
        value, end = json.JSONDecoder(object_pairs_hook=repeats.build, strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value, end, tuple(repeats.names)


def is_whole_json(text: str) -> bool:
    """Tell whether a text is one JSON object, a code fence aside, and nothing else."""
    whole = text.strip()
    fenced = _FENCE.match(whole)
    if fenced is not None:
        whole = fenced.group(1).strip()
    found = _decode_at(whole, 0)
    return found is not None and found[1] == len(whole)


def looks_like_json(visible: str, key: str) -> bool:
    """Tell whether a reply is meant as one JSON object that holds `key`."""
    text = visible.strip()
    fenced = _FENCE.match(text)
    if fenced is not None:
        text = fenced.group(1).strip()
    return text.startswith("{") and f'"{key}"' in text


def mend_json(visible: str, key: str) -> JsonAnswer | None:
    """Mend one broken JSON object that is the whole reply.

    None unless the reply starts as an object, holds `key` exactly once and ends with a closing brace:
    mending must not choose between two answers, nor finish one that was cut off.
    """
    text = visible.strip()
    fenced = _FENCE.match(text)
    if fenced is not None:
        text = fenced.group(1).strip()
    if not (text.startswith("{") and text.endswith("}")):
        return None
    if len(re.findall(rf"\b{re.escape(key)}\b", text)) != 1:
        return None
    import json_repair

    try:
        value = json_repair.loads(text, skip_json_loads=True)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or key not in value:
        return None
    return JsonAnswer(value, "json_repair", is_whole=True, is_final=True)
