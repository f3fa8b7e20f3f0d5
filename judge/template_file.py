"""Templates from YAML: the shipped ones in `judge/templates/`, and those that people write."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from judge.errors import TemplateError
from judge.template import Mode, Template

FOLDER = Path(__file__).parent / "templates"
_FIELDS = {"name", "mode", "system", "user", "engine"}


def parse_template(text: str, *, source: str = "template") -> Template:
    """Read a template from YAML with `name, mode, system, user` and optionally `engine`.

    Raises
    ------
    TemplateError
        Naming `source` and what is wrong.
    """
    try:
        fields: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise TemplateError(f"{source} is no YAML: {error}") from error
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise TemplateError(f"{source} must be a mapping of names to texts")
    unknown = sorted(str(name) for name in set(fields) - _FIELDS)
    if unknown:
        raise TemplateError(
            f"{source}: unknown field {', '.join(unknown)}; known: {', '.join(sorted(_FIELDS))}"
        )
    missing = sorted({"name", "mode", "user"} - set(fields))
    if missing:
        raise TemplateError(f"{source} lacks {', '.join(missing)}")
    return Template(**{"system": "", **fields})


def render_template(template: Template) -> str:
    """Write a template as YAML that `parse_template` reads back to an equal one."""
    fields = {
        "name": template.name,
        "mode": template.mode,
        "engine": template.engine,
        "system": template.system,
        "user": template.user,
    }
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=100)


@cache
def default_template(mode: Mode) -> Template:
    """Load the shipped template of a mode."""
    path = FOLDER / f"{mode}.yaml"
    if not path.exists():
        raise TemplateError(f"there is no shipped template for {mode!r}")
    return parse_template(path.read_text(encoding="utf-8"), source=path.name)
