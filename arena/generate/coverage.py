"""Which contestant has answered which prompt: the matrix whose holes can be filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from arena.store import in_words
from db import Database, coverage, datasets, response_counts
from db.coverage import StoredAnswer
from db.generation import Cell, StoredContestant
from db.response_counts import AnsweredCount
from db.results import PromptText

CellState = Literal["ready", "failed", "missing"]


@dataclass(frozen=True)
class CoverageCell:
    """`n_ready` samples may be judged. `reason` is why the last sample failed where none is ready."""

    state: CellState
    n_ready: int
    n_failed: int
    reason: str | None


@dataclass(frozen=True)
class CoverageRow:
    """One prompt, its first words, and a cell for each contestant in their order."""

    prompt_id: int
    text: str
    cells: tuple[CoverageCell, ...]


@dataclass(frozen=True)
class CoverageColumn:
    """One contestant. Counts are prompts: with a ready response, with failures alone, with nothing."""

    name: str
    model: str | None
    n_ready: int
    n_failed: int
    n_missing: int


@dataclass(frozen=True)
class Coverage:
    """The whole data set in `columns`, one page of it in `rows`."""

    n_prompts: int
    n_without_text: int
    columns: tuple[CoverageColumn, ...]
    rows: tuple[CoverageRow, ...]
    n_shown: int
    """Prompts that all pages of `rows` together hold."""
    sentence: str


@dataclass(frozen=True)
class PromptDetail:
    """A prompt with everything that was answered to it."""

    prompt: PromptText
    answers: tuple[StoredAnswer, ...]


NOTHING = CoverageCell("missing", 0, 0, None)
NOBODY = AnsweredCount(0, 0)
PREVIEW_CHARS = 120


def get_coverage(
    database: Database, dataset: str, *, first: int = 0, limit: int = 50, only_holes: bool = False
) -> Coverage:
    """Count what is there; `rows` are `limit` prompts from place `first`, or of those with a hole."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        contestants = coverage.list_contestants(session, dataset_id)
        answered = response_counts.count_answered(session, dataset_id)
        n_prompts = n_shown = coverage.count_texts(session, dataset_id)
        n_all = coverage.count_prompts(session, dataset_id)
        if only_holes and contestants:
            holes = response_counts.find_prompts_with_holes(session, dataset_id)
            n_shown = len(holes)
            prompts = coverage.load_texts(session, holes[first : first + limit].tolist())
        else:
            prompts = coverage.list_texts(session, dataset_id, first=first, limit=limit)
        cells = coverage.load_cells_of(session, [prompt.id for prompt in prompts])
    grid = _to_grid(cells)
    rows = [
        CoverageRow(
            prompt.id,
            preview(prompt.messages),
            tuple(grid.get((prompt.id, one.id), NOTHING) for one in contestants),
        )
        for prompt in prompts
    ]
    columns = tuple(_column(one, answered.get(one.id, NOBODY), n_prompts) for one in contestants)
    return Coverage(
        n_prompts=n_prompts,
        n_without_text=n_all - n_prompts,
        columns=columns,
        rows=tuple(rows),
        n_shown=n_shown,
        sentence=_sentence(n_prompts, columns),
    )


def _to_grid(cells: Sequence[Cell]) -> dict[tuple[int, int], CoverageCell]:
    grid: dict[tuple[int, int], CoverageCell] = {}
    for cell in cells:
        place = (cell.prompt_id, cell.contestant_id)
        before = grid.get(place, NOTHING)
        n_ready = before.n_ready + (cell.state == "ready")
        n_failed = before.n_failed + (cell.state == "failed")
        reason = None if n_ready else cell.reason or before.reason
        grid[place] = CoverageCell("ready" if n_ready else "failed", n_ready, n_failed, reason)
    return grid


def preview(messages: Sequence[tuple[str, str]]) -> str:
    """Return the first words of what the user says, in one line."""
    text = next((content for role, content in messages if role == "user"), "")
    line = " ".join(text[: 4 * PREVIEW_CHARS].split())
    return line if len(line) <= PREVIEW_CHARS else f"{line[:PREVIEW_CHARS]}…"


def _column(contestant: StoredContestant, answered: AnsweredCount, n_prompts: int) -> CoverageColumn:
    n_missing = n_prompts - answered.n_ready - answered.n_failed
    return CoverageColumn(contestant.name, contestant.model, answered.n_ready, answered.n_failed, n_missing)


def _sentence(n_prompts: int, columns: Sequence[CoverageColumn]) -> str:
    if not n_prompts:
        return "There is no prompt with a text here yet."
    if not columns:
        return f"{n_prompts:,} prompts, and nobody has answered yet."
    n_cells, n_ready = n_prompts * len(columns), sum(column.n_ready for column in columns)
    n_failed = sum(column.n_failed for column in columns)
    n_missing = n_cells - n_ready - n_failed
    if n_ready == n_cells:
        return f"Every one of {len(columns)} contestants has answered all {n_prompts:,} prompts."
    holes = [f"{n:,} {word}" for n, word in ((n_missing, "missing"), (n_failed, "failed")) if n]
    return f"{n_ready:,} of {n_cells:,} responses are there: {', '.join(holes)}."


def get_prompt_detail(database: Database, dataset: str, prompt_id: int) -> PromptDetail:
    """Read one prompt; raises NotFoundError where it is not in the data set."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        prompt = coverage.load_prompt(session, dataset_id, prompt_id)
        return PromptDetail(prompt, tuple(coverage.load_answers(session, prompt_id)))
