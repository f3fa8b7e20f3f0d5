"""Terms, ties, separation, refusals: what the fit says beyond the published examples."""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np
import pytest

from ranking import InvalidMatchesError, Matches, MatchTable, fit_bradley_terry
from ranking.ties import Ties
from tests.ranking.published import baseball
from tests.ranking.worlds import NAMES, drawn

POINTS = 400 / np.log(10)
TIES: list[Literal["half", "davidson", "rao-kupper"]] = ["half", "davidson", "rao-kupper"]
COVARIANCES: list[Literal["cluster", "sandwich", "hessian"]] = ["cluster", "sandwich", "hessian"]


def pair(outcomes: list[float], **options: Any) -> Matches:
    n = len(outcomes)
    return Matches([0] * n, [1] * n, outcomes, ["x", "y"], **options)


def test_a_rating_is_400_points_for_odds_of_ten_to_one() -> None:
    ratings = fit_bradley_terry(pair([1.0] * 10 + [0.0]), anchor="y")
    assert ratings.rating == pytest.approx([1400, 1000])


def test_low_and_high_are_a_student_interval_of_the_rating() -> None:
    from scipy.stats import t

    ratings = fit_bradley_terry(drawn(n_prompts=12))
    half = POINTS * t.ppf(0.975, 11) * np.sqrt(np.diagonal(ratings.covariance))
    assert ratings.high - ratings.rating == pytest.approx(half)
    assert ratings.n_prompts == 12
    assert ratings.critical_value == pytest.approx(t.ppf(0.975, 11))


def test_the_clustered_covariance_is_the_sum_of_outer_products_of_prompt_scores() -> None:
    matches = drawn(3, n_prompts=9)
    assert matches.prompt_id is not None
    ratings = fit_bradley_terry(matches)
    n = len(NAMES)
    p = 1 / (1 + np.exp(ratings.theta[matches.b] - ratings.theta[matches.a]))
    information, scores = np.zeros((n, n)), np.zeros((9, n))
    for a, b, y, q, g in zip(matches.a, matches.b, matches.outcome, p, matches.prompt_id, strict=True):
        x = np.zeros(n)
        x[a], x[b] = 1, -1
        information += q * (1 - q) * np.outer(x, x)
        scores[g] += (y - q) * x
    inverse = np.linalg.pinv(information)
    expected = inverse @ scores.T @ scores @ inverse * 9 / 8
    assert ratings.covariance == pytest.approx(expected, abs=1e-9)


def test_without_prompts_each_match_is_its_own_cluster_and_that_is_named() -> None:
    matches = drawn()
    alone = Matches(matches.a, matches.b, matches.outcome, NAMES)
    each = Matches(matches.a, matches.b, matches.outcome, NAMES, prompt_id=np.arange(len(matches)))
    ratings = fit_bradley_terry(alone)
    assert ratings.covariance == pytest.approx(fit_bradley_terry(each).covariance)
    assert "each match its own cluster" in ratings.interval_method


def test_row_chunks_and_tables_give_the_same_covariance_as_single_rows() -> None:
    matches = drawn(5, n_matches=20_000, position=0.3)
    weighted = Matches(
        matches.a,
        matches.b,
        matches.outcome,
        NAMES,
        weight=np.ones(len(matches)),
        prompt_id=matches.prompt_id,
        shown_first=matches.shown_first,
    )
    for ties in TIES:
        for covariance in COVARIANCES:
            first, second = (
                fit_bradley_terry(m, ties=ties, position=True, covariance=covariance)
                for m in (matches, weighted)
            )
            assert second.covariance == pytest.approx(first.covariance, rel=1e-6, abs=1e-12)
            assert tuple(second.coefficients["position"]) == pytest.approx(
                tuple(first.coefficients["position"]), rel=1e-6
            )


@pytest.mark.parametrize("n_prompts", [1, 4])
def test_under_five_prompts_there_is_no_interval(n_prompts: int) -> None:
    ratings = fit_bradley_terry(drawn(n_prompts=n_prompts))
    assert np.isfinite(ratings.theta).all()
    assert np.isnan(ratings.low).all()
    assert (ratings.rank_low == 1).all()
    assert (ratings.rank_high == len(NAMES)).all()
    assert any("too few prompts" in note for note in ratings.notes)


def test_a_contestant_seen_on_one_prompt_only_has_no_interval() -> None:
    matches = drawn(ties=0.5)
    a, b = np.append(matches.a, [6] * 8), np.append(matches.b, [0, 1, 2, 3] * 2)
    outcome = np.append(matches.outcome, [1, 0] * 4)
    assert matches.prompt_id is not None
    prompt = np.append(matches.prompt_id, [0] * 8)
    ratings = fit_bradley_terry(Matches(a, b, outcome, (*NAMES, "new"), prompt_id=prompt))
    assert np.isnan(ratings.low[6])
    assert np.isfinite(ratings.low[:6]).all()
    assert ratings.reasons[6] == "too few prompts for an interval"


def test_an_unbeaten_contestant_is_nan_and_said_to_have_won_every_match() -> None:
    matches = drawn()
    a = np.append(matches.a, [6] * 20)
    b = np.append(matches.b, np.arange(20) % 6)
    outcome = np.append(matches.outcome, np.ones(20))
    ratings = fit_bradley_terry(Matches(a, b, outcome, (*NAMES, "best")))
    assert np.isnan(ratings.theta[6])
    assert np.isnan(ratings.rating[6])
    assert np.isfinite(ratings.theta[:6]).all()
    assert "best has no finite strength: it won every match." in ratings.notes
    assert ratings.reasons[6] == "it won every match"
    rest = fit_bradley_terry(Matches(matches.a, matches.b, matches.outcome, NAMES))
    assert ratings.theta[:6] == pytest.approx(rest.theta)


def test_a_disconnected_league_is_rated_within_each_group() -> None:
    matches = drawn()
    others = tuple(name.upper() for name in NAMES)
    both = Matches(
        np.append(matches.a, matches.a + 6),
        np.append(matches.b, matches.b + 6),
        np.append(matches.outcome, matches.outcome),
        NAMES + others,
    )
    ratings = fit_bradley_terry(both)
    alone = fit_bradley_terry(Matches(matches.a, matches.b, matches.outcome, NAMES))
    assert ratings.theta == pytest.approx(np.tile(alone.theta, 2))
    assert ratings.component.tolist() == [0] * 6 + [1] * 6
    assert ratings.low[:6] == pytest.approx(alone.low)
    assert np.isnan(ratings.covariance[0, 6])
    assert any("never matched" in note for note in ratings.notes)
    assert (ratings.rank_high - ratings.rank_low >= 6).all()


def test_ties_only_has_equal_strengths_and_no_interval() -> None:
    ratings = fit_bradley_terry(pair([0.5] * 20))
    assert ratings.theta == pytest.approx([0, 0])
    assert np.isnan(ratings.low).all()
    davidson = fit_bradley_terry(pair([0.5] * 20), ties="davidson")
    assert "every match is a tie" in davidson.coefficients["tie"].note


@pytest.mark.parametrize(
    ("matches", "sentence"),
    [
        (Matches([], [], [], []), "no matches"),
        (Matches([], [], [], ["x"]), "no matches"),
        (Matches([], [], [], ["x", "y"]), "no matches"),
        (pair([1.0, 0.0], weight=[0.0, 0.0]), "no matches with a weight above 0"),
    ],
)
def test_nothing_to_rate_is_said_and_is_no_exception(matches: Matches, sentence: str) -> None:
    choices: list[dict[str, Any]] = [{}, {"ties": "davidson"}, {"covariance": "hessian"}]
    for options in choices:
        ratings = fit_bradley_terry(matches, **options)
        assert np.isnan(ratings.theta).all()
        assert any(sentence in note for note in ratings.notes)
        assert len(ratings.to_frame()) == len(matches.names)


def test_a_prior_makes_an_unbeaten_contestant_finite_and_says_so() -> None:
    ratings = fit_bradley_terry(pair([1.0] * 8), prior_precision=1.0)
    assert np.isfinite(ratings.theta).all()
    x = ratings.theta[0]
    assert 8 / (1 + np.exp(2 * x)) == pytest.approx(x)
    assert any("prior of precision 1" in note for note in ratings.notes)


# ---- ties


def test_davidson_explains_the_shares_of_two_contestants_exactly() -> None:
    ratings = fit_bradley_terry(pair([1.0] * 30 + [0.5] * 20 + [0.0] * 10), ties="davidson")
    nu = np.exp(ratings.coefficients["tie"].estimate)
    i, j = np.exp(ratings.theta)
    total = i + j + nu * np.sqrt(i * j)
    assert [i / total, j / total, nu * np.sqrt(i * j) / total] == pytest.approx([1 / 2, 1 / 6, 1 / 3])


def test_rao_kupper_explains_the_shares_of_two_contestants_exactly() -> None:
    ratings = fit_bradley_terry(pair([1.0] * 30 + [0.5] * 20 + [0.0] * 10), ties="rao-kupper")
    kappa = np.exp(ratings.coefficients["tie"].estimate)
    i, j = np.exp(ratings.theta)
    assert [i / (i + kappa * j), j / (kappa * i + j)] == pytest.approx([1 / 2, 1 / 6])


@pytest.mark.parametrize("ties", ["davidson", "rao-kupper"])
def test_without_a_tie_a_tie_model_is_plain_bradley_terry(ties: Any) -> None:
    matches = drawn(ties=0.0)
    plain, modelled = fit_bradley_terry(matches), fit_bradley_terry(matches, ties=ties)
    assert modelled.theta == pytest.approx(plain.theta)
    assert "not identified" in modelled.coefficients["tie"].note


@pytest.mark.parametrize("ties", ["half", "davidson", "rao-kupper"])
def test_the_fit_is_where_the_numerical_gradient_vanishes(ties: Any) -> None:
    from ranking.estimate import Model, estimate_strengths
    from ranking.newton import evaluate

    estimate = estimate_strengths(drawn(7, position=0.4), Model(ties=ties, position=True))
    at = estimate.solution.parameters
    for k in range(len(at)):
        step = np.zeros(len(at))
        step[k] = 1e-4
        up, down = (evaluate(estimate.problem, at + sign * step).value for sign in (1, -1))
        assert (up - down) / 2e-4 == pytest.approx(0, abs=1e-4)
        middle = evaluate(estimate.problem, at)
        second = (up - 2 * middle.value + down) / 1e-8
        ridge = np.trace(middle.information[:6, :6]) / (6 + 1) / 6 if k < 6 else 0.0
        assert -second == pytest.approx(middle.information[k, k] - ridge, rel=1e-3)


def test_58_teams_with_ties_and_home_advantage_are_fitted() -> None:
    names = tuple(f"team{k:02d}" for k in range(58))
    matches = drawn(11, n_matches=3000, ties=0.2, position=0.4, names=names)
    for ties in TIES:
        ratings = fit_bradley_terry(matches, ties=ties, position=True)
        assert np.isfinite(ratings.low).all()
        assert ratings.coefficients["position"].p_value < 0.001


# ---- terms


def test_a_position_effect_is_recovered_and_changes_sign_with_the_shown_order() -> None:
    matches = drawn(2, n_matches=6000, position=0.5, ties=0.0)
    ratings = fit_bradley_terry(matches, position=True, covariates=["length"])
    assert ratings.coefficients["position"].estimate == pytest.approx(0.5, abs=0.12)
    assert ratings.coefficients["length"].estimate == pytest.approx(0.4, abs=0.12)
    low, high = ratings.coefficients["position"].low, ratings.coefficients["position"].high
    assert low < ratings.coefficients["position"].estimate < high


def test_both_orders_at_half_weight_make_the_strengths_free_of_position() -> None:
    """A judge that always prefers what it saw first says nothing about the contestants."""
    n = 40
    matches = Matches(
        [0] * n + [0] * n,
        [1] * n + [1] * n,
        [1.0] * n + [0.0] * n,
        ["x", "y"],
        weight=[0.5] * 2 * n,
        prompt_id=list(range(n)) * 2,
        shown_first=[1] * n + [-1] * n,
    )
    ratings = fit_bradley_terry(matches, position=True)
    assert ratings.theta == pytest.approx([0, 0])
    assert "no finite estimate" in ratings.coefficients["position"].note
    assert ratings.n_matches.tolist() == [n, n]


def test_unknown_shown_order_leaves_position_not_identified() -> None:
    matches = drawn()
    unknown = Matches(matches.a, matches.b, matches.outcome, NAMES, shown_first=np.zeros(len(matches)))
    ratings = fit_bradley_terry(unknown, position=True)
    assert np.isnan(ratings.coefficients["position"]).all()
    assert ratings.coefficients["position"].note.startswith("not identified")
    assert ratings.theta == pytest.approx(fit_bradley_terry(unknown).theta)


def test_self_preference_of_judges_of_one_family_is_not_identified() -> None:
    matches = drawn()
    of_family = np.array([1.0, 0, 0, 1, 0, 0])
    difference = of_family[matches.a] - of_family[matches.b]
    one = Matches(matches.a, matches.b, matches.outcome, NAMES, same_family=difference)
    term = fit_bradley_terry(one, self_preference=True).coefficients["self_preference"]
    assert "not identified" in term.note
    judge = np.arange(len(matches)) % 2
    family = np.where(judge == 0, difference, 0.0)
    two = Matches(matches.a, matches.b, matches.outcome, NAMES, same_family=family, judge=judge)
    assert np.isfinite(fit_bradley_terry(two, self_preference=True).coefficients["self_preference"]).all()


def test_position_per_judge_gives_each_judge_its_own_effect() -> None:
    matches = drawn(4, n_matches=4000, ties=0.0)
    judge = np.array(["fair", "first"])[np.arange(len(matches)) % 2]
    assert matches.shown_first is not None
    outcome = np.where(judge == "first", (matches.shown_first + 1) / 2, matches.outcome)
    outcome[::5] = matches.outcome[::5]
    mixed = Matches(matches.a, matches.b, outcome, NAMES, shown_first=matches.shown_first, judge=judge)
    terms = fit_bradley_terry(mixed, position="per-judge").coefficients
    assert terms["position[first]"].estimate > 1
    assert abs(terms["position[fair]"].estimate) < 0.2


def test_two_equal_covariates_are_both_not_identified() -> None:
    matches = drawn()
    x = matches.covariates["length"]
    twice = Matches(matches.a, matches.b, matches.outcome, NAMES, covariates={"x": x, "same": 2 * x})
    terms = fit_bradley_terry(twice, covariates=["x", "same"]).coefficients
    assert all("not identified" in term.note for term in terms.values())


def test_many_rows_with_covariates_agree_with_a_climb_without_the_thin_start() -> None:
    from ranking import estimate as module

    matches = drawn(9, n_matches=4000)
    plain = fit_bradley_terry(matches, covariates=["length"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "THIN_SHARE", 500)
        thin = fit_bradley_terry(matches, covariates=["length"])
    assert thin.theta == pytest.approx(plain.theta, abs=1e-8)


# ---- warm start


def test_a_table_that_grows_agrees_with_a_fit_of_all_matches() -> None:
    matches = drawn(6)
    table = MatchTable(matches.take(np.arange(300)))
    table.fit()
    for row in range(300, 310):
        table.add(matches.take(np.array([row])))
        table.fit()
    table.add(matches.take(np.arange(310, len(matches))))
    fitted, whole = table.fit(), fit_bradley_terry(matches, covariance="sandwich")
    assert fitted.theta == pytest.approx(whole.theta, abs=1e-8)
    assert fitted.low == pytest.approx(whole.low, rel=1e-4)
    assert fitted.n_matches == pytest.approx(whole.n_matches)


def test_a_table_may_start_empty_and_gain_new_pairs() -> None:
    table = MatchTable(Matches([], [], [], NAMES))
    assert np.isnan(table.fit().theta).all()
    matches = drawn()
    table.add(matches)
    assert table.fit().theta == pytest.approx(fit_bradley_terry(matches).theta)


# ---- refusals


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: pair([np.nan, 1.0]), "no outcome"),
        (lambda: pair([1.5]), r"in \[0, 1\]"),
        (lambda: Matches([0], [2], [1.0], ["x", "y"]), "positions"),
        (lambda: Matches([-1], [1], [1.0], ["x", "y"]), "positions"),
        (lambda: Matches([0.0], [1.0], [1.0], ["x", "y"]), "integers"),
        (lambda: Matches([1], [1], [1.0], ["x", "y"]), "with itself"),
        (lambda: Matches([0], [1], [1.0], ["x", "x"]), "more than once"),
        (lambda: Matches([0, 1], [1], [1.0], ["x", "y"]), "shape"),
        (lambda: pair([1.0], weight=[-1.0]), "negative"),
        (lambda: pair([1.0], weight=[np.inf]), "not finite"),
        (lambda: pair([1.0], shown_first=[2]), "shown_first"),
        (lambda: pair([1.0], prompt_id=[np.nan]), "missing"),
        (lambda: fit_bradley_terry(pair([0.25, 0.75]), ties="davidson"), "0, 0.5 or 1"),
        (lambda: fit_bradley_terry(pair([1.0, 0.0]), anchor="z"), "not a contestant"),
        (lambda: fit_bradley_terry(pair([1.0, 0.0]), position=True), "needs shown_first"),
        (lambda: fit_bradley_terry(pair([1.0, 0.0]), covariates=["length"]), "no covariate"),
        (lambda: fit_bradley_terry(pair([1.0, 0.0]), prior_precision=-1.0), "prior_precision"),
        (lambda: fit_bradley_terry(pair([1.0, 0.0]), covariance=cast(Any, "robust")), "covariance"),
        (lambda: fit_bradley_terry(pair([1.0, 0.0]), ties=cast(Any, "glickman")), "ties"),
        (
            lambda: fit_bradley_terry(pair([1.0, 0.0]), start=fit_bradley_terry(baseball())),
            "same contestants",
        ),
    ],
)
def test_bad_input_is_refused_with_a_sentence(build: Any, sentence: str) -> None:
    with pytest.raises(InvalidMatchesError, match=sentence):
        build()


@pytest.mark.parametrize("ties", ["davidson", "rao-kupper"])
@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [([0, 0], [1, 1], [0.5, 1.0]), ([0, 1, 2], [1, 2, 0], [1.0, 0.5, 0.5])],
)
def test_ties_without_an_upset_leave_the_tie_term_out_and_say_so(
    ties: Ties, a: list[int], b: list[int], outcome: list[float]
) -> None:
    matches = Matches(a, b, outcome, ["p", "q", "r"][: max(b) + 1])
    ratings = fit_bradley_terry(matches, ties=ties)
    np.testing.assert_allclose(ratings.theta, fit_bradley_terry(matches).theta, atol=1e-9)
    assert np.isnan(ratings.coefficients["tie"].estimate)
    assert any("no match went against the order" in note for note in ratings.notes)


def test_one_way_round_with_more_wins_than_ties_makes_the_tie_term_finite() -> None:
    matches = Matches([0, 1, 2, 0], [1, 2, 0, 1], [1.0, 1.0, 1.0, 0.5], ["p", "q", "r"])
    for ties in ("davidson", "rao-kupper"):
        assert np.isfinite(fit_bradley_terry(matches, ties=ties).coefficients["tie"].estimate)
