"""Writing rows as CSV, JSON or JSONL, into a stream or a file that appears only when it is whole."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TextIO

from arena.errors import UsageError
from arena.exchange.formula import MARKER, neutralise

Out = Path | TextIO
INVENTED_COLUMN: Final = "invented"
INVENTED_LABEL: Final = "invented demo data: nothing here was measured"


class FileFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


def format_of(path: Path) -> FileFormat:
    """Tell the format by the file's ending.

    Raises
    ------
    UsageError
        If it is none of ours.
    """
    suffix = path.suffix.lower().lstrip(".")
    if suffix == "ndjson":
        return FileFormat.JSONL
    if suffix not in tuple(FileFormat):
        raise UsageError(f"'{path.name}' does not say a format. End it in .csv, .json or .jsonl.")
    return FileFormat(suffix)


class RowWriter:
    """Writes rows of one kind; `columns` says their order in CSV, where a cell's own text stays harmless."""

    def __init__(self, stream: TextIO, file_format: FileFormat, kind: str, columns: Sequence[str]) -> None:
        self._stream = stream
        self._format = file_format
        self._kind = kind
        self._columns = tuple(columns)
        self._csv = csv.writer(stream, lineterminator="\n")
        self.n_rows = 0
        if file_format is FileFormat.CSV:
            self._csv.writerow([*map(neutralise, self._columns), MARKER])
        elif file_format is FileFormat.JSON:
            stream.write("[")

    def write(self, row: Mapping[str, Any]) -> None:
        if self._format is FileFormat.CSV:
            self._csv.writerow([*(_cell(row.get(name)) for name in self._columns), self._kind])
        else:
            ordered = {name: row.get(name) for name in self._columns}
            text = json.dumps(ordered, ensure_ascii=False, allow_nan=False)
            is_list = self._format is FileFormat.JSON
            before = (",\n" if self.n_rows else "\n") if is_list else ""
            self._stream.write(before + text + ("" if is_list else "\n"))
        self.n_rows += 1

    def finish(self) -> None:
        if self._format is FileFormat.JSON:
            self._stream.write("\n]\n" if self.n_rows else "]\n")


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return neutralise(value) if isinstance(value, str) else value


def write_rows(
    rows: Sequence[Mapping[str, Any]], out: Out, file_format: FileFormat, kind: str = "leaderboard"
) -> int:
    """Write plain rows, such as a leaderboard's, under the keys of the first; return how many."""
    columns = list(rows[0]) if rows else []
    with open_out(out) as stream:
        writer = RowWriter(stream, file_format, kind, columns)
        for row in rows:
            writer.write(row)
        writer.finish()
        return writer.n_rows


@contextmanager
def open_out(out: Out) -> Iterator[TextIO]:
    """Open a file that takes its name only when it is whole, or hand on the stream.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    if not isinstance(out, Path):
        yield out
        return
    try:
        part = out.with_name(f".{out.name}.{os.getpid()}.part")
        try:
            with part.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error
