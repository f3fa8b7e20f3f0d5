"""Rubrics: criteria with a few integer levels, each described. Versioned by their content.

Reading and writing YAML stands in `judge.rubric_file`.
"""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

from judge.errors import RubricError

LevelOrder = Literal["ascending", "descending"]


@dataclass(frozen=True)
class Level:
    """One integer of a criterion, with what it means and texts that would get it."""

    value: int
    description: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """One dimension of a rubric.

    Parameters
    ----------
    levels : tuple of Level
        At least two, ascending by value.
    weight : float
        Share in the rubric's mean level, relative to the other weights; positive.
    """

    name: str
    question: str
    levels: tuple[Level, ...]
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise RubricError("a criterion needs a name")
        if any(character in self.name for character in "[]:\n"):
            raise RubricError(f"criterion {self.name!r}: a name may not hold brackets, colons or line breaks")
        if not self.question.strip():
            raise RubricError(f"criterion {self.name!r} needs a question that its levels answer")
        values = [level.value for level in self.levels]
        if len(values) < 2:
            raise RubricError(f"criterion {self.name!r} needs at least two levels, it has {len(values)}")
        if values != sorted(set(values)):
            raise RubricError(f"criterion {self.name!r}: levels must ascend without repeats, not {values}")
        for level in self.levels:
            if not level.description.strip():
                raise RubricError(f"criterion {self.name!r}: level {level.value} needs a description")
        if not (math.isfinite(self.weight) and self.weight > 0):
            raise RubricError(f"criterion {self.name!r}: the weight must be above 0, not {self.weight}")

    @property
    def values(self) -> tuple[int, ...]:
        """The menu of integers, ascending."""
        return tuple(level.value for level in self.levels)


@dataclass(frozen=True)
class Rubric:
    """What a judge looks at.

    Parameters
    ----------
    guidance : str
        How to weigh two responses against each other; used when they are compared, not graded.
    """

    name: str
    description: str
    criteria: tuple[Criterion, ...]
    guidance: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise RubricError("a rubric needs a name")
        if not self.criteria:
            raise RubricError(f"rubric {self.name!r} has no criteria")
        names = [criterion.name.casefold() for criterion in self.criteria]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise RubricError(f"rubric {self.name!r} names a criterion twice: {', '.join(repeated)}")

    @cached_property
    def version(self) -> str:
        """SHA-256 in hex over every word of it."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def mean_level(self, levels: Sequence[int]) -> float:
        """Weighted mean of one level for each criterion, in the rubric's order."""
        weights = [criterion.weight for criterion in self.criteria]
        return sum(w * level for w, level in zip(weights, levels, strict=True)) / sum(weights)


def render_criteria(rubric: Rubric, order: LevelOrder = "ascending") -> str:
    """Render the criteria with their levels as the judge reads them."""
    return "\n\n".join(_render_criterion(criterion, order) for criterion in rubric.criteria)


def _render_criterion(criterion: Criterion, order: LevelOrder) -> str:
    levels = criterion.levels if order == "ascending" else criterion.levels[::-1]
    lines = [f"Criterion: {criterion.name}", criterion.question.strip()]
    for level in levels:
        lines.append(f"  Level {level.value}: {level.description.strip()}")
        lines.extend(f"    Example: {example.strip()}" for example in level.examples)
    return "\n".join(lines)
