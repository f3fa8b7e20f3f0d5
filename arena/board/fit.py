"""From evidence to figures: which rows go into the fit, and what comes out for each contestant and pair."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.board.calibrate import calibrate
from arena.board.evidence import Evidence
from arena.board.records import BoardQuery, CoefficientRow, PairCell, Standing
from arena.board.rows import lay_out
from arena.board.tables import Counts, PairTable, cells_of, count_contestants, sum_pairs
from db.boards import ContestantFacts, MatchArrays
from db.grades import GradeArrays
from ranking import Levels, Matches, Ratings, fit_bradley_terry, fit_elo, fit_mean_level, fit_win_rate


@dataclass(frozen=True)
class Fitted:
    """What the fit says, and the counts of what it was made from."""

    standings: tuple[Standing, ...]
    ratings: Ratings
    pairs: PairTable | None
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

    @property
    def cells(self) -> tuple[PairCell, ...]:
        """Every pair that met, laid out now: ten thousand cells that not everybody asks for."""
        return () if self.pairs is None else cells_of(self.pairs, self.ratings)


def fit_board(query: BoardQuery, evidence: Evidence) -> Fitted:
    """Fit what the query asks for."""
    if evidence.grades is not None:
        return _fit_levels(evidence, evidence.grades)
    assert evidence.matches is not None
    return _fit_matches(query, evidence, evidence.matches)


def _fit_matches(query: BoardQuery, evidence: Evidence, stored: MatchArrays) -> Fitted:
    rows = lay_out(query, evidence, stored)
    met, matches, counts = rows.met, rows.matches, rows.outcomes
    votes = evidence.votes
    ratings = _fit(query, matches) if votes is None else calibrate(votes, rows.places.ids, matches)
    pairs = sum_pairs(matches)
    standings = _standings(evidence, met, ratings, count_contestants(rows.places), pairs.win_shares)
    return Fitted(
        standings=standings + _without_evidence(evidence, met, "no match here yet"),
        ratings=ratings,
        pairs=pairs,
        coefficients=_coefficients(ratings),
        n_scored=rows.n_stored,
        n_flips=counts.n_flips,
        n_two_orders=counts.n_two_orders,
        n_both_bad=counts.n_both_bad,
        n_left_out=counts.n_left_out,
        n_without_majority=rows.n_without_majority,
        n_without_text=rows.n_without_text,
        n_prompts=rows.n_prompts,
        is_all_ties=rows.is_all_ties,
        interval_method=ratings.interval_method,
        unit=ratings.unit,
        notes=ratings.notes,
    )


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


def _standings(
    evidence: Evidence,
    met: Sequence[ContestantFacts],
    ratings: Ratings,
    counts: Counts,
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
    among = set(grades.contestant.tolist())
    met = tuple(fact for fact in evidence.facts if fact.id in among)
    contestant = np.searchsorted(np.array([fact.id for fact in met], dtype=np.int64), grades.contestant)
    names = [fact.name for fact in met]
    ratings = fit_mean_level(Levels(contestant, grades.value, names, prompt_id=grades.prompt_id))
    n = np.bincount(contestant, minlength=len(names))
    zero = np.zeros(len(names), dtype=np.int64)
    nothing = np.full(len(names), np.nan)
    return Fitted(
        standings=_standings(evidence, met, ratings, Counts(n, zero, zero, zero), nothing)
        + _without_evidence(evidence, met, "no level here yet"),
        ratings=ratings,
        pairs=None,
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
