"""Rows with a term of their own: one pass over them gives what the cells would."""

from __future__ import annotations

import numpy as np
import pytest

from ranking import Matches, fit_bradley_terry, threads
from ranking import estimate as estimates
from ranking import rows as row_sums
from ranking.cells import sum_cells
from ranking.newton import Problem, evaluate
from ranking.rows import Rows
from ranking.terms import build_terms
from ranking.ties import HalfWins


def draw(n_rows: int, n_contestants: int, *, weighted: bool = False) -> Matches:
    rng = np.random.default_rng(7)
    a = rng.integers(0, n_contestants, n_rows)
    b = (a + rng.integers(1, n_contestants, n_rows)) % n_contestants
    x = rng.normal(2.0, 3.0, size=(2, n_rows))
    theta = np.linspace(-1, 1, n_contestants)
    chance = 1 / (1 + np.exp(theta[b] - theta[a] - 0.1 * x[0]))
    outcome = np.where(rng.random(n_rows) < 0.1, 0.5, rng.random(n_rows) < chance)
    return Matches(
        a,
        b,
        outcome,
        [f"c{k}" for k in range(n_contestants)],
        weight=rng.random(n_rows) if weighted else None,
        prompt_id=rng.integers(0, 60, n_rows),
        covariates={"x": x[0], "z": x[1]},
    )


@pytest.mark.parametrize("n_contestants", [6, 60])  # a table by pair code, and one too large for the rows
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_sum_to_what_their_cells_sum_to(n_contestants: int, weighted: bool) -> None:
    matches = draw(1500, n_contestants, weighted=weighted)
    terms = build_terms(matches, False, False, ["x", "z"])
    component = np.zeros(n_contestants, dtype=np.intp)
    cells = Problem(sum_cells(matches, terms), n_contestants, component, HalfWins(), 0.0)
    rows = Problem(cells.cells, n_contestants, component, HalfWins(), 0.0, Rows.of(matches, terms))
    parameters = np.linspace(-0.5, 0.5, n_contestants + 2)
    expected, found = evaluate(cells, parameters), evaluate(rows, parameters)
    assert found.value == pytest.approx(expected.value, rel=1e-12)
    np.testing.assert_allclose(found.gradient, expected.gradient, atol=1e-9)
    np.testing.assert_allclose(found.information, expected.information, atol=1e-9)


@pytest.mark.parametrize("covariance", ["cluster", "sandwich", "hessian"])
def test_many_rows_in_two_threads_from_a_thin_start_fit_as_few_rows_in_one(
    covariance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = draw(4000, 8)
    plain = fit_bradley_terry(matches, covariates=["x", "z"], covariance=covariance)  # type: ignore[arg-type]
    monkeypatch.setattr(threads, "MANY_ROWS", 1000)
    monkeypatch.setattr(row_sums, "ROWS_AT_ONCE", 300)
    monkeypatch.setattr(estimates, "THIN_SHARE", 500)
    thin = fit_bradley_terry(matches, covariates=["x", "z"], covariance=covariance)  # type: ignore[arg-type]
    np.testing.assert_allclose(thin.theta, plain.theta, atol=1e-9)
    np.testing.assert_allclose(thin.covariance, plain.covariance, atol=1e-9)
    assert thin.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7)
    for name, coefficient in plain.coefficients.items():
        np.testing.assert_allclose(thin.coefficients[name], coefficient, atol=1e-9)


def test_the_likelihood_of_rows_stays_finite_far_out() -> None:
    x = np.linspace(-900.0, 900.0, 40)
    y = np.tile([1.0, 0.5, 0.0, 1.0], 10)
    matches = Matches(np.tile([0, 1], 20), np.tile([1, 0], 20), y, ["p", "q"], covariates={"x": x})
    rows = Rows.of(matches, build_terms(matches, False, False, ["x"]))
    sums = row_sums.sum_rows(rows, np.array([0.0, 0.0, 900.0]))
    eta = x * 900.0 / rows.divisor[0]
    expected = y * eta - np.logaddexp(0.0, eta)
    assert sums.value == pytest.approx(expected.sum(), rel=1e-12)
    assert np.isfinite(sums.gradient).all()
