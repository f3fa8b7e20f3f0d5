"""Rubrics: the shipped ones and those that people write. A version is its words; a used one never changes.

Saving an edited rubric adds a version. The version that it was edited from stays if a judge uses it, and is
replaced if none does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from arena.errors import NotFoundError, UsageError
from arena.store import in_words
from db import Database, rubrics
from db.rubrics import StoredRubric
from judge import (
    JudgeError,
    JudgeSpec,
    Message,
    Mode,
    Pair,
    Rubric,
    Single,
    Slate,
    count_request_tokens,
    count_tokens,
    load_rubric,
    make_spec,
    parse_rubric,
    render_rubric,
    request_for,
    shipped_rubric_names,
)
from judge.prices import token_source
from judge.rubric import LevelOrder
from judge.spec import ResponseFormat, rubric_from_fields

__all__ = [
    "Example",
    "LevelOrder",
    "Mode",
    "Preview",
    "ResponseFormat",
    "Rubric",
    "RubricVersion",
    "delete_rubric",
    "export_rubric",
    "find_rubric",
    "list_rubric_versions",
    "parse_rubric_file",
    "parse_rubric_text",
    "preview_rubric",
    "read_rubric",
    "save_rubric",
    "version_rubrics",
]

SHORT_VERSION = 8
PREVIEW_KEY = b"preview-only----"
PREVIEW_MODEL = "hosted_vllm/preview"


@dataclass(frozen=True)
class RubricVersion:
    """One version. `label` is its name, with `@version` where the name has several.

    `id` is None for a shipped one that was never used.
    """

    id: int | None
    label: str
    rubric: Rubric
    n_judges: int
    is_shipped: bool

    @property
    def is_used(self) -> bool:
        """Whether a judge has been made with it: then it stays as it is."""
        return self.n_judges > 0


@dataclass(frozen=True)
class Preview:
    """What a judge with this rubric is sent for one prompt, (role, content) each, and how long that is."""

    messages: tuple[tuple[str, str], ...]
    n_tokens: int
    n_tokens_of_rubric: int
    token_source: str


@dataclass(frozen=True)
class Example:
    """What a preview is shown about; the texts are the reader's own or stand-ins."""

    prompt: str = "(the prompt)"
    responses: tuple[str, ...] = ("(one response)", "(another response)", "(a third response)")


def list_rubric_versions(database: Database) -> list[RubricVersion]:
    """Return the shipped ones first, then people's, oldest version first."""
    with in_words(), database.read() as session:
        return version_rubrics(rubrics.list_rubrics(session))


def version_rubrics(stored: Sequence[StoredRubric]) -> list[RubricVersion]:
    """Label the shipped rubrics and the stored versions."""
    shipped = [load_rubric(name) for name in shipped_rubric_names()]
    by_version = {one.version: one for one in stored}
    known = {rubric.version for rubric in shipped}
    names = Counter(rubric.name for rubric in shipped)
    names.update(one.name for one in stored if one.version not in known)
    versions = [_shipped(rubric, by_version.get(rubric.version), names) for rubric in shipped]
    own = [one for one in stored if one.version not in known]
    return versions + [
        RubricVersion(one.id, _label(one.name, one.version, names), rubric_from_fields(one.body),
                      one.n_judges, is_shipped=False)
        for one in own
    ]  # fmt: skip


def _shipped(rubric: Rubric, stored: StoredRubric | None, names: Counter[str]) -> RubricVersion:
    label = _label(rubric.name, rubric.version, names)
    used = (None, 0) if stored is None else (stored.id, stored.n_judges)
    return RubricVersion(used[0], label, rubric, used[1], is_shipped=True)


def _label(name: str, version: str, names: Counter[str]) -> str:
    return name if names[name] == 1 else f"{name}@{version[:SHORT_VERSION]}"


def find_rubric(database: Database, wanted: str) -> RubricVersion:
    """Return the version that `NAME` or `NAME@VERSION` names.

    Raises
    ------
    NotFoundError
        If there is none.
    UsageError
        If the name has several versions: they are listed.
    """
    return _find(list_rubric_versions(database), wanted)


def _find(versions: Sequence[RubricVersion], wanted: str) -> RubricVersion:
    found = [one for one in versions if wanted in (one.rubric.name, one.label)]
    exact = [one for one in found if one.label == wanted]
    if exact:
        return exact[0]
    if not found and "@" in wanted:
        name, _, version = wanted.rpartition("@")
        found = [
            one for one in versions if one.rubric.name == name and one.rubric.version.startswith(version)
        ]
    if not found:
        known = ", ".join(one.label for one in versions)
        raise NotFoundError(f"There is no rubric '{wanted}'. Give one of {known}, or a YAML file.")
    if len(found) > 1:
        choices = ", ".join(one.label for one in found)
        raise UsageError(f"The rubric '{wanted}' has {len(found)} versions. Choose one: {choices}.")
    return found[0]


def read_rubric(versions: Sequence[RubricVersion], wanted: str) -> Rubric:
    """Return the rubric that a name, `NAME@VERSION` or a YAML file gives. Raises UsageError in words."""
    try:
        return _find(versions, wanted).rubric
    except NotFoundError:
        if not Path(wanted).is_file():
            raise
    return parse_rubric_file(Path(wanted))


def parse_rubric_file(path: Path) -> Rubric:
    """Read a YAML file; raises UsageError with the place and what is wrong."""
    try:
        return parse_rubric(path.read_text(encoding="utf-8"), source=path.name)
    except (JudgeError, OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The rubric '{path.name}' cannot be read: {error}") from error


def parse_rubric_text(text: str) -> Rubric:
    """Read YAML that somebody typed; raises UsageError with what is wrong."""
    try:
        return parse_rubric(text)
    except JudgeError as error:
        raise UsageError(f"This is no rubric yet: {error}") from error


def save_rubric(database: Database, rubric: Rubric, *, edited_from: str | None = None) -> RubricVersion:
    """Store a rubric as a version; the same words are the same version.

    Parameters
    ----------
    edited_from : str or None
        Label of the version it was made from. If no judge uses that one, and it has the same name, the new
        version takes its place; a used or shipped one stays.
    """
    before = None if edited_from is None else find_rubric(database, edited_from)
    is_shipped = rubric.version in {load_rubric(name).version for name in shipped_rubric_names()}
    with in_words(), database.write() as session:
        if not is_shipped:
            rubrics.save_rubric(session, rubric.name, rubric.version, asdict(rubric))
        replaced = before is not None and before.id is not None and before.rubric.name == rubric.name
        if replaced and before is not None and before.rubric.version != rubric.version:
            rubrics.delete_unused_rubrics(session, [before.id or 0])
    return next(one for one in list_rubric_versions(database) if one.rubric.version == rubric.version)


def delete_rubric(database: Database, wanted: str) -> None:
    """Remove a version that no judge uses.

    Raises
    ------
    UsageError
        If a judge uses it, or it is shipped.
    """
    version = find_rubric(database, wanted)
    if version.is_shipped:
        raise UsageError(f"The rubric '{wanted}' comes with Evenhand and stays.")
    if version.is_used:
        raise UsageError(
            f"The rubric '{wanted}' is used by {version.n_judges} judge"
            f"{'s' if version.n_judges > 1 else ''}: their judgments refer to its words, so it stays."
        )
    with in_words(), database.write() as session:
        rubrics.delete_unused_rubrics(session, [version.id or 0])


def export_rubric(rubric: Rubric) -> str:
    """Return the YAML that `parse_rubric_text` reads back to the same version."""
    return render_rubric(rubric)


def preview_rubric(
    rubric: Rubric,
    *,
    mode: Mode = "pairwise",
    response_format: ResponseFormat = "tags",
    level_order: LevelOrder = "ascending",
    example: Example | None = None,
) -> Preview:
    """Render the prompt exactly as a judge with this rubric would be sent it, and count its tokens."""
    spec = make_spec(
        PREVIEW_MODEL, rubric, mode=mode, response_format=response_format, level_order=level_order
    )
    request = request_for(
        spec, _subject(mode, example or Example()), "" if mode == "pointwise" else "ab", 0, PREVIEW_KEY
    )
    return Preview(
        messages=tuple((message.role, message.content) for message in request.messages),
        n_tokens=count_request_tokens(request),
        n_tokens_of_rubric=_count_fixed(spec),
        token_source=token_source(),
    )


def _count_fixed(spec: JudgeSpec) -> int:
    return count_tokens(spec.fixed_values["rubric"]) + count_tokens(spec.fixed_values["guidance"])


def _subject(mode: Mode, example: Example) -> Pair | Single | Slate:
    prompt = (Message("user", example.prompt),)
    turns = tuple((text,) for text in example.responses)
    match mode:
        case "pointwise":
            return Single(prompt, turns[0])
        case "listwise":
            return Slate(prompt, turns)
        case _:
            return Pair(prompt, turns[0], turns[1])
