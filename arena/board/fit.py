"""From evidence to figures: which rows go into the fit, and what comes out for each contestant and pair."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.board.calibrate import calibrate
from arena.board.evidence import Evidence
from arena.board.expected import expect
from arena.board.positions import distinct_of, positions_of
from arena.board.records import BoardQuery, CoefficientRow, PairCell, Standing
from arena.board.style import style_covariates
from arena.outcomes import OutcomeRows, is_both_bad, is_flip, take_majority, to_outcome_rows
from db.boards import ContestantFacts, MatchArrays
from db.grades import GradeArrays
from ranking import (
    Levels,
    Matches,
    Ratings,
    fit_bradley_terry,
    fit_elo,
    fit_mean_level,
    fit_win_rate,
    win_rate_matrix,
)


@dataclass(frozen=True)
class Fitted:
    """What the fit says, and the counts of what it was made from."""

    standings: tuple[Standing, ...]
    cells: tuple[PairCell, ...]
    coefficients: tuple[CoefficientRow, ...]
    n_scored: int
    n_flips: int
    n_two_orders: int
    n_both_bad: int
    n_left_out: int
    n_without_majority: int
    n_without_text: int
    n_prompts: int
    is_all_ties: bool
    interval_method: str
    unit: str
    notes: tuple[str, ...]


def fit_board(query: BoardQuery, evidence: Evidence) -> Fitted:
    """Fit what the query asks for."""
    if evidence.grades is not None:
        return _fit_levels(evidence, evidence.grades)
    assert evidence.matches is not None
    return _fit_matches(query, evidence, evidence.matches)


def _fit_matches(query: BoardQuery, evidence: Evidence, stored: MatchArrays) -> Fitted:
    n_without_majority = 0
    if query.lens == "human" and query.votes == "majority":
        stored, n_without_majority = take_majority(stored)
    rows = to_outcome_rows(stored, query.flips, query.both_bad)
    if evidence.expected is not None:
        rows = expect(rows, evidence.expected)
    if query.votes == "majority":
        rows = rows.without_order()
    met = _facts_of(evidence, {*distinct_of(stored.contestant_a), *distinct_of(stored.contestant_b)})
    matches, n_without_text = _to_matches(query, evidence, met, stored, rows)
    ratings = (
        _fit(query, matches) if evidence.votes is None else calibrate(evidence.votes, _ids(met), matches)
    )
    standings = _standings(evidence, met, ratings, _count_contestants(met, stored), _win_shares(matches))
    return Fitted(
        standings=standings + _without_evidence(evidence, met, "no match here yet"),
        cells=_cells(matches, ratings),
        coefficients=_coefficients(ratings),
        n_scored=len(stored),
        n_flips=rows.n_flips,
        n_two_orders=rows.n_two_orders,
        n_both_bad=rows.n_both_bad,
        n_left_out=rows.n_left_out,
        n_without_majority=n_without_majority,
        n_without_text=n_without_text,
        n_prompts=len(distinct_of(stored.prompt_id[rows.match])),
        is_all_ties=bool(len(matches)) and bool((matches.outcome == 0.5).all()),
        interval_method=ratings.interval_method,
        unit=ratings.unit,
        notes=ratings.notes,
    )


def _facts_of(evidence: Evidence, ids: Collection[int]) -> tuple[ContestantFacts, ...]:
    """Return the contestants that take part, sorted by id: the order of the fit's indexes."""
    return tuple(fact for fact in evidence.facts if fact.id in ids)


def _ids(facts: Sequence[ContestantFacts]) -> NDArray[np.int64]:
    return np.array([fact.id for fact in facts], dtype=np.int64)


def _without_evidence(evidence: Evidence, met: Sequence[ContestantFacts], note: str) -> tuple[Standing, ...]:
    """Return a row without figures for every contestant that the fit has nothing of."""
    there = {fact.id for fact in met}
    return tuple(
        Standing(
            contestant_id=fact.id,
            contestant=fact.name,
            rating=None,
            low=None,
            high=None,
            rank_low=None,
            rank_high=None,
            n_matches=0,
            n_ai=evidence.n_ai[fact.id],
            n_people=evidence.n_people[fact.id],
            win_rate=None,
            flip_rate=None,
            both_bad_rate=None,
            cost_usd_per_100=None if fact.mean_cost_usd is None else 100 * fact.mean_cost_usd,
            latency_s=fact.mean_latency_s,
            component=-1,
            note=note,
        )
        for fact in sorted(evidence.facts, key=lambda fact: fact.name)
        if fact.id not in there
    )


def _to_matches(
    query: BoardQuery,
    evidence: Evidence,
    met: Sequence[ContestantFacts],
    stored: MatchArrays,
    rows: OutcomeRows,
) -> tuple[Matches, int]:
    """Return the rows as matches, and how many matches were left out for want of a text to control for."""
    covariates: dict[str, NDArray[np.float64]] = {}
    left_out = np.zeros(0, dtype=np.int64)
    if evidence.style is not None:
        covariates, kept = style_covariates(query.control, evidence.style, stored, rows.match)
        left_out = rows.match[~kept]
        if len(left_out):
            covariates = {name: column[kept] for name, column in covariates.items()}
            rows = rows.where(kept)
    matches = Matches(
        positions_of(_ids(met), stored.contestant_a)[rows.match],
        positions_of(_ids(met), stored.contestant_b)[rows.match],
        rows.outcome,
        [fact.name for fact in met],
        weight=rows.weight,
        prompt_id=stored.prompt_id[rows.match],
        shown_first=rows.shown_first,
        judge=stored.judge_id[rows.match],
        covariates=covariates,
    )
    return matches, len(distinct_of(left_out))


def _fit(query: BoardQuery, matches: Matches) -> Ratings:
    if query.method == "elo":
        return fit_elo(matches)
    if query.method == "win-rate":
        return fit_win_rate(matches)
    return fit_bradley_terry(
        matches,
        ties=query.ties,
        position="position" in query.control,
        covariates=tuple(matches.covariates),
    )


@dataclass(frozen=True)
class _Counts:
    """Per contestant, each of shape (n_contestants,)."""

    n_matches: NDArray[np.int64]
    n_two_orders: NDArray[np.int64]
    n_flips: NDArray[np.int64]
    n_both_bad: NDArray[np.int64]


def _count_contestants(met: Sequence[ContestantFacts], stored: MatchArrays) -> _Counts:
    ids, n = _ids(met), len(met)
    a, b = positions_of(ids, stored.contestant_a), positions_of(ids, stored.contestant_b)

    def count(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(a[which], minlength=n) + np.bincount(b[which], minlength=n)

    return _Counts(
        np.bincount(a, minlength=n) + np.bincount(b, minlength=n),
        count(stored.n_orders == 2),
        count(is_flip(stored)),
        count(is_both_bad(stored)),
    )


def _win_shares(matches: Matches) -> NDArray[np.float64]:
    """Each contestant's share of points over its rows, a tie as half; NaN without rows."""
    n = len(matches.names)
    weight = np.ones(len(matches)) if matches.weight is None else matches.weight
    won = np.bincount(matches.a, weight * matches.outcome, n)
    won += np.bincount(matches.b, weight * (1 - matches.outcome), n)
    met = np.bincount(matches.a, weight, n) + np.bincount(matches.b, weight, n)
    shares = np.full(n, np.nan)
    np.divide(won, met, out=shares, where=met > 0)
    return shares


def _standings(
    evidence: Evidence,
    met: Sequence[ContestantFacts],
    ratings: Ratings,
    counts: _Counts,
    shares: NDArray[np.float64],
) -> tuple[Standing, ...]:
    standings = []
    for index, fact in enumerate(met):
        has_rank = not math.isnan(ratings.rating[index]) and not math.isnan(ratings.low[index])
        n, n_two = int(counts.n_matches[index]), int(counts.n_two_orders[index])
        standings.append(
            Standing(
                contestant_id=fact.id,
                contestant=fact.name,
                rating=_number(ratings.rating[index]),
                low=_number(ratings.low[index]),
                high=_number(ratings.high[index]),
                rank_low=int(ratings.rank_low[index]) if has_rank else None,
                rank_high=int(ratings.rank_high[index]) if has_rank else None,
                n_matches=n,
                n_ai=evidence.n_ai[fact.id],
                n_people=evidence.n_people[fact.id],
                win_rate=_number(shares[index]),
                flip_rate=int(counts.n_flips[index]) / n_two if n_two else None,
                both_bad_rate=int(counts.n_both_bad[index]) / n if n else None,
                cost_usd_per_100=None if fact.mean_cost_usd is None else 100 * fact.mean_cost_usd,
                latency_s=fact.mean_latency_s,
                component=int(ratings.component[index]),
                note=ratings.reasons[index],
            )
        )
    return tuple(sorted(standings, key=_best_first))


def _best_first(standing: Standing) -> tuple[bool, float, str]:
    return (standing.rating is None, -(standing.rating or 0.0), standing.contestant)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _cells(matches: Matches, ratings: Ratings) -> tuple[PairCell, ...]:
    n = len(matches.names)
    share = win_rate_matrix(matches)
    weight = np.ones(len(matches)) if matches.weight is None else matches.weight
    met = np.bincount(matches.a * n + matches.b, weight, n * n).reshape(n, n)
    met = met + met.T
    row, column = np.nonzero(met)
    probability = np.full(len(row), np.nan)
    if ratings.unit == "points" and ratings.method.startswith("bradley-terry"):
        together = ratings.component[row] == ratings.component[column]
        gap = np.clip(ratings.theta[row] - ratings.theta[column], -700, 700)
        probability = np.where(together, 1 / (1 + np.exp(-gap)), np.nan)
    names = matches.names
    figures = (np.rint(met[row, column]).astype(int), share[row, column], probability)
    return tuple(
        PairCell(names[i], names[j], n_matches, win_share, _number(chance))
        for i, j, n_matches, win_share, chance in zip(
            row.tolist(), column.tolist(), *(figure.tolist() for figure in figures), strict=True
        )
    )


def _coefficients(ratings: Ratings) -> tuple[CoefficientRow, ...]:
    return tuple(
        CoefficientRow(
            name=name,
            estimate=_number(term.estimate),
            low=_number(term.low),
            high=_number(term.high),
            p_value=_number(term.p_value),
            note=term.note,
        )
        for name, term in ratings.coefficients.items()
    )


def _fit_levels(evidence: Evidence, grades: GradeArrays) -> Fitted:
    met = _facts_of(evidence, set(grades.contestant.tolist()))
    contestant = np.searchsorted(_ids(met), grades.contestant)
    names = [fact.name for fact in met]
    ratings = fit_mean_level(Levels(contestant, grades.value, names, prompt_id=grades.prompt_id))
    n = np.bincount(contestant, minlength=len(names))
    zero = np.zeros(len(names), dtype=np.int64)
    nothing = np.full(len(names), np.nan)
    return Fitted(
        standings=_standings(evidence, met, ratings, _Counts(n, zero, zero, zero), nothing)
        + _without_evidence(evidence, met, "no level here yet"),
        cells=(),
        coefficients=(),
        n_scored=len(grades.value),
        n_flips=0,
        n_two_orders=0,
        n_both_bad=0,
        n_left_out=0,
        n_without_majority=0,
        n_without_text=0,
        n_prompts=len(np.unique(grades.prompt_id)),
        is_all_ties=False,
        interval_method=ratings.interval_method,
        unit=ratings.unit,
        notes=ratings.notes,
    )
