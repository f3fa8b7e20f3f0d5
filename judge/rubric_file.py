"""Rubrics from YAML and back: the shipped ones in `judge/rubrics/`, and those that people write.

name: helpfulness
description: one sentence
guidance: how to weigh two responses against each other (optional)
criteria:
  - name: helpfulness
    question: what its levels answer
    weight: 1
    levels:
      - value: 1
        description: what this level means
        examples: [a text that would get it]
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from judge.errors import RubricError
from judge.rubric import Criterion, Level, Rubric

FOLDER = Path(__file__).parent / "rubrics"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _LevelFile(_Strict):
    value: StrictInt
    description: StrictStr
    examples: tuple[StrictStr, ...] = ()


class _CriterionFile(_Strict):
    name: StrictStr
    question: StrictStr
    weight: float = 1.0
    levels: tuple[_LevelFile, ...]


class _RubricFile(_Strict):
    name: StrictStr
    description: StrictStr = ""
    guidance: StrictStr = ""
    criteria: Annotated[tuple[_CriterionFile, ...], Field(min_length=1)]


def parse_rubric(text: str, *, source: str = "rubric") -> Rubric:
    """Read a rubric from YAML; levels may stand in any order.

    Raises
    ------
    RubricError
        Naming `source`, the place in it and what is wrong.
    """
    try:
        fields: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RubricError(f"{source} is no YAML: {error}") from error
    if not isinstance(fields, dict):
        raise RubricError(f"{source} must be a mapping with name, description and criteria")
    try:
        read = _RubricFile.model_validate(fields)
    except ValidationError as error:
        raise RubricError(f"{source}: {_in_words(error)}") from error
    try:
        return _from_file(read)
    except RubricError as error:
        raise RubricError(f"{source}: {error}") from error


_WORDS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is no key of a rubric",
    "too_short": "give at least one",
    "int_type": "give a whole number",
    "float_type": "give a number",
    "float_parsing": "give a number",
    "string_type": "give a text",
    "tuple_type": "give a list",
    "model_type": "give a mapping of keys and values",
}


def _in_words(error: ValidationError) -> str:
    """Name each place and what is wrong there; a list counts as empty only where nothing in it is wrong."""
    found = error.errors()
    said = [
        f"{'.'.join(str(part) for part in one['loc'])}: {_WORDS.get(one['type'], one['msg'])}"
        for one in found
        if one["type"] != "too_short"
        or not any(other is not one and other["loc"][: len(one["loc"])] == one["loc"] for other in found)
    ]
    return "; ".join(said)


def _from_file(read: _RubricFile) -> Rubric:
    criteria = tuple(
        Criterion(
            name=criterion.name.strip(),
            question=criterion.question.strip(),
            weight=criterion.weight,
            levels=tuple(
                Level(level.value, level.description.strip(), tuple(text.strip() for text in level.examples))
                for level in sorted(criterion.levels, key=lambda level: level.value)
            ),
        )
        for criterion in read.criteria
    )
    return Rubric(read.name.strip(), read.description.strip(), criteria, read.guidance.strip())


def render_rubric(rubric: Rubric) -> str:
    """Write a rubric as YAML that `parse_rubric` reads back to an equal one."""
    fields: dict[str, Any] = {"name": rubric.name, "description": rubric.description}
    if rubric.guidance:
        fields["guidance"] = rubric.guidance
    fields["criteria"] = [
        {
            "name": criterion.name,
            "question": criterion.question,
            "weight": criterion.weight,
            "levels": [_level_fields(level) for level in criterion.levels],
        }
        for criterion in rubric.criteria
    ]
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100)


def _level_fields(level: Level) -> dict[str, Any]:
    fields: dict[str, Any] = {"value": level.value, "description": level.description}
    if level.examples:
        fields["examples"] = list(level.examples)
    return fields


def shipped_rubric_names() -> tuple[str, ...]:
    """Names that `load_rubric` knows, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def load_rubric(name: str) -> Rubric:
    """Load a shipped rubric.

    Raises
    ------
    RubricError
        If there is none of that name; lists those there are.
    """
    if name not in shipped_rubric_names():
        raise RubricError(
            f"there is no shipped rubric {name!r}; there are {', '.join(shipped_rubric_names())}"
        )
    path = FOLDER / f"{name}.yaml"
    return parse_rubric(path.read_text(encoding="utf-8"), source=path.name)
