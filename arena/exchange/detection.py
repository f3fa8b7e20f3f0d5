"""Which format a file has, told by its keys alone, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from arena.exchange.errors import FormatError, SourceError
from arena.exchange.formats import ALL_FORMATS, DETECTABLE, Field, Format
from arena.exchange.formats.generic import PROMPTS, WIDE, has_wide_columns, wide_columns
from arena.exchange.formats.spec import TAG_KEYS
from arena.exchange.mapping import NO_MAPPING, ColumnMapping
from arena.exchange.rows import Container, Row, detect_container, iter_rows
from arena.exchange.sources import CheckedSource, Source, check_source

N_ROWS_SEEN: Final = 20
_KNOWN_KEYS: Final = frozenset(TAG_KEYS).union(
    field.name for spec in ALL_FORMATS.values() for field in (*spec.required, *spec.any_of, *spec.optional)
)


class Confidence(StrEnum):
    CERTAIN = "certain"
    """Every key has the format's own name."""
    LIKELY = "likely"
    """Some keys are known under another name."""
    TOLD = "told"
    """A person named the format or mapped its columns."""


@dataclass(frozen=True)
class Detection:
    """What a file was taken for. `why` is a sentence; `renames` is from the file's keys to the format's."""

    file: str
    format: str
    title: str
    container: Container
    confidence: Confidence
    why: str
    source_keys: tuple[str, ...]
    """The file's keys as they stand in it."""
    keys: tuple[str, ...]
    renames: Mapping[str, str]

    @property
    def spec(self) -> Format:
        return ALL_FORMATS[self.format]


@dataclass(frozen=True)
class Peek:
    """A table before anybody says what it is: its columns, and its first rows as they stand."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


def peek(source: Source, n_rows: int = 5) -> Peek:
    """Read the columns and the first rows; raises SourceError if there are none."""
    checked = check_source(source)
    container = detect_container(checked)
    columns = _keys(checked, container)
    read = islice(iter_rows(checked, container), N_ROWS_SEEN)
    rows = [row.values for row in read if isinstance(row, Row)]
    return Peek(checked.name, columns, tuple(rows[:n_rows]))


def guess_columns(spec: Format, columns: Sequence[str]) -> dict[str, str]:
    """Return, by the format's keys, the columns that have such a name."""
    taken: dict[str, str] = {}
    for field in (*spec.required, *spec.any_of, *spec.optional):
        if field.name in taken:
            continue
        free = {_plain(column): column for column in reversed(columns) if column not in taken.values()}
        found = next((free[name] for name in (field.name, *field.synonyms) if name in free), None)
        if found is not None:
            taken[field.name] = found
    return taken


def detect(source: Source, mapping: ColumnMapping | None = None) -> Detection:
    """Say which format a file has.

    Raises
    ------
    SourceError
        If the file cannot be read.
    FormatError
        If its keys fit no format; the sentence lists the keys and the nearest formats.
    """
    return detect_checked(check_source(source), mapping or NO_MAPPING)


def detect_checked(source: CheckedSource, mapping: ColumnMapping) -> Detection:
    container = detect_container(source)
    keys = _keys(source, container)
    named = tuple(mapping.columns[key] if key in mapping.columns else _usual(key, keys) for key in keys)
    present = (*(name for name in named if name), *mapping.constants)
    found = _told(source.name, mapping, present) or _first_that_fits(source.name, present)
    spec, renames = found
    all_renames = {key: renames.get(name, name) for key, name in zip(keys, named, strict=True)}
    seen = [key for key in keys if all_renames[key] in _names(spec)]
    confidence = Confidence.CERTAIN
    if mapping.format or any(key in mapping.columns for key in seen):
        confidence = Confidence.TOLD
    elif any(all_renames[key] != key for key in seen):
        confidence = Confidence.LIKELY
    changed = {key: name for key, name in all_renames.items() if name != key}
    return Detection(
        source.name, spec.name, spec.title, container, confidence,
        _why(spec, container, seen, changed, mapping), keys, tuple(all_renames[key] for key in keys),
        changed,
    )  # fmt: skip


def _keys(source: CheckedSource, container: Container) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    first_bad = None
    try:
        for row in islice(iter_rows(source, container), N_ROWS_SEEN):
            if isinstance(row, Row):
                keys.update(dict.fromkeys(row.values))
            elif first_bad is None:
                first_bad = row
    except SourceError:
        # The rows before the break still say what they are; reading the file reports the break.
        if not keys:
            raise
    if keys:
        return tuple(keys)
    if first_bad is not None:
        raise SourceError(
            f"{source.name} has no row that can be read; line {first_bad.line}: {first_bad.reason}.",
            first_bad.line,
        )
    raise SourceError(f"{source.name} has a header but no rows. Give a file with at least one row.")


def _told(file: str, mapping: ColumnMapping, present: Sequence[str]) -> tuple[Format, dict[str, str]] | None:
    if mapping.format is None:
        return None
    spec = ALL_FORMATS.get(mapping.format)
    if spec is None:
        raise FormatError(
            f"There is no format '{mapping.format}'. Formats: {', '.join(sorted(ALL_FORMATS))}."
        )
    renames = _fit(spec, present)
    if renames is None:
        raise FormatError(
            f"{file} lacks keys of '{spec.name}': it needs {_needs(spec)}. It has {_some(present)}."
        )
    return spec, renames


def _first_that_fits(file: str, present: Sequence[str]) -> tuple[Format, dict[str, str]]:
    for spec in DETECTABLE:
        renames = _fit(spec, present)
        if renames is not None:
            return spec, renames
    renames = _fit(PROMPTS, present)
    if renames is None:
        raise FormatError(
            f"{file}: these keys fit no format: {_some(present)}. Nearest: {_nearest(present)}."
            " Rename the keys or map them; docs/formats.md lists every format."
        )
    renamed = [renames.get(key, key) for key in present]
    if not has_wide_columns(renamed):
        return PROMPTS, renames
    wide_columns(renamed, file)
    return WIDE, renames


def _fit(spec: Format, present: Sequence[str]) -> dict[str, str] | None:
    """Return the renames under which the keys show this format; None where they do not."""
    if spec.forbidden & set(present):
        return None
    renames: dict[str, str] = {}
    for field in spec.required:
        if not _take(field, present, renames):
            return None
    n_of_any = sum(_take(field, present, renames) for field in spec.any_of)
    if spec.any_of and not n_of_any:
        return None
    for field in spec.optional:
        _take(field, present, renames)
    return renames


def _take(field: Field, present: Sequence[str], renames: dict[str, str]) -> bool:
    if field.name in present:
        return True
    plain = {_plain(key): key for key in reversed(present) if key not in renames}
    for name in (field.name, *field.synonyms):
        key = plain.get(name)
        if key is not None:
            renames[key] = field.name
            return True
    return False


def _usual(key: str, keys: Sequence[str]) -> str:
    """Return a key as the formats spell it, where only case and spaces differ: `Category` is `category`."""
    plain = _plain(key)
    return plain if plain in _KNOWN_KEYS and plain not in keys else key


def _plain(key: str) -> str:
    return key.strip().lower().replace(" ", "_").replace("-", "_")


def _names(spec: Format) -> set[str]:
    return {field.name for field in (*spec.required, *spec.any_of)}


def _needs(spec: Format) -> str:
    needs = [field.name for field in spec.required]
    if spec.any_of:
        needs.append(" or ".join(field.name for field in spec.any_of))
    return ", ".join(needs)


def _nearest(present: Sequence[str]) -> str:
    plain = {_plain(key) for key in present}

    def share(spec: Format) -> float:
        hits = sum(bool(plain & {field.name, *field.synonyms}) for field in spec.required)
        return hits / len(spec.required)

    best = [spec for spec in sorted(ALL_FORMATS.values(), key=share, reverse=True)[:2] if share(spec)]
    if not best:
        return "prompts needs prompt"
    return "; ".join(f"{spec.name} needs {_needs(spec)}" for spec in best)


def _why(
    spec: Format,
    container: Container,
    seen: Iterable[str],
    changed: Mapping[str, str],
    mapping: ColumnMapping,
) -> str:
    words = [f"{key} (as {changed[key]})" if key in changed else key for key in seen]
    given = [f"{key} (given)" for key in mapping.constants if key in _names(spec)]
    return f"{container} with the keys {', '.join([*words, *given])}"


def _some(keys: Sequence[str]) -> str:
    return ", ".join(keys[:12]) + (", ..." if len(keys) > 12 else "")


def renamed(
    values: Mapping[str, Any], detection: Detection, constants: Mapping[str, str]
) -> Mapping[str, Any]:
    """Return a row under the format's keys, with the constants where it has no value of its own."""
    if detection.renames:
        rename = detection.renames.get
        values = {rename(key, key): value for key, value in values.items()}
    if constants:
        values = {**values, **{key: value for key, value in constants.items() if not values.get(key)}}
    return values
