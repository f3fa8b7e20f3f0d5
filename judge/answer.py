"""How a judge is asked to answer: JSON schema or tags, and the menu of each mode."""

from collections.abc import Sequence

from judge.calls import JsonValue
from judge.judgment import Verdict
from judge.rubric import Rubric

TAG_OF_VERDICT: dict[Verdict, str] = {"a": "A", "b": "B", "tie": "C", "both_bad": "D"}
JSON_OF_VERDICT: dict[Verdict, str] = {"a": "A", "b": "B", "tie": "tie", "both_bad": "both_bad"}
_MEANING: dict[Verdict, str] = {
    "a": "Response A is better",
    "b": "Response B is better",
    "tie": "tie: neither is better in a way that matters",
    "both_bad": "both bad: neither is of use to the person who asked",
}
_TAG_RULE = (
    "Write your reasoning first. Then end with your {what}. Write such a tag nowhere else, not even when you "
    "quote: an answer with two different tags cannot be used."
)


def pairwise_format(verdicts: Sequence[Verdict]) -> str:
    """Ask for one verdict tag."""
    menu = "\n".join(f"[[{TAG_OF_VERDICT[verdict]}]] {_MEANING[verdict]}" for verdict in verdicts)
    rule = _TAG_RULE.format(what="verdict, as exactly one of these tags on a line of its own")
    return f"{rule}\n{menu}"


def pairwise_json_format(verdicts: Sequence[Verdict]) -> str:
    """Ask for one JSON object with a verdict."""
    menu = "\n".join(f'"{JSON_OF_VERDICT[verdict]}": {_MEANING[verdict]}' for verdict in verdicts)
    return (
        'Answer with one JSON object and nothing else: {"reasoning": "...", "verdict": "..."}. '
        f"Write the reasoning first. The verdict is one of\n{menu}"
    )


def pairwise_schema(verdicts: Sequence[Verdict]) -> dict[str, JsonValue]:
    """Build the schema of `{"reasoning": str, "verdict": menu}`."""
    menu: list[JsonValue] = [JSON_OF_VERDICT[verdict] for verdict in verdicts]
    return _object({"reasoning": {"type": "string"}, "verdict": {"type": "string", "enum": menu}})


def pointwise_format(rubric: Rubric) -> str:
    """Ask for one level tag for each criterion."""
    if len(rubric.criteria) == 1:
        values = rubric.criteria[0].values
        what = "level, as exactly one tag on a line of its own"
        return f"{_TAG_RULE.format(what=what)}\nThe tags are {' '.join(f'[[{value}]]' for value in values)}"
    what = "levels, one tag for each criterion, each on a line of its own"
    lines = "\n".join(
        f"[[{criterion.name}: LEVEL]] with LEVEL one of {', '.join(map(str, criterion.values))}"
        for criterion in rubric.criteria
    )
    return f"{_TAG_RULE.format(what=what)}\n{lines}".replace(
        "two different tags", "two levels for one criterion"
    )


def pointwise_json_format(rubric: Rubric) -> str:
    """Ask for one JSON object with a level for each criterion."""
    lines = "\n".join(
        f'"{criterion.name}": one of {", ".join(map(str, criterion.values))}' for criterion in rubric.criteria
    )
    return (
        'Answer with one JSON object and nothing else: {"criteria": [{"name": "...", "reasoning": "...", '
        '"level": 0}]}, with one entry for each criterion, its reasoning before its level. The levels are\n'
        f"{lines}"
    )


def pointwise_schema(rubric: Rubric) -> dict[str, JsonValue]:
    """Build the schema of `{"criteria": [{"name", "reasoning", "level"}]}`.

    Each criterion's own menu is checked when the answer is read.
    """
    names: list[JsonValue] = [criterion.name for criterion in rubric.criteria]
    values: list[JsonValue] = sorted({value for criterion in rubric.criteria for value in criterion.values})  # type: ignore[assignment]
    entry = _object(
        {
            "name": {"type": "string", "enum": names},
            "reasoning": {"type": "string"},
            "level": {"type": "integer", "enum": values},
        }
    )
    return _object({"criteria": {"type": "array", "items": entry}})


def listwise_format() -> str:
    """Ask for one ranking tag."""
    what = "ranking, best first, as exactly one tag on a line of its own"
    return (
        f"{_TAG_RULE.format(what=what)}\n"
        "For three responses: [[2 > 1 > 3]], or [[2 > 1 = 3]] where 1 and 3 are equally good. Every response "
        "stands in it exactly once."
    )


def listwise_json_format() -> str:
    """Ask for one JSON object with a ranking."""
    return (
        'Answer with one JSON object and nothing else: {"reasoning": "...", "ranking": [[2], [1, 3]]}. '
        "Write the reasoning first. The ranking lists groups of response numbers, best first; numbers in one "
        "group are equally good. Every response stands in it exactly once."
    )


def listwise_schema() -> dict[str, JsonValue]:
    """Build the schema of `{"reasoning": str, "ranking": [[int]]}`."""
    group: JsonValue = {"type": "array", "items": {"type": "integer"}}
    return _object({"reasoning": {"type": "string"}, "ranking": {"type": "array", "items": group}})


def _object(properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
