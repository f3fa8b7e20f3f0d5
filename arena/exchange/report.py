"""What an import did, or would do: counts a kind, the bad rows, and a sample of what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from arena.exchange.detection import Detection

MAX_BAD_KEPT: Final = 200
N_SAMPLE_ROWS: Final = 5


class ImportMode(Enum):
    LAND = "land"
    DRY_RUN = "dry-run"


class Strictness(Enum):
    LENIENT = "lenient"
    STRICT = "strict"


class Kind(Enum):
    """Kinds of what an import counts, in the order in which they are shown."""

    PROMPTS = "prompts"
    CONTESTANTS = "contestants"
    RESPONSES = "responses"
    JUDGES = "judges"
    JUDGMENTS = "judgments"
    MATCHES = "matches"
    VOTES = "votes"
    SCORES = "scores"

    def count(self, n: int) -> str:
        """Return the word for n of them: `prompt` for one, else `prompts`."""
        return self.value if n != 1 else self.value.removesuffix("es" if self is Kind.MATCHES else "s")


@dataclass(frozen=True)
class Counts:
    """`n_new` were added, `n_duplicate` were there already, `n_completed` were there and gained something."""

    n_new: int = 0
    n_duplicate: int = 0
    n_completed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.n_new + other.n_new,
            self.n_duplicate + other.n_duplicate,
            self.n_completed + other.n_completed,
        )


NO_COUNTS: Final = Counts()


@dataclass(frozen=True)
class BadRow:
    """`line` is the line an editor shows, None where the whole file is meant."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        if self.reason.startswith(self.file):
            return self.reason
        where = self.file if self.line is None else f"{self.file} line {self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True)
class SampleRow:
    """A row as it was read, its values shortened for a preview."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class CountRow:
    """One line of the printed report."""

    file: str
    format: str
    kind: str
    n_new: int
    n_duplicate: int
    n_completed: int
    n_bad: int


@dataclass(frozen=True)
class FileReport:
    """What one file held. `detection` is None where it could not be read at all; `problem` says why."""

    file: str
    detection: Detection | None
    problem: str | None
    n_rows: int
    n_bad: int
    counts: Mapping[Kind, Counts]
    bad_rows: tuple[BadRow, ...]
    """The first `MAX_BAD_KEPT` of `n_bad`."""
    sample: tuple[SampleRow, ...]

    @property
    def n_bad_rows(self) -> int:
        """Bad rows alone, without what stands in `problem`."""
        return self.n_bad - (self.problem is not None)


@dataclass(frozen=True)
class ImportReport:
    """What an import did to a dataset. `is_landed` is False for a dry run and where `strict` refused."""

    dataset: str
    mode: ImportMode
    strictness: Strictness
    is_landed: bool
    files: tuple[FileReport, ...]

    @property
    def n_new(self) -> int:
        return sum(counts.n_new for counts in self.totals.values())

    @property
    def n_duplicate(self) -> int:
        return sum(counts.n_duplicate for counts in self.totals.values())

    @property
    def n_completed(self) -> int:
        return sum(counts.n_completed for counts in self.totals.values())

    @property
    def n_bad(self) -> int:
        """Bad rows, and files that could not be read as one each."""
        return sum(file.n_bad for file in self.files)

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        return tuple(bad for file in self.files for bad in file.bad_rows)

    @property
    def n_bad_rows(self) -> int:
        """Bad rows alone, without files that could not be read, or not to their end."""
        return sum(file.n_bad_rows for file in self.files)

    @property
    def totals(self) -> Mapping[Kind, Counts]:
        """Counts a kind over all files, kinds that did not occur left out."""
        sums = dict.fromkeys(Kind, NO_COUNTS)
        for file in self.files:
            for kind, counts in file.counts.items():
                sums[kind] += counts
        return {kind: counts for kind, counts in sums.items() if counts != NO_COUNTS}

    def to_rows(self) -> tuple[CountRow, ...]:
        """Return one row a file and kind, for printing; a file that held nothing has one row of zeros."""
        return tuple(row for file in self.files for row in _file_rows(file))

    @property
    def counts_in_words(self) -> str:
        """Return such as `80 new prompts, 3 duplicate responses`."""
        parts = [part for kind, counts in self.totals.items() for part in _parts(kind, counts)]
        return ", ".join(parts) or "nothing"

    def summary(self) -> str:
        """Say in one line what landed or would land, such as `Imported 80 new prompts; 2 bad rows (...)`."""
        said = self.counts_in_words
        if self.n_bad:
            first = self.bad_rows[0]
            said += f"; {self.n_bad} bad {'row' if self.n_bad == 1 else 'rows'} (first: {first})"
        if self.mode is ImportMode.DRY_RUN:
            return f"Would import {said}. Nothing was changed."
        if not self.is_landed and self.strictness is Strictness.STRICT and self.totals:
            return f"Nothing was imported, because strict was asked for; else: {said}."
        return f"Imported {said}."


def _file_rows(file: FileReport) -> Sequence[CountRow]:
    title = file.detection.format if file.detection else "unreadable"
    counts = [(kind, file.counts[kind]) for kind in Kind if file.counts.get(kind, NO_COUNTS) != NO_COUNTS]
    if not counts:
        return [CountRow(file.file, title, "rows", 0, 0, 0, file.n_bad)]
    rows = [
        CountRow(file.file, title, kind.value, count.n_new, count.n_duplicate, count.n_completed, 0)
        for kind, count in counts
    ]
    if file.n_bad:
        rows.append(CountRow(file.file, title, "rows", 0, 0, 0, file.n_bad))
    return rows


def _parts(kind: Kind, counts: Counts) -> Sequence[str]:
    words = ((counts.n_new, "new"), (counts.n_completed, "completed"), (counts.n_duplicate, "duplicate"))
    parts = [f"{n:,} {word} {kind.count(n)}" for n, word in words if n]
    if kind is Kind.CONTESTANTS and counts.n_duplicate:  # data sets share them: no fault of the file
        parts[-1] = f"{counts.n_duplicate:,} {kind.count(counts.n_duplicate)} already known"
    return parts
