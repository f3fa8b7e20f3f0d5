"""A judge as a version: model, parameters, template, rubric, parser, mode, menu and reference use."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

from judge import answer
from judge.calls import JsonValue, Parameters
from judge.errors import SpecError
from judge.judgment import VERDICTS, Verdict
from judge.price_map import supports_response_schema
from judge.rubric import Criterion, Level, LevelOrder, Rubric, render_criteria
from judge.template import Mode, Template
from judge.template_file import default_template

PARSER_VERSION = "2"

ReferenceUse = Literal["never", "if_any", "always"]
ResponseFormat = Literal["auto", "schema", "tags"]

DEFAULT_PARAMETERS: dict[str, JsonValue] = {"temperature": 0.0, "max_tokens": 2048}
RESERVED_PARAMETERS = frozenset(
    {"model", "messages", "api_base", "base_url", "api_key", "stream", "timeout", "response_format", "n"}
    | {"max_retries", "num_retries", "mock_response", "caching", "metadata"}
)
BUILTIN_PREFIX = "builtin/"


@dataclass(frozen=True)
class JudgeSpec:
    """A judge that asks a model, or a built-in one.

    Parameters
    ----------
    model : str
        LiteLLM id `provider/model`, or `builtin/NAME`.
    api_base : str or None
        Where the model is reached; part of every call's key, not of the version: the same weights
        behind another address are the same judge.
    reference : str
        `never` shows none; `if_any` shows the prompt's references where there are some; `always`
        leaves a prompt without references unscored.
    response_format : str
        How the answer is asked for; `auto` becomes `schema` or `tags` at once, by the model map.
    verdicts : tuple of str
        Menu of a pairwise judge.
    """

    model: str
    mode: Mode
    rubric: Rubric
    template: Template
    parameters: Parameters = ()
    api_base: str | None = None
    reference: ReferenceUse = "never"
    response_format: ResponseFormat = "auto"
    level_order: LevelOrder = "ascending"
    verdicts: tuple[Verdict, ...] = VERDICTS
    parser: str = PARSER_VERSION

    def __post_init__(self) -> None:
        if self.response_format == "auto":
            resolved = "schema" if supports_response_schema(self.model) else "tags"
            object.__setattr__(self, "response_format", resolved)
        object.__setattr__(self, "parameters", tuple(sorted(self.parameters, key=lambda pair: pair[0])))
        _check(self)

    @property
    def is_builtin(self) -> bool:
        """Whether it answers without a model."""
        return self.model.startswith(BUILTIN_PREFIX)

    @cached_property
    def answer_schema(self) -> dict[str, JsonValue] | None:
        """JSON schema that is sent with every call; None where tags are asked for."""
        if self.response_format == "tags":
            return None
        match self.mode:
            case "pairwise":
                return answer.pairwise_schema(self.verdicts)
            case "pointwise":
                return answer.pointwise_schema(self.rubric)
            case "listwise":
                return answer.listwise_schema()

    @cached_property
    def fixed_values(self) -> dict[str, str]:
        """What the template's trusted placeholders stand for."""
        compared = self.mode != "pointwise"
        return {
            "rubric": render_criteria(self.rubric, self.level_order),
            "guidance": self.rubric.guidance if compared else "",
            "answer_format": _answer_format(self),
        }

    @cached_property
    def version(self) -> str:
        """SHA-256 in hex over everything that can change what it says; not the address it is reached at."""
        content = asdict(self)
        del content["api_base"]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> str:
        """One JSON object with every field, for storage."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "JudgeSpec":
        """Read what `to_json` wrote; the stored parser version is kept, so the version stays the same.

        Raises
        ------
        SpecError
            If a field is unknown or missing.
        """
        try:
            return _from_fields(json.loads(text))
        except (KeyError, TypeError, ValueError) as error:
            raise SpecError(f"this is no stored judge: {error}") from error


def _from_fields(fields: dict[str, Any]) -> JudgeSpec:
    fields["rubric"] = rubric_from_fields(fields["rubric"])
    fields["template"] = Template(**fields["template"])
    fields["parameters"] = tuple((name, value) for name, value in fields["parameters"])
    fields["verdicts"] = tuple(fields["verdicts"])
    return JudgeSpec(**fields)


def rubric_from_fields(fields: dict[str, Any]) -> Rubric:
    """Build a rubric from the plain values that `dataclasses.asdict` gives."""
    criteria = tuple(
        Criterion(
            **{
                **criterion,
                "levels": tuple(
                    Level(level["value"], level["description"], tuple(level["examples"]))
                    for level in criterion["levels"]
                ),
            }
        )
        for criterion in fields["criteria"]
    )
    return Rubric(**{**fields, "criteria": criteria})


def _answer_format(spec: JudgeSpec) -> str:
    as_json = spec.response_format == "schema"
    match spec.mode:
        case "pairwise":
            write = answer.pairwise_json_format if as_json else answer.pairwise_format
            return write(spec.verdicts)
        case "pointwise":
            return (answer.pointwise_json_format if as_json else answer.pointwise_format)(spec.rubric)
        case "listwise":
            return answer.listwise_json_format() if as_json else answer.listwise_format()


def _check(spec: JudgeSpec) -> None:
    if not spec.model.strip():
        raise SpecError("a judge needs a model, as provider/model or builtin/NAME")
    if spec.template.mode != spec.mode:
        raise SpecError(f"template {spec.template.name!r} is {spec.template.mode}, the judge is {spec.mode}")
    names = [name for name, _ in spec.parameters]
    if len(set(names)) != len(names):
        raise SpecError(f"a parameter is named twice: {', '.join(names)}")
    reserved = sorted(RESERVED_PARAMETERS.intersection(names))
    if reserved:
        raise SpecError(f"not a judge's parameter: {', '.join(reserved)}")
    if len(set(spec.verdicts) - {"tie", "both_bad"}) != 2 or not set(spec.verdicts) <= set(VERDICTS):
        raise SpecError(f"a menu holds a, b and optionally tie and both_bad, not {spec.verdicts}")
    for name, value, allowed in (
        ("reference", spec.reference, ("never", "if_any", "always")),
        ("response_format", spec.response_format, ("schema", "tags")),
        ("level_order", spec.level_order, ("ascending", "descending")),
    ):
        if value not in allowed:
            raise SpecError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")


def make_spec(
    model: str,
    rubric: Rubric,
    *,
    mode: Mode = "pairwise",
    parameters: Mapping[str, JsonValue] | None = None,
    api_base: str | None = None,
    reference: ReferenceUse = "never",
    response_format: ResponseFormat = "auto",
    level_order: LevelOrder = "ascending",
    template: Template | None = None,
) -> JudgeSpec:
    """Build a judge with the default template and parameters; `parameters` overrides single ones.

    A parameter of `None` removes the default, for models that do not take it.
    """
    is_builtin = model.startswith(BUILTIN_PREFIX)
    merged = {**({} if is_builtin else DEFAULT_PARAMETERS), **(parameters or {})}
    return JudgeSpec(
        model=model,
        mode=mode,
        rubric=rubric,
        template=template or default_template(mode),
        parameters=tuple((name, value) for name, value in merged.items() if value is not None),
        api_base=api_base,
        reference=reference,
        response_format=response_format,
        level_order=level_order,
    )
