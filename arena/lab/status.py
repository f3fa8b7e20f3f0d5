"""How an experiment stands, in figures and in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from arena.judges import label_judges
from arena.lab.plan import LabSpec
from arena.store import in_words
from db import Database, datasets, judges, lab
from db.lab import StoredLabRun

WORDS = {
    "waiting": "waits", "running": "is running", "paused": "is paused", "done": "is done",
    "stopped": "stopped early",
}  # fmt: skip


@dataclass(frozen=True)
class LabStatus:
    """`cost_usd` is None when any call's price is unknown."""

    id: int
    dataset: str
    judge: str
    state: str
    stop_reason: str | None
    n_planned: int
    n_already: int
    n_done: int
    n_calls: int
    cost_usd: float | None
    max_cost_usd: float | None
    max_calls: int | None
    sentence: str


def get_lab_status(database: Database, run_id: int) -> LabStatus:
    with in_words(), database.read() as session:
        stored = [lab.get_lab_run(session, run_id)]
    return _statuses(database, stored)[0]


def list_lab_status(database: Database, dataset: str | None = None) -> list[LabStatus]:
    """Return the newest first."""
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        stored = lab.list_lab_runs(session, dataset_id)
    return _statuses(database, stored)


def _statuses(database: Database, stored: Sequence[StoredLabRun]) -> list[LabStatus]:
    with in_words(), database.read() as session:
        labels = label_judges(judges.list_stored_judges(session))
    return [_status(run, labels[run.judge_id]) for run in stored]


def _status(run: StoredLabRun, label: str) -> LabStatus:
    wish = LabSpec.from_json(run.plan)
    cost = None if run.n_unpriced else run.cost_usd
    words = [f"Lab run {run.id} {WORDS[run.state]}: {run.n_done:,} of {run.n_planned:,} judgments made"]
    if run.n_already:
        words.append(f"{run.n_already:,} more had been made before")
    if run.n_calls:
        words.append("cost unknown" if cost is None else f"${cost:.4f} spent")
    sentence = "; ".join(words) + "." + (f" {run.stop_reason}" if run.stop_reason else "")
    return LabStatus(
        run.id, run.dataset, label, run.state, run.stop_reason, run.n_planned, run.n_already, run.n_done,
        run.n_calls, cost, wish.max_cost_usd, wish.max_calls, sentence,
    )  # fmt: skip
