"""Every method against worked examples that others published."""

from __future__ import annotations

import numpy as np
import pytest

from ranking import Matches, Ratings, fit_bradley_terry, fit_elo, fit_win_rate
from ranking.covariance import inverse_information
from ranking.estimate import Model, estimate_strengths
from ranking.newton import Solution, evaluate
from ranking.ties import Ties
from tests.ranking.published import TEAMS, baseball, citations, food, puddings, simple, wikipedia


def of(ratings: Ratings, values: np.ndarray) -> dict[str, float]:
    return dict(zip(ratings.names, values, strict=True))


def test_citations_have_the_published_strengths_and_errors() -> None:
    ratings = fit_bradley_terry(citations(), covariance="hessian", anchor="Biometrika")
    theta, error = of(ratings, ratings.theta), of(ratings, ratings.standard_error)
    assert round(theta["Comm Statist"], 4) == -2.9491
    assert round(theta["JASA"], 4) == -0.4796
    assert round(theta["JRSS-B"], 4) == 0.2690
    assert round(error["Comm Statist"], 4) == 0.1025
    assert round(error["JASA"], 4) == 0.0606
    assert round(error["JRSS-B"], 4) == 0.0708


# BradleyTerryScalable's README prints probabilities and a covariance at strengths its MM steps had reached
# when they stopped at 1e-3: there, expected wins still miss the observed ones by up to 0.47.
PRINTED = {
    ("JRSS-B", "Biometrika"): 0.5672532,
    ("JRSS-B", "JASA"): 0.67936229,
    ("JRSS-B", "Comm Statist"): 0.9615848,
    ("Biometrika", "JASA"): 0.6177927,
    ("Biometrika", "Comm Statist"): 0.9502388,
    ("JASA", "Comm Statist"): 0.9219605,
}


def test_citations_have_the_published_mean_zero_strengths() -> None:
    ratings = fit_bradley_terry(citations())
    assert {name: round(x, 2) for name, x in of(ratings, ratings.theta).items()} == {
        "JRSS-B": 1.06,
        "Biometrika": 0.79,
        "JASA": 0.31,
        "Comm Statist": -2.16,
    }


def test_citations_probabilities_are_the_printed_ones_but_for_their_early_stop() -> None:
    ratings = fit_bradley_terry(citations())
    theta = of(ratings, ratings.theta)
    for (i, j), chance in PRINTED.items():
        assert 1 / (1 + np.exp(theta[j] - theta[i])) == pytest.approx(chance, abs=6e-4)


def test_citations_have_the_printed_covariance_at_the_printed_strengths() -> None:
    matches = citations()
    estimate = estimate_strengths(matches, Model())
    against_jasa = {
        "Biometrika": PRINTED["Biometrika", "JASA"],
        "Comm Statist": 1 - PRINTED["JASA", "Comm Statist"],
        "JASA": 0.5,
        "JRSS-B": PRINTED["JRSS-B", "JASA"],
    }
    chance = np.array([against_jasa[name] for name in matches.names])
    printed = np.log(chance / (1 - chance))
    solution = Solution(printed, evaluate(estimate.problem, printed).information, np.nan, 0)
    covariance = inverse_information(estimate.problem, solution)
    to_jasa = np.eye(4)
    to_jasa[:, 2] -= 1
    variance = dict(zip(matches.names, np.diagonal(to_jasa @ covariance @ to_jasa.T), strict=True))
    assert variance["JRSS-B"] == pytest.approx(0.005323938, abs=1e-8)
    assert variance["Biometrika"] == pytest.approx(0.003671841, abs=1e-8)
    assert variance["Comm Statist"] == pytest.approx(0.009638953, abs=1e-8)  # from chances of 7 digits


def test_citations_have_the_published_deviance() -> None:
    matches = citations()
    saturated = 0.0
    for pair in np.unique(np.stack([matches.a, matches.b], axis=1), axis=0):
        y = matches.outcome[(matches.a == pair[0]) & (matches.b == pair[1])]
        saturated += y.sum() * np.log(y.mean()) + (1 - y).sum() * np.log(1 - y.mean())
    ratings = fit_bradley_terry(matches)
    assert round(2 * (saturated - ratings.log_likelihood), 3) == 4.293


MODEL_1 = {
    "Boston": (1.1077, 0.3339),
    "Cleveland": (0.6839, 0.3319),
    "Detroit": (1.4364, 0.3396),
    "Milwaukee": (1.5814, 0.3433),
    "New York": (1.2476, 0.3359),
    "Toronto": (1.2945, 0.3367),
}
MODEL_2 = {
    "Boston": (1.1438, 0.3378),
    "Cleveland": (0.7047, 0.3350),
    "Detroit": (1.4754, 0.3446),
    "Milwaukee": (1.6196, 0.3474),
    "New York": (1.2813, 0.3404),
    "Toronto": (1.3271, 0.3403),
}


@pytest.mark.parametrize(("position", "published"), [(False, MODEL_1), (True, MODEL_2)])
def test_baseball_has_the_published_strengths_and_errors(
    position: bool, published: dict[str, tuple[float, float]]
) -> None:
    ratings = fit_bradley_terry(baseball(), position=position, covariance="hessian", anchor="Baltimore")
    theta, error = of(ratings, ratings.theta), of(ratings, ratings.standard_error)
    assert {t: (round(theta[t], 4), round(error[t], 4)) for t in TEAMS[:-1]} == published


def test_baseball_has_the_published_order_effect() -> None:
    ratings = fit_bradley_terry(baseball(), position=True, covariance="hessian")
    estimate, error = ratings.coefficients["position"]
    assert (round(estimate, 4), round(error, 4)) == (0.3023, 0.1309)
    assert ratings.coefficients["position"].p_value == pytest.approx(0.0210, abs=1e-4)


def test_baseball_has_the_published_drop_in_deviance() -> None:
    without, with_order = fit_bradley_terry(baseball()), fit_bradley_terry(baseball(), position=True)
    drop = 2 * (with_order.log_likelihood - without.log_likelihood)
    assert round(drop, 2) == round(44.053 - 38.643, 2)


EVALICA_SIMPLE = {
    "elo": [992.1030823399375, 999.9771705955386, 999.9773072285024, 1003.8861974411536, 1004.0562423948679],
    "bradley_terry": [
        0.050799672530389396,
        0.1311506914535368,
        0.13168568070110523,
        0.33688868041573855,
        0.34947527489923,
    ],
    "average_win_rate": [0.1875, 0.5, 0.4375, 0.7708333333333334, 0.6388888888888888],
}
EVALICA_FOOD = {
    "elo": [998.0260933346951, 994.1913058814378, 992.325764574259, 1002.0980590208538, 1013.3587771887543],
    "bradley_terry": [
        0.14797665121689418,
        0.1281534106031957,
        0.09897982556928168,
        0.19060028489839073,
        0.43428982771223773,
    ],
    "average_win_rate": [0.4583333333333333, 0.425, 0.4375, 0.47916666666666663, 0.7],
}


@pytest.mark.parametrize(
    ("matches", "golden"), [(simple(), EVALICA_SIMPLE), (food(), EVALICA_FOOD)], ids=["simple", "food"]
)
def test_evalica_goldens(matches: Matches, golden: dict[str, list[float]]) -> None:
    strength = np.exp(fit_bradley_terry(matches).theta)
    assert fit_elo(matches).rating == pytest.approx(golden["elo"], abs=1e-9)
    assert strength / strength.sum() == pytest.approx(golden["bradley_terry"], abs=1e-9)
    rate = fit_win_rate(matches, average="opponents").rating
    assert rate == pytest.approx(golden["average_win_rate"], abs=1e-12)


def test_wikipedia_strengths() -> None:
    ratings = fit_bradley_terry(wikipedia())
    assert np.exp(ratings.theta) == pytest.approx([0.640, 1.043, 0.660, 2.270], abs=5e-4)


@pytest.mark.parametrize(
    ("n", "wins", "theta"),
    [
        (3, [(0, 1), (1, 2), (2, 0)], [0, 0, 0]),
        (3, [(0, 1), (0, 1), (1, 2), (2, 0)], [0.419617624, -0.419617624, 0]),
        (5, [(1, 0), (0, 4), (3, 1), (0, 2), (2, 4), (4, 3)], None),
    ],
)
def test_choix_cases(n: int, wins: list[tuple[int, int]], theta: list[float] | None) -> None:
    winner, loser = np.array(wins).T
    ratings = fit_bradley_terry(Matches(winner, loser, np.ones(len(wins)), [str(i) for i in range(n)]))
    if theta is not None:
        assert ratings.theta == pytest.approx(theta, abs=1e-9)
    else:
        assert np.sort(ratings.theta)[::-1] == pytest.approx([0.583, 0.194, 0, -0.194, -0.583], abs=6e-4)


def test_a_chain_of_wins_has_no_finite_strength() -> None:
    ratings = fit_bradley_terry(Matches([3, 2, 1], [2, 1, 0], [1, 1, 1], list("abcd")))
    assert np.isnan(ratings.theta).all()
    assert "d has no finite strength: it won every match." in ratings.notes
    assert "a has no finite strength: it lost every match." in ratings.notes


def test_chocolate_puddings_have_the_published_strengths_and_tie_term() -> None:
    """Davidson (1970) stopped early, after seven iterations of his: hence the tolerance."""
    ratings = fit_bradley_terry(Matches.from_frame(puddings()), ties="davidson", covariance="hessian")
    worth = np.exp(ratings.theta) / np.exp(ratings.theta).sum()
    published = [0.1388005, 0.1729985, 0.1617420, 0.1653930, 0.1586805, 0.2023855]
    np.testing.assert_allclose(worth, published, atol=2.5e-5)
    assert np.exp(ratings.coefficients["tie"].estimate) == pytest.approx(0.7468147, abs=2e-5)
    assert ratings.n_matches.sum() == 2 * 745


def test_in_a_balanced_league_every_tie_model_ranks_by_points() -> None:
    """Davidson (1970), section 3; Rao and Kupper's order differs from points only where pairs are uneven."""
    rng = np.random.default_rng(0)
    i, j = np.triu_indices(58, 1)
    a, b = np.concatenate([i, j]), np.concatenate([j, i])  # home and away
    y = rng.choice([0.0, 0.5, 1.0], size=len(a), p=[0.3, 0.25, 0.45])
    points = np.bincount(a, y, 58) + np.bincount(b, 1 - y, 58)
    league = Matches(a, b, y, [f"team {k}" for k in range(58)], shown_first=np.ones(len(a)))
    models: tuple[Ties, ...] = ("half", "davidson")
    for ties in models:
        ratings = fit_bradley_terry(league, ties=ties, position=True)
        worse = points[:, None] < points[None, :]
        assert (ratings.theta[:, None] - ratings.theta[None, :])[worse].max() < 1e-9
        assert ratings.coefficients["position"].p_value < 1e-6
