"""Exact results per contestant: a column a metric, with intervals clustered by prompt; and pass@k."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from arena.judges import label_judges
from arena.store import in_words
from db import Database, datasets, exact, judges
from db.exact import StoredGrade, StoredScore
from judge.exact import parse_metric, pass_at_k
from ranking import Levels, fit_mean_level

PASSED = "passed"
"""The criterion under which results of functional tests are imported: 1 passed, 0 failed."""


@dataclass(frozen=True)
class MetricFigure:
    """A contestant's mean of one metric. `low` and `high` are None where there are too few prompts.

    `n_without` responses have no figure; they are left out of the mean, not counted as 0.
    """

    contestant: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_without: int


@dataclass(frozen=True)
class ExactColumn:
    """One metric, best contestant first."""

    metric: str
    title: str
    scale: str
    is_lower_better: bool
    is_check: bool
    figures: tuple[MetricFigure, ...]
    problems: tuple[str, ...]
    interval_method: str


@dataclass(frozen=True)
class PassFigure:
    """pass@k of one contestant by one set of functional tests, over prompts with at least k samples."""

    source: str
    contestant: str
    k: int
    value: float
    low: float | None
    high: float | None
    n_prompts: int
    n_too_few: int
    """Prompts with fewer than k samples, left out."""


@dataclass(frozen=True)
class ExactBoard:
    dataset: str
    columns: tuple[ExactColumn, ...]
    passes: tuple[PassFigure, ...]


def get_exact_board(
    database: Database, dataset: str, *, tags: Sequence[str] = (), ks: Sequence[int] = (1, 5, 10)
) -> ExactBoard:
    """Put together what is stored; computes no score anew."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        metrics = exact.list_metrics(session, dataset_id)
        scores = exact.load_scores(session, dataset_id, tags) if metrics else []
        tests = exact.load_grades(session, dataset_id, tags, PASSED)
        labels = label_judges(judges.list_stored_judges(session))
        ids = {score.contestant_id for score in scores} | {test.contestant_id for test in tests}
        names = exact.load_names(session, sorted(ids))
    by_metric: dict[str, list[StoredScore]] = {metric: [] for metric in metrics}
    for score in scores:
        by_metric[score.metric].append(score)
    columns = tuple(_column(metric, rows, names) for metric, rows in by_metric.items() if rows)
    return ExactBoard(dataset, columns, _passes(tests, names, labels, ks))


@dataclass(frozen=True)
class _Mean:
    value: float | None
    low: float | None
    high: float | None


def _means(
    contestant_ids: Sequence[int], values: Sequence[float], prompts: Sequence[int]
) -> dict[int, _Mean]:
    """Return each contestant's mean with its interval: the board's own method for levels."""
    if not values:
        return {}
    ids = sorted(set(contestant_ids))
    place = {contestant_id: index for index, contestant_id in enumerate(ids)}
    levels = Levels(
        [place[contestant_id] for contestant_id in contestant_ids],
        values,
        [str(contestant_id) for contestant_id in ids],
        prompt_id=prompts,
    )
    ratings = fit_mean_level(levels)
    return {
        contestant_id: _Mean(
            _number(ratings.rating[index]), _number(ratings.low[index]), _number(ratings.high[index])
        )
        for contestant_id, index in place.items()
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


INTERVAL_METHOD = "mean over responses, clustered by prompt, Student t"


def _column(key: str, scores: Sequence[StoredScore], names: dict[int, str]) -> ExactColumn:
    metric = parse_metric(key)
    known = [(score, score.value) for score in scores if score.value is not None]
    means = _means(
        [score.contestant_id for score, _ in known],
        [value for _, value in known],
        [score.prompt_id for score, _ in known],
    )
    n: dict[int, int] = defaultdict(int)
    n_without: dict[int, int] = defaultdict(int)
    problems: dict[str, int] = defaultdict(int)
    for score in scores:
        n[score.contestant_id] += score.value is not None
        n_without[score.contestant_id] += score.value is None
        if score.problem is not None:
            problems[score.problem] += 1
    nothing = _Mean(None, None, None)
    figures = []
    for contestant_id in sorted(n, key=lambda one: names[one]):
        mean = means.get(contestant_id, nothing)
        figures.append(
            MetricFigure(
                names[contestant_id],
                mean.value,
                mean.low,
                mean.high,
                n[contestant_id],
                n_without[contestant_id],
            )
        )
    sign = 1 if metric.is_lower_better else -1
    figures.sort(key=lambda figure: (figure.value is None, sign * (figure.value or 0.0)))
    return ExactColumn(
        metric=key,
        title=metric.title,
        scale=metric.scale,
        is_lower_better=metric.is_lower_better,
        is_check=metric.is_check,
        figures=tuple(figures),
        problems=tuple(
            f"{count:,} responses: {problem}"
            for problem, count in sorted(problems.items(), key=lambda item: -item[1])
        ),
        interval_method=INTERVAL_METHOD,
    )


def _passes(
    tests: Sequence[StoredGrade], names: dict[int, str], labels: dict[int, str], ks: Sequence[int]
) -> tuple[PassFigure, ...]:
    """Estimate pass@k on each prompt without bias, then average over prompts (Chen et al. 2021)."""
    outcomes: dict[tuple[int, int], dict[int, dict[int, bool]]] = {}
    for test in tests:
        of_prompt = outcomes.setdefault((test.judge_id, test.contestant_id), {}).setdefault(
            test.prompt_id, {}
        )
        # Tests that ran twice on one response count once: it passed if every run passed.
        of_prompt[test.response_id] = of_prompt.get(test.response_id, True) and test.value >= 1
    figures = []
    for judge_id in sorted({judge_id for judge_id, _ in outcomes}):
        for k in ks:
            figures += _passes_of(judge_id, k, outcomes, names, labels)
    return tuple(figures)


def _passes_of(
    judge_id: int,
    k: int,
    outcomes: dict[tuple[int, int], dict[int, dict[int, bool]]],
    names: dict[int, str],
    labels: dict[int, str],
) -> list[PassFigure]:
    rows: list[tuple[int, int, float]] = []
    n_too_few: dict[int, int] = defaultdict(int)
    for (tester, contestant_id), prompts in outcomes.items():
        if tester != judge_id:
            continue
        for prompt_id, samples in prompts.items():
            if len(samples) < k:
                n_too_few[contestant_id] += 1
            else:
                rows.append((contestant_id, prompt_id, pass_at_k(len(samples), sum(samples.values()), k)))
    means = _means([row[0] for row in rows], [row[2] for row in rows], [row[1] for row in rows])
    figures = [
        PassFigure(
            source=labels[judge_id],
            contestant=names[contestant_id],
            k=k,
            value=mean.value,
            low=mean.low,
            high=mean.high,
            n_prompts=sum(row[0] == contestant_id for row in rows),
            n_too_few=n_too_few[contestant_id],
        )
        for contestant_id, mean in means.items()
        if mean.value is not None
    ]
    return sorted(figures, key=lambda figure: (-figure.value, figure.contestant))
