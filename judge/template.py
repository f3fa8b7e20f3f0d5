"""Templates: how a judge's two messages are written. Substitution happens exactly once.

A plain template holds `{{name}}` placeholders; a jinja2 template runs in a sandbox. Untrusted text only
ever enters as a value, so nothing inside it is a placeholder.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from judge.errors import TemplateError

if TYPE_CHECKING:
    import jinja2

Mode = Literal["pairwise", "pointwise", "listwise"]
Engine = Literal["plain", "jinja2"]

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_SHARED_NAMES = frozenset({"conversation", "references", "rubric", "guidance", "answer_format"})
NAMES: dict[Mode, frozenset[str]] = {
    "pairwise": _SHARED_NAMES | {"response_a", "response_b"},
    "pointwise": _SHARED_NAMES | {"response"},
    "listwise": _SHARED_NAMES | {"responses"},
}
REQUIRED_NAMES: dict[Mode, frozenset[str]] = {
    "pairwise": frozenset({"conversation", "response_a", "response_b", "answer_format"}),
    "pointwise": frozenset({"conversation", "response", "answer_format"}),
    "listwise": frozenset({"conversation", "responses", "answer_format"}),
}

Render = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Template:
    """A system and a user message with placeholders.

    `{{conversation}}`, `{{response_a}}` (shown first), `{{response_b}}`, `{{response}}`,
    `{{responses}}` and `{{references}}` are fenced blocks; `{{rubric}}`, `{{guidance}}` and
    `{{answer_format}}` come from the judge.

    Raises
    ------
    TemplateError
        For an unknown placeholder, a missing necessary one, or a syntax error.
    """

    name: str
    mode: Mode
    system: str
    user: str
    engine: Engine = "plain"

    def __post_init__(self) -> None:
        if self.engine not in ("plain", "jinja2"):
            raise TemplateError(f"template {self.name!r}: unknown engine {self.engine!r}")
        if self.mode not in NAMES:
            raise TemplateError(f"template {self.name!r}: unknown mode {self.mode!r}")
        used = self._names(self.system) | self._names(self.user)
        unknown = sorted(used - NAMES[self.mode])
        if unknown:
            known = ", ".join(sorted(NAMES[self.mode]))
            raise TemplateError(
                f"template {self.name!r}: unknown placeholder {', '.join(unknown)}; known: {known}"
            )
        missing = sorted(REQUIRED_NAMES[self.mode] - used)
        if missing:
            raise TemplateError(f"template {self.name!r} lacks the placeholder {', '.join(missing)}")

    def _names(self, text: str) -> set[str]:
        if self.engine == "plain":
            return set(_PLACEHOLDER.findall(text))
        from jinja2 import TemplateSyntaxError, meta

        try:
            return set(meta.find_undeclared_variables(_sandbox().parse(text)))
        except TemplateSyntaxError as error:
            raise TemplateError(f"template {self.name!r}, line {error.lineno}: {error.message}") from error

    @cached_property
    def render_system(self) -> Render:
        """Fill the system message."""
        return self._compile(self.system)

    @cached_property
    def render_user(self) -> Render:
        """Fill the user message."""
        return self._compile(self.user)

    def _compile(self, text: str) -> Render:
        if self.engine == "jinja2":
            return _compile_jinja(self.name, text)
        parts = _PLACEHOLDER.split(text)

        def render(values: Mapping[str, str]) -> str:
            filled = list(parts)
            for index in range(1, len(filled), 2):
                filled[index] = values[filled[index]]
            return "".join(filled)

        return render


def _sandbox() -> "jinja2.Environment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
    )


def _compile_jinja(name: str, text: str) -> Render:
    from jinja2 import TemplateError as JinjaError

    compiled = _sandbox().from_string(text)

    def render(values: Mapping[str, str]) -> str:
        try:
            return compiled.render(dict(values))
        except (JinjaError, TypeError, ValueError, ArithmeticError, LookupError, OverflowError) as error:
            raise TemplateError(f"template {name!r} cannot be rendered: {error}") from error

    return render
