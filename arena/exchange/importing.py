"""Importing files: detect all, then land prompts, responses and judgments in one transaction."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from arena.errors import UsageError
from arena.exchange.detection import Detection, detect_checked, renamed
from arena.exchange.errors import FormatError, RowError, SourceError
from arena.exchange.formats import Context, PairOfFile
from arena.exchange.landing.batch import BatchLander
from arena.exchange.landing.lengths import MAX_NAME_CHARS
from arena.exchange.mapping import NO_MAPPING, ColumnMapping
from arena.exchange.records import Item
from arena.exchange.report import (
    MAX_BAD_KEPT,
    N_SAMPLE_ROWS,
    BadRow,
    Counts,
    FileReport,
    ImportMode,
    ImportReport,
    Kind,
    SampleRow,
    Strictness,
)
from arena.exchange.rows import RawRow, UnreadableRow, iter_rows
from arena.exchange.sources import CheckedSource, Source, check_source, source_name
from arena.store import in_words
from db import Database, ImportConflictError
from db.landing import Landing, Lock, open_landing

BATCH_ROWS: Final = 5000
MAX_SAMPLE_CHARS: Final = 200


@dataclass
class _File:
    """A source on its way into the database."""

    name: str
    source: CheckedSource | None = None
    detection: Detection | None = None
    problem: str | None = None
    n_rows: int = 0
    n_bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    sample: list[SampleRow] = field(default_factory=list)
    counts: dict[Kind, Counts] = field(default_factory=dict)

    def report_bad(self, line: int | None, reason: str) -> None:
        self.n_bad += 1
        if len(self.bad_rows) < MAX_BAD_KEPT:
            self.bad_rows.append(BadRow(self.name, line, reason))

    def to_report(self) -> FileReport:
        return FileReport(
            self.name, self.detection, self.problem, self.n_rows, self.n_bad, self.counts,
            tuple(sorted(self.bad_rows, key=lambda bad: bad.line or 0)), tuple(self.sample),
        )  # fmt: skip


def import_files(
    database: Database,
    sources: Sequence[Source],
    dataset: str,
    *,
    mode: ImportMode = ImportMode.LAND,
    strictness: Strictness = Strictness.LENIENT,
    mapping: ColumnMapping | None = None,
) -> ImportReport:
    """Import files into one dataset, which is created where it is missing.

    Parameters
    ----------
    sources : sequence of Source
        Paths, uploads or (name, bytes); their order does not matter.
    mode : ImportMode
        A dry run does all the work, changes nothing, and reports the counts of the real one.
    strictness : Strictness
        Strict: one bad row, and nothing lands.
    mapping : ColumnMapping or None
        Applies to every file of the call.

    Raises
    ------
    UsageError
        If the dataset has no name, or the mapping names a column that no file has.
    ArenaError
        If the database cannot be written. What is wrong with the files stands in the report.
    """
    dataset = dataset.strip()
    if not dataset:
        raise UsageError("Give the data set a name.")
    if len(dataset) > MAX_NAME_CHARS:
        raise UsageError(f"The data set's name is longer than {MAX_NAME_CHARS} characters.")
    given = mapping or NO_MAPPING
    with in_words():
        try:
            return _import(database, sources, dataset, mode, strictness, given, Lock.LAST_MOMENT)
        except ImportConflictError:
            return _import(database, sources, dataset, mode, strictness, given, Lock.WHOLE)


def _import(
    database: Database, sources: Sequence[Source], dataset: str, mode: ImportMode, strictness: Strictness,
    mapping: ColumnMapping, lock: Lock,
) -> ImportReport:  # fmt: skip
    files = [_open(source, mapping) for source in sources]
    _refuse_unknown_columns(files, mapping)
    ordered = sorted((file for file in files if file.detection is not None), key=_phase)
    is_landed = False
    with _without_collector(), open_landing(database, dataset, lock) as landing:
        _land_files(landing, ordered, mapping)
        is_clean = strictness is Strictness.LENIENT or not any(file.n_bad for file in files)
        is_landed = mode is ImportMode.LAND and is_clean and any(file.counts for file in files)
        if not is_landed:
            landing.undo()
    return ImportReport(dataset, mode, strictness, is_landed, tuple(file.to_report() for file in files))


def _refuse_unknown_columns(files: Sequence[_File], mapping: ColumnMapping) -> None:
    """Refuse a mapping of columns that no file has: a typing error, not a file of another kind."""
    seen = {key for file in files if file.detection is not None for key in file.detection.source_keys}
    unknown = [column for column in mapping.columns if column not in seen]
    if unknown and seen:
        raise UsageError(f"No file has a column '{unknown[0]}' to map. Columns: {', '.join(sorted(seen))}.")


def _phase(file: _File) -> int:
    assert file.detection is not None
    return file.detection.spec.phase


def _open(source: Source, mapping: ColumnMapping) -> _File:
    file = _File(source_name(source))
    try:
        file.source = check_source(source)
        file.detection = detect_checked(file.source, mapping)
    except SourceError as error:
        file.problem = str(error)
        file.report_bad(error.line, str(error))
    return file


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the cycle collector: a batch makes no cycles, and looking for them took a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _land_files(landing: Landing, files: Sequence[_File], mapping: ColumnMapping) -> None:
    lander = BatchLander(landing)
    pairs: dict[str, PairOfFile] = {}
    for file in files:
        lander.ledger.start_file()
        items = _iter_items(file, mapping, pairs)
        while batch := list(islice(items, BATCH_ROWS)):
            lander.land(batch, f"import:{file.name}", file.report_bad)
        file.counts = dict(lander.ledger.file_counts())


def _iter_items(file: _File, mapping: ColumnMapping, pairs: dict[str, PairOfFile]) -> Iterator[Item]:
    assert file.source is not None
    assert file.detection is not None
    detection = file.detection
    context = Context(file.name, file.source.stem, detection.keys, mapping.constants, pairs)
    try:
        read = detection.spec.make_reader(context)
        for row in iter_rows(file.source, detection.container):
            file.n_rows += 1
            yield from _read_row(file, row, read, mapping)
    except FormatError as error:
        file.problem = str(error)
        file.report_bad(error.line, str(error))
    except SourceError as error:
        file.problem = str(error)
        file.report_bad(error.line, str(error))


def _read_row(file: _File, row: RawRow, read: Any, mapping: ColumnMapping) -> Sequence[Item]:
    assert file.detection is not None
    if isinstance(row, UnreadableRow):
        file.report_bad(row.line, row.reason)
        return ()
    values = renamed(row.values, file.detection, mapping.constants)
    if len(file.sample) < N_SAMPLE_ROWS:
        shown = {key: _short(value) for key, value in row.values.items()}
        file.sample.append(SampleRow(row.line, shown))
    try:
        items: Sequence[Item] = read(row.line, values)
    except RowError as error:
        file.report_bad(row.line, str(error))
        return ()
    return items


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= MAX_SAMPLE_CHARS else text[: MAX_SAMPLE_CHARS - 1] + "…"
