"""The facts of the home page: how far a comparison is, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from arena.agreement import ENOUGH, AgreementFigure, get_agreement
from arena.datasets import DatasetSummary, get_dataset
from arena.judges import JudgeSummary, list_judges
from arena.run import RunStatus, list_runs
from arena.store import in_words
from db import Database
from db.marks import get_mark

WANTED_VOTES: Final = 20
"""A first set of votes: enough to see whether a judge goes with people at all, not to settle anything."""

StepName = Literal["prompts", "responses", "judge", "run", "votes", "trust"]
StepState = Literal["done", "begun", "open"]


@dataclass(frozen=True)
class Step:
    """One step of a comparison. `part` of `whole` where it is counted; 0 of 0 where it is not."""

    name: StepName
    state: StepState
    part: int = 0
    whole: int = 0


@dataclass(frozen=True)
class Checklist:
    """How far the comparison in one data set is.

    Parameters
    ----------
    judge : str or None
        The AI judge whose matches rank; None where there is none.
    agreement : AgreementFigure or None
        That judge against every vote; None where nobody voted or nothing was judged.
    n_disagreements : int
        Matches of that judge that say something else than the most frequent vote (`arena.majority`).
    paused : tuple of RunStatus
        Runs that wait for a person.
    spent_usd, cap_usd : float or None
        Sums over runs; None where a price or a cap is unknown.
    """

    dataset: DatasetSummary
    steps: tuple[Step, ...]
    judge: str | None
    agreement: AgreementFigure | None
    n_disagreements: int
    paused: tuple[RunStatus, ...]
    spent_usd: float | None
    cap_usd: float | None

    @property
    def next_step(self) -> Step | None:
        """Return the first step that is not done."""
        return next((step for step in self.steps if step.state != "done"), None)


def get_change_mark(database: Database) -> str:
    """Return a text that changes when matches, responses, runs or data sets come or go; cheap to ask."""
    with in_words(), database.read() as session:
        return get_mark(session)


def get_checklist(database: Database, dataset: str) -> Checklist:
    """Gather the facts of one data set.

    Raises
    ------
    NotFoundError
        If there is no such data set.
    """
    summary = get_dataset(database, dataset)
    judges = [judge for judge in list_judges(database, dataset) if judge.kind != "human"]
    runs = list_runs(database, dataset)
    report = get_agreement(database, dataset) if summary.n_votes and summary.n_matches else None
    figure = report.judge_each if report is not None and report.judge_each.n else None
    return Checklist(
        dataset=summary,
        steps=(
            _prompts(summary),
            _responses(summary),
            Step("judge", "done" if judges or runs else "open"),
            _run(summary, judges, runs),
            _votes(summary),
            _trust(figure),
        ),
        judge=None if report is None else report.judge,
        agreement=figure,
        n_disagreements=0 if report is None else report.n_disagreements,
        paused=tuple(run for run in runs if run.state in ("paused", "stopped")),
        spent_usd=_sum([run.cost_usd for run in runs]),
        cap_usd=_sum([run.max_cost_usd for run in runs if run.max_cost_usd is not None]),
    )


def _prompts(summary: DatasetSummary) -> Step:
    return Step("prompts", "done" if summary.n_prompts else "open", summary.n_prompts, summary.n_prompts)


def _responses(summary: DatasetSummary) -> Step:
    """Two contestants at least, and a response of each to every prompt."""
    wanted = summary.n_prompts * max(summary.n_contestants, 2)
    n_responses = min(summary.n_responses, wanted)
    is_whole = summary.n_contestants >= 2 and n_responses >= wanted > 0
    return Step("responses", _state(n_responses, is_whole=is_whole), summary.n_responses, wanted)


def _run(summary: DatasetSummary, judges: list[JudgeSummary], runs: list[RunStatus]) -> Step:
    """Return the newest unfinished run's progress; imported judgments are a finished first run."""
    unfinished = [run for run in runs if run.state not in ("done", "cancelled")]
    if unfinished:
        run = unfinished[0]
        return Step("run", "begun", run.n_done, run.n_planned)
    is_done = bool(runs) or any(judge.n_matches for judge in judges)
    return Step("run", "done" if is_done and summary.n_matches else "open")


def _votes(summary: DatasetSummary) -> Step:
    state = _state(summary.n_votes, is_whole=summary.n_votes >= WANTED_VOTES)
    return Step("votes", state, summary.n_votes, WANTED_VOTES)


def _trust(figure: AgreementFigure | None) -> Step:
    """Call a judge checked once it is known, on enough votes, to agree with people beyond chance."""
    n = 0 if figure is None else figure.n
    is_beyond_chance = figure is not None and n >= ENOUGH and figure.low > 0
    return Step("trust", _state(n, is_whole=is_beyond_chance), n, ENOUGH)


def _state(part: int, *, is_whole: bool) -> StepState:
    return "done" if is_whole else "begun" if part else "open"


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) and known else None
