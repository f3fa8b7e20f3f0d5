"""Rows of a CSV, TSV, JSON or JSONL source, one at a time, each with the line an editor shows."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TextIO

from arena.exchange.errors import SourceError
from arena.exchange.formula import MARKER, restore
from arena.exchange.json_stream import iter_json_values
from arena.exchange.sources import CheckedSource

MAX_LINE_CHARS: Final = 16 * 1024 * 1024


class Container(StrEnum):
    CSV = "CSV"
    TSV = "TSV"
    JSON = "JSON list"
    JSONL = "JSONL"


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    line: int
    reason: str


RawRow = Row | UnreadableRow


def detect_container(source: CheckedSource) -> Container:
    """Tell the container by the first character, and CSV from TSV by name and header."""
    with source.open_text() as stream:
        first = _first_line(stream)
        is_single = not _first_line(stream)
    start = first.lstrip()[:1]
    if start == "[":
        return Container.JSON
    if start == "{":
        is_lines = source.suffix in (".jsonl", ".ndjson") or _is_json(first)
        return Container.JSONL if is_lines and not is_single else Container.JSON
    return Container.TSV if source.suffix == ".tsv" or _delimiter(first) == "\t" else Container.CSV


def iter_rows(source: CheckedSource, container: Container) -> Iterator[RawRow]:
    """Yield every row; a row that cannot be read is yielded as such and the next ones follow.

    Raises
    ------
    SourceError
        If the header is unusable or the container breaks off, with the line.
    """
    with source.open_text() as stream:
        if container in (Container.CSV, Container.TSV):
            yield from _iter_csv(source, stream)
        elif container is Container.JSONL:
            yield from _iter_jsonl(source, stream)
        else:
            for line, text, value in iter_json_values(source.name, stream):
                yield _json_row(line, text, value)


def _first_line(stream: TextIO) -> str:
    while line := stream.readline(MAX_LINE_CHARS):
        if line.strip():
            return line
    return ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _delimiter(header: str) -> str:
    return max((",", "\t", ";"), key=header.count)


def _lines(name: str, stream: TextIO) -> Iterator[str]:
    line = 0
    while text := stream.readline(MAX_LINE_CHARS):
        line += 1
        if len(text) == MAX_LINE_CHARS and not text.endswith(("\n", "\r")):
            raise SourceError(
                f"{name}: line {line} is longer than {MAX_LINE_CHARS:,} characters. Break it into rows.", line
            )
        yield text


# CSV and TSV


def _iter_csv(source: CheckedSource, stream: TextIO) -> Iterator[RawRow]:
    csv.field_size_limit(MAX_LINE_CHARS)
    lines = _lines(source.name, stream)
    first = next(line for line in lines if line.strip())
    delimiter = "\t" if source.suffix == ".tsv" else _delimiter(first)
    with source.open_text() as again:
        reader = csv.reader(_lines(source.name, again), delimiter=delimiter, strict=True)
        header = _read_header(source.name, reader)
        keep = [index for index, name in enumerate(header) if name]
        is_plain = len(keep) == len(header)
        is_ours = MARKER in header
        start = reader.line_num + 1
        for cells in _cells(reader):
            line, start = start, reader.line_num + 1
            if isinstance(cells, str):
                yield UnreadableRow(line, cells)
            elif len(cells) != len(header):
                if any(cells):
                    yield UnreadableRow(line, _ragged(cells, header))
            else:
                if is_ours:
                    cells = [restore(cell) for cell in cells]
                pairs = zip(header, cells, strict=True) if is_plain else ((header[i], cells[i]) for i in keep)
                yield Row(line, dict(pairs))


def _cells(reader: Any) -> Iterator[list[str] | str]:
    """Yield the cells of each row, or the sentence that says why they cannot be told apart."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield (
                f"the quotes do not match ({error}); a quote inside a quoted cell must be doubled,"
                " and every opened quote closed"
            )


def _read_header(name: str, reader: Any) -> list[str]:
    header: list[str] = []
    while not any(header):
        try:
            header = [cell.strip() for cell in next(reader)]
        except csv.Error as error:
            raise SourceError(f"{name}: the header cannot be read ({error}). Mend its quotes.", 1) from error
    seen: dict[str, int] = {}
    for column, title in enumerate(header, start=1):
        if title and title in seen:
            raise SourceError(
                f"{name}: the header names '{title}' twice (columns {seen[title]} and {column})."
                " Rename or remove one of them.",
                reader.line_num,
            )
        seen[title] = column
    return header


def _ragged(cells: list[str], header: list[str]) -> str:
    return (
        f"{len(cells)} cells where the header names {len(header)} columns;"
        " quote cells that hold the delimiter, and keep empty ones"
    )


# JSON


def _iter_jsonl(source: CheckedSource, stream: TextIO) -> Iterator[RawRow]:
    for line, text in enumerate(_lines(source.name, stream), start=1):
        if not text.strip():
            continue
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            yield UnreadableRow(line, f"is not JSON: {error.msg} at column {error.colno}")
        except RecursionError:
            yield UnreadableRow(line, "is nested too deeply to be a row")
        else:
            yield _json_row(line, text, value)


def _json_row(line: int, text: str, value: object) -> RawRow:
    if not isinstance(value, dict):
        return UnreadableRow(line, f"is {_kind(value)} where an object with keys was expected")
    if "\\u0000" in text:
        return UnreadableRow(line, "holds a NUL character, which no database of ours can keep; remove it")
    if ("\\ud" in text or "\\uD" in text) and not _is_encodable(value):
        return UnreadableRow(line, "holds half of a surrogate pair (such as \\ud83d alone); mend the text")
    return Row(line, value)


def _is_encodable(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _kind(value: object) -> str:
    kinds = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "empty")
