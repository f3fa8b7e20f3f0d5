"""Read a pointwise reply: one level for every criterion of the rubric, or none at all."""

import re
from typing import Any

from judge.json_answer import JsonAnswer, find_json, looks_like_json, mend_json
from judge.judgment import Grade
from judge.offer import INVALID_JSON, NO_VERDICT, Failure, Offer
from judge.rubric import Criterion
from judge.spec import JudgeSpec
from judge.tags import Tag, find_tags

_LEVEL = re.compile(r"\A(?:(?P<name>.+?)\s*[:=]\s*)?(?:level\s+)?(?P<level>-?\d+(?:\.\d+)?)\Z")
_LIKE_LEVEL = re.compile(r"\d")


def read_pointwise(spec: JudgeSpec, visible: str) -> Offer | Failure:
    """Read a text without thinking; the caller has dealt with empty and cut-off ones."""
    answers = find_json(visible, "criteria")
    if len(answers) == 1 and answers[0].is_whole:
        return _read_json(spec, answers[0])
    tags = find_tags(visible)
    if answers:
        return _read_mixed(spec, answers, tags)
    if looks_like_json(visible, "criteria"):
        mended = mend_json(visible, "criteria")
        return INVALID_JSON if mended is None else _read_json(spec, mended)
    return _read_tags(spec, tags, visible)


def _read_mixed(spec: JudgeSpec, answers: tuple[JsonAnswer, ...], tags: tuple[Tag, ...]) -> Offer | Failure:
    if len(answers) > 1 or any(_LEVEL.match(tag.content) for tag in tags):
        return Failure("conflicting", "the answer gives its levels more than once")
    if spec.response_format == "schema" and answers[0].is_final:
        return _read_json(spec, answers[0])
    return NO_VERDICT


def _read_json(spec: JudgeSpec, answer: JsonAnswer) -> Offer | Failure:
    entries = answer.value["criteria"]
    if not isinstance(entries, list) or answer.repeated:
        return Failure("conflicting" if answer.repeated else "invalid_json", "`criteria` must be one list")
    criteria = {criterion.name.casefold(): criterion for criterion in spec.rubric.criteria}
    grades: dict[str, Grade] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            return Failure("invalid_json", "every entry of `criteria` needs a name")
        criterion = criteria.get(entry["name"].strip().casefold())
        if criterion is None:
            continue
        grade = _grade(criterion, entry.get("level"), entry.get("reasoning"))
        if isinstance(grade, Failure):
            return grade
        known = grades.setdefault(criterion.name, grade)
        if known.level != grade.level:
            return Failure("conflicting", f"the answer gives {criterion.name} two levels")
    return _complete(spec, grades, Offer(answer.path, ""))


def _grade(criterion: Criterion, level: Any, reasoning: Any) -> Grade | Failure:
    if level is None:
        return Failure("no_verdict", f"the answer gives {criterion.name} no level")
    value = _whole_number(level)
    if value is None or value not in criterion.values:
        menu = ", ".join(map(str, criterion.values))
        return Failure("off_menu", f"{criterion.name} has the levels {menu}, not {str(level)[:40]!r}")
    return Grade(criterion.name, value, reasoning if isinstance(reasoning, str) else "")


def _whole_number(level: Any) -> int | None:
    if isinstance(level, bool):
        return None
    if isinstance(level, str) and re.fullmatch(r"\s*-?\d{1,9}(?:\.0+)?\s*", level):
        return int(float(level))
    if isinstance(level, int):
        return level
    return int(level) if isinstance(level, float) and level.is_integer() else None


def _complete(spec: JudgeSpec, grades: dict[str, Grade], offer: Offer) -> Offer | Failure:
    missing = [criterion.name for criterion in spec.rubric.criteria if criterion.name not in grades]
    if missing:
        return Failure("no_verdict", f"the answer gives no level for {', '.join(missing)}")
    ordered = tuple(grades[criterion.name] for criterion in spec.rubric.criteria)
    reasoning = offer.reasoning or "\n".join(grade.reasoning for grade in ordered if grade.reasoning)
    return Offer(offer.path, reasoning, grades=ordered)


def _read_tags(spec: JudgeSpec, tags: tuple[Tag, ...], visible: str) -> Offer | Failure:
    criteria = {criterion.name.casefold(): criterion for criterion in spec.rubric.criteria}
    sole = spec.rubric.criteria[0] if len(criteria) == 1 else None
    levels: dict[str, set[str]] = {}
    unquoted: set[str] = set()
    for tag in tags:
        found = _LEVEL.match(tag.content)
        if found is None:
            if sole is not None and _LIKE_LEVEL.search(tag.content):
                levels.setdefault(sole.name, set()).add(tag.content)
                unquoted.add(sole.name)
            continue
        criterion = criteria.get((found["name"] or "").strip()) if found["name"] else sole
        if criterion is not None:
            is_other_scale = tag.scale is not None and tag.scale != max(criterion.values)
            written = f"{found['level']}/{tag.scale}" if is_other_scale else found["level"]
            levels.setdefault(criterion.name, set()).add(written)
            if not tag.is_quoted:
                unquoted.add(criterion.name)
    return _from_tags(spec, levels, unquoted, visible)


def _from_tags(
    spec: JudgeSpec, levels: dict[str, set[str]], unquoted: set[str], visible: str
) -> Offer | Failure:
    grades: dict[str, Grade] = {}
    for criterion in spec.rubric.criteria:
        written = levels.get(criterion.name, set())
        if len(written) > 1:
            shown = " and ".join(sorted(written))
            return Failure("conflicting", f"the answer gives {criterion.name} different levels: {shown}")
        if not written or criterion.name not in unquoted:
            continue
        grade = _grade(criterion, next(iter(written)), "")
        if isinstance(grade, Failure):
            return grade
        grades[criterion.name] = grade
    return _complete(spec, grades, Offer("tag", visible))
