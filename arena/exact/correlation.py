"""How far each metric and each judge goes with people, response by response."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from arena.judges import label_judges
from arena.store import in_words
from db import Database, datasets, exact, judges
from db.exact import DecidedMatch, StoredGrade, StoredScore
from ranking import Agreement, kendall_tau, pearson_r, spearman_rho

WIN_SHARE = "win share"
"""What votes and pairwise judges say of a single response: its share of points over its matches."""
MIN_RESPONSES = 3
N_ROUNDS = 300
SEED = 0


@dataclass(frozen=True)
class Correlation:
    """One metric or judge against people, over the responses that both have a value of.

    `criterion` is what people gave: a criterion they graded, or the share of matches they let a response
    win. Each figure carries its 95 % percentile interval over drawn prompts.
    """

    source: str
    kind: str
    criterion: str
    pearson: Agreement
    spearman: Agreement
    kendall: Agreement
    n_responses: int
    n_prompts: int


@dataclass(frozen=True)
class _Values:
    """Values by response id."""

    source: str
    kind: str
    criterion: str
    by_response: dict[int, float]


def correlate_with_people(
    database: Database, dataset: str, *, tags: Sequence[str] = (), n_rounds: int = N_ROUNDS
) -> list[Correlation]:
    """Correlate every metric and every judge that is no person with what people said.

    A judge's criterion is held against people's criterion of the same name; metrics and win shares against
    each of people's. Several people's values of one response are averaged. Empty where people said nothing.
    """
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        kinds = exact.load_kinds(session, dataset_id)
        labels = label_judges(judges.list_stored_judges(session))
        grades = exact.load_grades(session, dataset_id, tags)
        scores = exact.load_scores(session, dataset_id, tags)
        matches = exact.load_matches(session, dataset_id, tags)
    people = _of_people(grades, matches, kinds)
    if not people:
        return []
    prompts = {grade.response_id: grade.prompt_id for grade in grades}
    prompts |= {score.response_id: score.prompt_id for score in scores}
    for match in matches:
        prompts[match.response_a_id] = prompts[match.response_b_id] = match.prompt_id
    others = [*_of_judges(grades, matches, kinds, labels), *_of_metrics(scores)]
    found = [
        _correlate(one, human, prompts, n_rounds)
        for human in people
        for one in others
        if one.kind == "metric" or one.criterion in (human.criterion, WIN_SHARE)
    ]
    return [one for one in found if one.n_responses >= MIN_RESPONSES]


def _of_people(
    grades: Sequence[StoredGrade], matches: Sequence[DecidedMatch], kinds: dict[int, str]
) -> list[_Values]:
    mine = [grade for grade in grades if kinds.get(grade.judge_id) == "human"]
    values = [
        _Values("people", "human", criterion, _mean_grades(mine, criterion))
        for criterion in dict.fromkeys(grade.criterion for grade in mine)
    ]
    votes = [match for match in matches if kinds.get(match.judge_id) == "human"]
    return values + ([_Values("people", "human", WIN_SHARE, _win_shares(votes))] if votes else [])


def _of_judges(
    grades: Sequence[StoredGrade],
    matches: Sequence[DecidedMatch],
    kinds: dict[int, str],
    labels: dict[int, str],
) -> list[_Values]:
    values = []
    for judge_id, kind in kinds.items():
        if kind == "human":
            continue
        mine = [grade for grade in grades if grade.judge_id == judge_id]
        for criterion in dict.fromkeys(grade.criterion for grade in mine):
            values.append(_Values(labels[judge_id], kind, criterion, _mean_grades(mine, criterion)))
        decided = [match for match in matches if match.judge_id == judge_id]
        if decided:
            values.append(_Values(labels[judge_id], kind, WIN_SHARE, _win_shares(decided)))
    return values


def _of_metrics(scores: Sequence[StoredScore]) -> list[_Values]:
    by_metric: dict[str, dict[int, float]] = {}
    for score in scores:
        if score.value is not None:
            by_metric.setdefault(score.metric, {})[score.response_id] = score.value
    return [_Values(metric, "metric", "", values) for metric, values in by_metric.items()]


def _mean_grades(grades: Iterable[StoredGrade], criterion: str) -> dict[int, float]:
    return _mean((grade.response_id, float(grade.value)) for grade in grades if grade.criterion == criterion)


POINTS = {"a": 1.0, "b": 0.0, "tie": 0.5, "both_bad": 0.5}


def _win_shares(matches: Iterable[DecidedMatch]) -> dict[int, float]:
    points = []
    for match in matches:
        given = [POINTS[verdict] for verdict in (match.verdict_ab, match.verdict_ba) if verdict is not None]
        outcome = sum(given) / len(given)
        points += [(match.response_a_id, outcome), (match.response_b_id, 1 - outcome)]
    return _mean(points)


def _mean(values: Iterable[tuple[int, float]]) -> dict[int, float]:
    collected: dict[int, list[float]] = defaultdict(list)
    for response_id, value in values:
        collected[response_id].append(value)
    return {response_id: sum(given) / len(given) for response_id, given in collected.items()}


def _correlate(one: _Values, human: _Values, prompts: dict[int, int], n_rounds: int) -> Correlation:
    shared = sorted(one.by_response.keys() & human.by_response.keys())
    x = np.array([one.by_response[response_id] for response_id in shared])
    y = np.array([human.by_response[response_id] for response_id in shared])
    clusters = np.array([prompts[response_id] for response_id in shared], dtype=np.int64)

    def draw() -> np.random.Generator:
        return np.random.default_rng(SEED)

    return Correlation(
        source=one.source,
        kind=one.kind,
        criterion=human.criterion,
        pearson=pearson_r(x, y, prompt_id=clusters, rng=draw(), n_rounds=n_rounds),
        spearman=spearman_rho(x, y, prompt_id=clusters, rng=draw(), n_rounds=n_rounds),
        kendall=kendall_tau(x, y, prompt_id=clusters, rng=draw(), n_rounds=n_rounds),
        n_responses=len(shared),
        n_prompts=len(set(clusters.tolist())),
    )
