"""Calibrated lens, next pairs, transitivity, fragility, predictive check, agreement."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ranking import (
    InvalidMatchesError,
    Matches,
    NotConvergedError,
    always_valid_critical_value,
    check_predictions,
    cohen_kappa,
    decided_neighbours,
    fit_bradley_terry,
    fit_calibrated,
    fleiss_kappa,
    kendall_tau,
    krippendorff_alpha,
    measure_fragility,
    measure_transitivity,
    plan_next_pairs,
    spearman_rho,
)
from ranking import fragility as fragilities
from tests.ranking.worlds import NAMES, drawn

DATA = Path(__file__).parents[2].parent / "shared" / "data"
NAN = np.nan


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# ---- calibrated


def units(n_prompts: int = 60) -> Matches:
    """Every pair on every prompt, decided once."""
    random = rng()
    i, j = np.triu_indices(6, 1)
    a, b = np.tile(i, n_prompts), np.tile(j, n_prompts)
    prompt = np.repeat(np.arange(n_prompts), len(i))
    theta = np.linspace(0.6, -0.6, 6)
    won = (random.random(len(a)) < 1 / (1 + np.exp(theta[b] - theta[a]))).astype(float)
    return Matches(a, b, won, NAMES, prompt_id=prompt)


def test_with_every_pair_decided_by_people_the_judge_does_not_matter() -> None:
    people = units()
    judge = Matches(people.a, people.b, rng(3).random(len(people)), NAMES, prompt_id=people.prompt_id)
    ratings = fit_calibrated(judge, people).ratings
    plain = fit_bradley_terry(people)
    assert ratings.theta == pytest.approx(plain.theta, abs=1e-8)
    assert ratings.low == pytest.approx(plain.low, abs=1e-6)


def test_a_judge_that_agrees_with_people_narrows_the_interval() -> None:
    people = units()
    votes = people.take(np.arange(0, len(people), 4))
    result = fit_calibrated(people, votes)
    assert result.judge_weight == pytest.approx(1, abs=0.1)
    narrow, wide = result.ratings, fit_bradley_terry(votes)
    assert (narrow.high - narrow.low).mean() < 0.7 * (wide.high - wide.low).mean()
    assert result.n_units == len(people)
    assert result.n_decided_by_people == len(votes)


def test_a_judge_that_guesses_gets_almost_no_weight() -> None:
    people = units()
    guess = (rng(1).random(len(people)) < 0.5).astype(float)
    judge = Matches(people.a, people.b, guess, NAMES, prompt_id=people.prompt_id)
    votes = people.take(np.arange(0, len(people), 4))
    assert fit_calibrated(judge, votes).judge_weight < 0.2


def test_votes_of_known_probability_are_weighted_inversely_and_unknown_ones_counted() -> None:
    people = units(200)
    chance = np.where(people.outcome == 1, 0.8, 0.2)  # lopsided picking
    picked = rng(2).random(len(people)) < chance
    votes, known = people.take(picked), chance[picked]
    truth = fit_bradley_terry(people).theta
    weighted = fit_calibrated(people, votes, probability=known, judge_weight=0.0)
    naive = fit_calibrated(people, votes, judge_weight=0.0)
    miss = [np.abs(x.ratings.theta - truth).max() for x in (weighted, naive)]
    assert miss[0] < 0.3 * miss[1]
    known[:7] = NAN
    assert fit_calibrated(people, votes, probability=known).n_votes_left_out == 7
    assert "probability" in weighted.assumption
    assert "uniform" in naive.assumption


def test_votes_that_leave_somebody_out_are_too_few_and_no_crash() -> None:
    people = units()
    among = np.flatnonzero((people.a == 0) & (people.b == 1))
    with pytest.raises(NotConvergedError, match="people decided too few pairs"):
        fit_calibrated(people, people.take(among), judge_weight=0.0)


def test_the_calibrated_lens_refuses_what_it_cannot_use() -> None:
    people = units()
    bare = Matches(people.a, people.b, people.outcome, NAMES)
    with pytest.raises(InvalidMatchesError, match="prompt_id"):
        fit_calibrated(bare, people)
    elsewhere = Matches([0], [1], [1.0], NAMES, prompt_id=[10_000])
    with pytest.raises(InvalidMatchesError, match="both the judge and a person"):
        fit_calibrated(people, elsewhere)
    with pytest.raises(InvalidMatchesError, match="probability"):
        fit_calibrated(people, people, probability=np.zeros(len(people)))
    with pytest.raises(InvalidMatchesError, match="same contestants"):
        fit_calibrated(people, Matches([0], [1], [1.0], ["x", "y"], prompt_id=[0]))


# ---- next pairs


def test_the_plan_spends_its_matches_near_undecided_neighbours() -> None:
    matches = drawn(n_matches=3000, ties=0.0)
    theta = np.array([2.0, 0.1, 0.0, -2.0])
    random = rng()
    a = random.integers(0, 4, 2000)
    b = (a + random.integers(1, 4, 2000)) % 4
    won = (random.random(2000) < 1 / (1 + np.exp(theta[b] - theta[a]))).astype(float)
    matches = Matches(a, b, won, list("wxyz"))
    plan = plan_next_pairs(matches, fit_bradley_terry(matches), n_matches=30)
    assert sum(pair.n_matches for pair in plan.next_pairs) == 30
    assert {plan.next_pairs[0].a, plan.next_pairs[0].b} == {"x", "y"}
    assert [{pair.a, pair.b} for pair in plan.undecided] == [{"x", "y"}]
    dear = plan_next_pairs(matches, fit_bradley_terry(matches), n_matches=30, cost_per_match=2.5)
    assert dear.undecided[0].cost == pytest.approx(2.5 * plan.undecided[0].n_matches_needed)


def test_a_pair_needs_about_as_many_matches_as_the_variance_of_one_says() -> None:
    matches = Matches([0] * 100, [1] * 100, [1.0] * 55 + [0.0] * 45, ["x", "y"])
    plan = plan_next_pairs(matches, fit_bradley_terry(matches, covariance="hessian"))
    difference = np.log(55 / 45)
    total = (1.96 / difference) ** 2 / (0.55 * 0.45)
    assert plan.undecided[0].n_matches_needed == pytest.approx(total - 100, rel=0.05)


def test_the_always_valid_value_is_wider_than_a_single_look_and_least_near_the_plan() -> None:
    values = {n: always_valid_critical_value(n, 200) for n in (5, 200, 100_000)}
    assert min(values.values()) == values[200] > 1.96
    with pytest.raises(InvalidMatchesError):
        always_valid_critical_value(0, 200)


def test_clear_neighbours_are_decided_and_equal_ones_are_not() -> None:
    random = rng()
    theta = np.array([1.5, 0.0, 0.0])
    i, j = np.triu_indices(3, 1)
    a, b = np.tile(i, 300), np.tile(j, 300)
    won = (random.random(900) < 1 / (1 + np.exp(theta[b] - theta[a]))).astype(float)
    matches = Matches(a, b, won, list("xyz"), prompt_id=np.repeat(np.arange(300), 3))
    assert decided_neighbours(fit_bradley_terry(matches), planned_prompts=300) == (True, False)


# ---- transitivity and fragility


def circle(n_prompts: int = 60, chance: float = 0.8) -> Matches:
    won = (rng().random(3 * n_prompts) < chance).astype(float)
    prompt = np.repeat(np.arange(n_prompts), 3)
    return Matches([0, 1, 2] * n_prompts, [1, 2, 0] * n_prompts, won, list("xyz"), prompt_id=prompt)


def test_a_circle_of_three_is_nearly_all_cyclic_and_beyond_the_null() -> None:
    result = measure_transitivity(circle(), rng=rng())
    assert result.cyclic_share > 0.95
    assert result.p_value < 0.01
    assert result.cycles[0].names in {("x", "y", "z"), ("y", "z", "x"), ("z", "x", "y")}


def test_matches_drawn_from_one_line_are_within_the_null() -> None:
    beyond = [
        measure_transitivity(drawn(seed, n_matches=1500), rng=rng(), n_draws=100).p_value < 0.05
        for seed in range(40)
    ]
    assert sum(beyond) <= 7


def test_without_a_loop_nothing_is_said_of_cycles() -> None:
    chain = Matches([0, 0, 1, 1], [1, 1, 2, 2], [1.0, 0.0, 1.0, 0.0], list("xyz"))
    result = measure_transitivity(chain, rng=rng())
    assert np.isnan(result.cyclic_share)
    assert result.cycles == ()


def test_removing_the_named_matches_does_change_first_place() -> None:
    matches = drawn(n_matches=400)
    result = measure_fragility(matches)
    assert fit_bradley_terry(matches).theta.argmax() == NAMES.index(result.first)
    keep = np.setdiff1d(np.arange(len(matches)), result.rows)
    assert fit_bradley_terry(matches.take(keep)).theta.argmax() == NAMES.index(result.rival)
    assert result.share == pytest.approx(len(result.rows) / 400)


def test_fragility_finds_the_fewest_between_two_contestants() -> None:
    matches = Matches([0] * 21, [1] * 21, [1.0] * 12 + [0.0] * 9, ["x", "y"])
    assert len(measure_fragility(matches).rows) == 4  # 8 wins against 9


def test_a_split_board_has_no_first_place_to_topple() -> None:
    assert measure_fragility(Matches([0], [1], [1.0], ["x", "y"])).first == ""


# ---- predictive check


def test_bradley_terry_foretells_better_than_a_coin_and_is_calibrated() -> None:
    checks = {check.method: check for check in check_predictions(drawn(n_matches=4000), rng=rng())}
    fit = checks["bradley-terry"]
    assert fit.low < fit.log_loss < fit.high < np.log(2)
    assert fit.calibration_error < 0.05
    assert set(checks) == {"bradley-terry", "elo", "win-rate"}
    with pytest.raises(InvalidMatchesError, match="folds"):
        check_predictions(drawn(n_prompts=3), rng=rng())


# ---- agreement

# R package irr, data(anxiety), raters 2 and 3 (Gamer et al.): kappas as statsmodels prints them.
RATER_2 = [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4]
RATER_3 = [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2]


def test_anxiety_kappas_are_the_published_ones_without_the_unused_level() -> None:
    values = [
        cohen_kappa(RATER_2, RATER_3, weights=weights, rng=rng(), n_rounds=200).value
        for weights in ("unweighted", "linear", "quadratic")
    ]
    assert values == pytest.approx([-0.006289308, 0.1459075, 0.2520325], abs=5e-8)


def test_a_level_nobody_used_counts_in_the_distance_when_levels_are_given() -> None:
    six = cohen_kappa(RATER_2, RATER_3, weights="linear", levels=[1, 2, 3, 4, 5, 6], rng=rng())
    assert six.value != pytest.approx(0.1459075, abs=1e-3)
    plain = cohen_kappa(RATER_2, RATER_3, levels=[1, 2, 3, 4, 5, 6], rng=rng())
    assert plain.value == pytest.approx(-0.006289308, abs=5e-8)
    with pytest.raises(InvalidMatchesError, match="outside the levels"):
        cohen_kappa([1, 9], [1, 1], levels=[1, 2], rng=rng())


# Krippendorff (2011), the worked example, as in dustalov/evalica's codings.csv.
CODINGS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


def test_codings_alpha_is_the_published_one() -> None:
    alpha = krippendorff_alpha(CODINGS, rng=rng(), n_rounds=50)
    assert alpha.value == pytest.approx(0.7434211, abs=5e-8)
    assert alpha.low < alpha.value < alpha.high
    assert alpha.n_items == 11


def test_fleiss_kappa_is_that_of_his_worked_example() -> None:
    """Fleiss (1971), as tabled in Wikipedia's article: 10 subjects, 14 raters, 5 levels."""
    table = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    assert round(fleiss_kappa(table, rng=rng()).value, 3) == 0.210
    with pytest.raises(InvalidMatchesError, match="equally many"):
        fleiss_kappa([[1, 1], [2, 1]], rng=rng())


def test_clusters_widen_the_interval_of_repeated_items() -> None:
    first, second = np.tile(RATER_2, 4), np.tile(RATER_3, 4)
    alone = cohen_kappa(first, second, rng=rng())
    together = cohen_kappa(first, second, prompt_id=np.tile(np.arange(20), 4), rng=rng())
    assert together.value == pytest.approx(alone.value)
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert together.n_prompts == 20


def test_rank_correlations_are_scipys_and_say_when_they_are_not_defined() -> None:
    from scipy.stats import kendalltau, spearmanr

    tau, rho = kendall_tau(RATER_2, RATER_3, rng=rng()), spearman_rho(RATER_2, RATER_3, rng=rng())
    assert tau.value == pytest.approx(kendalltau(RATER_2, RATER_3).statistic)
    assert rho.value == pytest.approx(spearmanr(RATER_2, RATER_3).statistic)
    flat = kendall_tau([1, 1, 1], [1, 2, 3], rng=rng())
    assert np.isnan(flat.value)
    assert flat.note
    with pytest.raises(InvalidMatchesError, match="missing"):
        spearman_rho([1, NAN], [1, 2], rng=rng())


def test_one_label_throughout_has_no_kappa_and_few_prompts_no_interval() -> None:
    same = cohen_kappa([1] * 9, [1] * 9, rng=rng())
    assert np.isnan(same.value)
    assert "not defined" in same.note
    few = cohen_kappa([1, 2, 1], [1, 2, 2], rng=rng())
    assert np.isfinite(few.value)
    assert np.isnan(few.low)
    assert cohen_kappa([], [], rng=rng()).note == "there are no items"


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared data folder")
def test_topical_chat_correlations_are_the_published_ones() -> None:
    import json

    rows = json.loads((DATA / "topical_chat" / "topical_chat_result.json").read_text())
    judge = [row["predict_scores"]["overall"] for row in rows]
    people = [row["scores"]["overall"] for row in rows]
    rho = spearman_rho(judge, people, rng=rng(), n_rounds=20).value
    tau = kendall_tau(judge, people, rng=rng(), n_rounds=20).value
    assert (round(rho, 6), round(tau, 6)) == (0.662583, 0.487272)


def test_influential_rows_sorted_as_far_as_asked_are_those_of_a_full_sort(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fragilities, "FIRST_SORTED", 3)
    influence = np.random.default_rng(4).integers(-9, 4, 400) / 10  # many ties
    expected = np.argsort(influence, kind="stable")
    ranked = fragilities._Ranked(influence, 200)
    for k in (1, 3, 4, 30, 17, 200):
        assert ranked.most(k).tolist() == expected[:k].tolist()
    closed = np.cumsum(-influence[expected[:200]])
    for gap in (0.1, 5.0, float(closed[-1]), float(closed[-1]) + 1):
        again = fragilities._Ranked(influence, 200)
        assert again.n_to_close(gap) == int(np.searchsorted(closed, gap)) + 1
    assert fragilities._Ranked(np.ones(5), 5).n_to_close(1.0) == 1
    assert fragilities._Ranked(np.ones(5), 5).size == 0
