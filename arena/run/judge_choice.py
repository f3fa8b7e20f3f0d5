"""From the name of a judge to the judge: a stored version, a built-in, or a new one made of its parts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from arena.errors import NotFoundError, UsageError
from arena.judges import find_judge
from arena.rubrics import RubricVersion, read_rubric, version_rubrics
from arena.run.spec import RunSpec
from db.judges import NewJudge, StoredJudge
from judge import (
    JudgeError,
    JudgeSpec,
    Rubric,
    Template,
    family_of,
    make_spec,
    parse_template,
)
from judge.builtin import check_builtin

DEFAULT_RUBRIC = "helpfulness"


def choose_judge(
    spec: RunSpec, stored: list[StoredJudge], rubrics: Sequence[RubricVersion] | None = None
) -> JudgeSpec:
    """Return the judge that the run asks for.

    A `provider/model` or `builtin/NAME` is built from its parts; anything else is a stored judge, taken as
    it was stored. Without `rubrics` only the shipped ones are known by name.

    Raises
    ------
    UsageError
        If the name fits several versions, is a person or a recorded judge, or the parts do not fit.
    """
    if "@" not in spec.judge and "/" in spec.judge:
        return _build(
            spec,
            read_rubric(version_rubrics(()) if rubrics is None else rubrics, spec.rubric or DEFAULT_RUBRIC),
        )
    try:
        found = find_judge(stored, spec.judge, mode=spec.mode)
    except NotFoundError as error:
        raise UsageError(_who_can_run(spec.judge, stored)) from error
    if found.mode != spec.mode:
        raise UsageError(f"'{spec.judge}' is a {found.mode} judge. Give --mode {found.mode}.")
    if found.spec is None:
        raise UsageError(f"'{spec.judge}' is a {found.kind} judge: its verdicts came from elsewhere.")
    if spec.changes_the_judge:
        raise UsageError(
            f"'{spec.judge}' is a stored version; its rubric, template, parameters and answer form cannot be"
            " changed."
        )
    return replace(JudgeSpec.from_json(json.dumps(found.spec)), api_base=spec.api_base)


def _who_can_run(wanted: str, stored: Sequence[StoredJudge]) -> str:
    """Name the judges that can be asked; people and recorded judges cannot."""
    saved = sorted({judge.name for judge in stored if judge.kind == "model"})
    named = f" Saved judges: {', '.join(saved)}." if saved else ""
    return (
        f"No judge is called '{wanted}'. To ask a model, write provider/model, as openai/gpt-4o-mini;"
        f" built-in judges are builtin/longest, builtin/first, builtin/random and builtin/reference.{named}"
    )


def _build(spec: RunSpec, rubric: Rubric) -> JudgeSpec:
    try:
        judge = make_spec(
            spec.judge,
            rubric,
            mode=spec.mode,
            parameters=spec.parameters,
            api_base=spec.api_base,
            reference="if_any" if spec.with_reference else "never",
            response_format=spec.response_format,
            level_order=spec.level_order,
            template=None if spec.template is None else _template(spec.template),
        )
        if judge.is_builtin:
            check_builtin(judge)
    except JudgeError as error:
        raise UsageError(f"This judge cannot be: {error}.") from error
    return judge


def _template(name: str) -> Template:
    try:
        return parse_template(Path(name).read_text(encoding="utf-8"), source=name)
    except (JudgeError, OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The template '{name}' cannot be read: {error}") from error


def to_new_judge(judge: JudgeSpec) -> NewJudge:
    """Return what is stored of a judge; where it is reached is the run's, not the judge's."""
    fields = json.loads(replace(judge, api_base=None).to_json())
    rubric = fields["rubric"]
    return NewJudge(
        kind="builtin" if judge.is_builtin else "model",
        name=judge.model,
        version=judge.version,
        mode=judge.mode,
        model=judge.model,
        family=family_of(judge.model),
        spec=fields,
        rubric_name=judge.rubric.name,
        rubric_version=judge.rubric.version,
        rubric_body=rubric,
    )
