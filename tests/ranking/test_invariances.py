"""What must not change a fit: names, row order, sides, merged duplicates, a common shift."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking import Matches, Ratings, fit_bradley_terry, fit_calibrated, fit_elo, fit_win_rate
from tests.ranking.worlds import NAMES, drawn

SEEDS = st.integers(0, 10_000)
TIES = st.sampled_from(["half", "davidson", "rao-kupper"])
FEW = settings(max_examples=25, deadline=None)


def swapped(matches: Matches, rows: np.ndarray) -> Matches:
    sign = np.where(rows, -1, 1)
    assert matches.shown_first is not None
    return Matches(
        np.where(rows, matches.b, matches.a),
        np.where(rows, matches.a, matches.b),
        np.where(rows, 1 - matches.outcome, matches.outcome),
        matches.names,
        weight=matches.weight,
        prompt_id=matches.prompt_id,
        shown_first=sign * matches.shown_first,
        covariates={key: sign * column for key, column in matches.covariates.items()},
    )


def assert_same(first: Ratings, second: Ratings) -> None:
    assert second.theta == pytest.approx(first.theta, abs=1e-7, nan_ok=True)
    assert second.low == pytest.approx(first.low, abs=1e-4, nan_ok=True)
    assert (second.rank_low == first.rank_low).all()
    assert second.notes == first.notes
    for name, coefficient in first.coefficients.items():
        assert tuple(second.coefficients[name]) == pytest.approx(tuple(coefficient), abs=1e-7)


@FEW
@given(seed=SEEDS, ties=TIES)
def test_row_order_changes_nothing(seed: int, ties: Any) -> None:
    matches = drawn(seed, position=0.3)
    order = np.random.default_rng(seed).permutation(len(matches))
    options: dict[str, Any] = {"ties": ties, "position": True, "covariates": ["length"]}
    assert_same(fit_bradley_terry(matches, **options), fit_bradley_terry(matches.take(order), **options))


@FEW
@given(seed=SEEDS, ties=TIES)
def test_swapping_sides_changes_nothing(seed: int, ties: Any) -> None:
    matches = drawn(seed, position=0.3)
    rows = np.random.default_rng(seed).random(len(matches)) < 0.5
    options: dict[str, Any] = {"ties": ties, "position": True, "covariates": ["length"]}
    assert_same(fit_bradley_terry(matches, **options), fit_bradley_terry(swapped(matches, rows), **options))


@FEW
@given(seed=SEEDS)
def test_relabelling_contestants_permutes_the_answer(seed: int) -> None:
    matches = drawn(seed)
    to = np.random.default_rng(seed).permutation(len(NAMES))
    names = [""] * len(NAMES)
    for old, new in enumerate(to):
        names[new] = NAMES[old]
    moved = Matches(to[matches.a], to[matches.b], matches.outcome, names, prompt_id=matches.prompt_id)
    first, second = fit_bradley_terry(matches), fit_bradley_terry(moved)
    assert second.theta[to] == pytest.approx(first.theta, abs=1e-7)
    assert second.low[to] == pytest.approx(first.low, abs=1e-4)
    assert (second.rank_high[to] == first.rank_high).all()


@FEW
@given(seed=SEEDS, ties=TIES)
def test_merging_duplicates_within_a_prompt_into_weights_changes_nothing(seed: int, ties: Any) -> None:
    matches = drawn(seed, n_prompts=8)
    assert matches.prompt_id is not None
    rows = np.stack([matches.a, matches.b, matches.outcome, matches.prompt_id], axis=1)
    merged, counts = np.unique(rows, axis=0, return_counts=True)
    a, b = merged[:, 0].astype(int), merged[:, 1].astype(int)
    lighter = Matches(a, b, merged[:, 2], NAMES, weight=counts, prompt_id=merged[:, 3].astype(int))
    assert_same(fit_bradley_terry(matches, ties=ties), fit_bradley_terry(lighter, ties=ties))
    assert fit_win_rate(lighter).low == pytest.approx(fit_win_rate(matches).low)
    assert (fit_bradley_terry(lighter).n_matches == fit_bradley_terry(matches).n_matches).all()


@FEW
@given(seed=SEEDS, anchor=st.sampled_from(NAMES))
def test_an_anchor_shifts_all_strengths_and_no_difference_or_rank(seed: int, anchor: str) -> None:
    free, anchored = fit_bradley_terry(drawn(seed)), fit_bradley_terry(drawn(seed), anchor=anchor)
    shift = anchored.theta - free.theta
    assert shift == pytest.approx(np.full(len(NAMES), shift[0]))
    at = NAMES.index(anchor)
    assert anchored.theta[at] == 0
    assert anchored.rating[at] == 1000
    assert np.isnan(anchored.low[at])
    assert (anchored.rank_low == free.rank_low).all()
    assert (anchored.rank_high == free.rank_high).all()
    i, j = [k for k in range(len(NAMES)) if k != at][:2]
    spread = [x.covariance[i, i] + x.covariance[j, j] - 2 * x.covariance[i, j] for x in (free, anchored)]
    assert spread[0] == pytest.approx(spread[1])


@FEW
@given(seed=SEEDS, shift=st.floats(-3, 3))
def test_a_constant_added_to_the_start_changes_nothing(seed: int, shift: float) -> None:
    matches = drawn(seed)
    ratings = fit_bradley_terry(matches)
    moved = replace(ratings, theta=ratings.theta + shift)
    assert_same(ratings, fit_bradley_terry(matches, start=moved))


@FEW
@given(seed=SEEDS)
def test_mirrored_outcomes_mirror_the_strengths(seed: int) -> None:
    matches = drawn(seed)
    mirror = Matches(matches.a, matches.b, 1 - matches.outcome, NAMES, prompt_id=matches.prompt_id)
    assert fit_bradley_terry(mirror).theta == pytest.approx(-fit_bradley_terry(matches).theta, abs=1e-7)
    assert fit_elo(mirror).rating - 1000 == pytest.approx(1000 - fit_elo(matches).rating)


@FEW
@given(seed=SEEDS)
def test_a_covariate_in_other_units_gives_the_same_strengths_and_coefficient(seed: int) -> None:
    matches = drawn(seed)
    scaled = Matches(
        matches.a,
        matches.b,
        matches.outcome,
        NAMES,
        prompt_id=matches.prompt_id,
        covariates={"length": 1000 * matches.covariates["length"]},
    )
    first, second = (fit_bradley_terry(m, covariates=["length"]) for m in (matches, scaled))
    assert second.theta == pytest.approx(first.theta)
    assert second.coefficients["length"].estimate == pytest.approx(first.coefficients["length"].estimate)
    assert second.coefficients["length"].scale == pytest.approx(1000 * first.coefficients["length"].scale)


@FEW
@given(seed=SEEDS)
def test_swapping_sides_changes_no_calibrated_rating(seed: int) -> None:
    judge = drawn(seed, ties=0.0)
    votes = judge.take(np.arange(0, len(judge), 2))
    rows = np.random.default_rng(seed).random(len(judge)) < 0.5
    first = fit_calibrated(judge, votes).ratings
    second = fit_calibrated(swapped(judge, rows), swapped(votes, rows[::2])).ratings
    assert second.theta == pytest.approx(first.theta, abs=1e-7)
    assert second.low == pytest.approx(first.low, abs=1e-4)
