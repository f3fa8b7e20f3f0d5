"""How a run stands, in figures and in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from arena.judges import label_judges
from arena.run.ending import OVER_BUDGET
from arena.run.runner import is_runner_alive
from arena.run.spec import RunSpec
from arena.store import in_words
from db import Database, datasets, judges, runs, utc_now
from db.runs import StoredRun


@dataclass(frozen=True)
class ReasonCount:
    """How many are unscored for this reason."""

    reason: str
    n: int


@dataclass(frozen=True)
class RunStatus:
    """A run as pages and commands show it.

    `n_done` counts scored and unscored. `cost_usd` is None when any call's price is unknown. `rate_per_s`
    and `seconds_left` are None while nothing can be said. `stop_reason` of a running run is what holds it up.
    `waits_for` is the run that the only runner works off first.
    """

    id: int
    dataset: str
    judge: str
    mode: str
    state: str
    wanted: str
    stop_reason: str | None
    n_planned: int
    n_already: int
    n_done: int
    n_scored: int
    n_unscored: int
    reasons: tuple[ReasonCount, ...]
    n_calls: int
    n_cached: int
    n_retries: int
    cost_usd: float | None
    max_cost_usd: float | None
    max_calls: int | None
    rate_per_s: float | None
    seconds_left: float | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    runner_alive: bool
    waits_for: int | None
    sentence: str


def get_run(database: Database, run_id: int) -> RunStatus:
    with in_words(), database.read() as session:
        stored = runs.get_run(session, run_id)
    return _statuses(database, [stored])[0]


def list_runs(database: Database, dataset: str | None = None) -> list[RunStatus]:
    """Return the newest first."""
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        stored = runs.list_runs(session, dataset_id)
    return _statuses(database, stored)


def _statuses(database: Database, stored: Sequence[StoredRun]) -> list[RunStatus]:
    with in_words(), database.read() as session:
        names = {summary.id: summary.name for summary in datasets.list_dataset_names(session)}
        judge_rows = judges.list_stored_judges(session)
        reasons = {run.id: runs.count_reasons(session, run.id) for run in stored if run.n_unscored}
    labels = label_judges(judge_rows)
    modes = {judge.id: judge.mode for judge in judge_rows}
    alive = is_runner_alive(database)
    first = _find_first(database, stored) if alive else None
    return [
        _status(run, names[run.dataset_id], labels[run.judge_id], modes[run.judge_id], reasons, alive, first)
        for run in stored
    ]


def _find_first(database: Database, stored: Sequence[StoredRun]) -> int | None:
    """Return the run that others wait for: on SQLite one runner works off one after the other."""
    if not database.is_sqlite or not any(run.state == "waiting" for run in stored):
        return None
    with in_words(), database.read() as session:
        return runs.find_running(session)


def _status(
    run: StoredRun,
    dataset: str,
    judge: str,
    mode: str,
    reasons: dict[int, dict[str, int]],
    alive: bool,
    first: int | None,
) -> RunStatus:
    waits_for = first if run.state == "waiting" and first != run.id else None
    wish = RunSpec.from_json(run.plan)
    n_done = run.n_scored + run.n_unscored
    rate = _rate(run, n_done)
    cost = None if run.n_unpriced else run.cost_usd
    counts = reasons.get(run.id, {})
    return RunStatus(
        id=run.id,
        dataset=dataset,
        judge=judge,
        mode=mode,
        state=run.state,
        wanted=run.wanted,
        stop_reason=run.stop_reason,
        n_planned=run.n_planned,
        n_already=run.n_already,
        n_done=n_done,
        n_scored=run.n_scored,
        n_unscored=run.n_unscored,
        reasons=tuple(
            ReasonCount(reason, n) for reason, n in sorted(counts.items(), key=lambda item: -item[1])
        ),
        n_calls=run.n_calls,
        n_cached=run.n_cached,
        n_retries=run.n_retries,
        cost_usd=cost,
        max_cost_usd=wish.max_cost_usd,
        max_calls=wish.max_calls,
        rate_per_s=rate,
        seconds_left=(run.n_planned - n_done) / rate if rate and run.state == "running" else None,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        runner_alive=alive,
        waits_for=waits_for,
        sentence=_sentence(run, n_done, cost, counts, waits_for),
    )


def _rate(run: StoredRun, n_done: int) -> float | None:
    if run.started_at is None or not n_done:
        return None
    until = run.finished_at or (utc_now() if run.state == "running" else run.heartbeat_at)
    seconds = 0.0 if until is None else (until - run.started_at).total_seconds()
    return n_done / seconds if seconds > 0 else None


STATES = {
    "planning": "is being planned",
    "waiting": "waits for a runner",
    "running": "is running",
    "paused": "is paused",
    "cancelled": "was cancelled",
    "done": "is done",
    "stopped": "stopped early",
}


def _sentence(
    run: StoredRun, n_done: int, cost: float | None, reasons: dict[str, int], waits_for: int | None
) -> str:
    state = STATES[run.state] if waits_for is None else f"waits for run {waits_for} to end"
    n_left_out = reasons.get(OVER_BUDGET, 0)
    n_made = n_done - n_left_out
    words = [f"Run {run.id} {state}: {n_made:,} of {run.n_planned:,} judgments made"]
    if n_left_out:
        words.append(f"{n_left_out:,} left out by the cap")
    if run.n_already:
        words.append(f"{run.n_already:,} more had been made before")
    failed = {reason: n for reason, n in reasons.items() if reason != OVER_BUDGET}
    if failed:
        listed = ", ".join(f"{n:,} {reason.replace('_', ' ')}" for reason, n in failed.items())
        words.append(f"{sum(failed.values()):,} unscored ({listed})")
    if run.n_calls:
        words.append("cost unknown" if cost is None else f"${cost:.4f} spent")
    sentence = "; ".join(words) + "."
    return f"{sentence} {run.stop_reason}" if run.stop_reason else sentence
