"""Rows that are counted in a table sum to the same cells as rows that are summed one by one."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pytest

from ranking import Matches, codes
from ranking.cells import Cells, sum_cells, sum_with_pairs
from ranking.codes import count_outcomes, few_values
from ranking.terms import build_terms


def drawn(outcomes: Sequence[float], weights: Sequence[float] | None) -> Matches:
    rng = np.random.default_rng(3)
    n = 3000
    a = rng.integers(0, 6, n)
    return Matches(
        a,
        (a + rng.integers(1, 6, n)) % 6,
        rng.choice(outcomes, n),
        list("uvwxyz"),
        weight=None if weights is None else rng.choice(weights, n),
        shown_first=rng.integers(-1, 2, n),
    )


def are_equal(one: Cells, other: Cells) -> bool:
    columns = [field.name for field in fields(Cells)]
    return all(np.allclose(getattr(one, name), getattr(other, name), atol=1e-9) for name in columns)


@pytest.mark.parametrize("outcomes", [(0, 0.5, 1), (0, 0.25, 0.5, 0.75, 1)])
@pytest.mark.parametrize("weights", [None, (0.5, 1), (0, 0.5, 1)])
@pytest.mark.parametrize("position", [False, True])
def test_a_table_counts_what_rows_sum_to(
    outcomes: Sequence[float],
    weights: Sequence[float] | None,
    position: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matches = drawn(outcomes, weights)
    terms = build_terms(matches, position, False, ())
    assert count_outcomes(matches, terms.level, terms.n_levels * 36) is not None
    counted = sum_with_pairs(matches, terms)
    monkeypatch.setattr(codes, "MAX_WEIGHTS", 0)
    matches = drawn(outcomes, weights or [1.0])
    assert count_outcomes(matches, terms.level, terms.n_levels * 36) is None
    summed = sum_with_pairs(matches, terms)
    assert are_equal(counted.cells, summed.cells)
    assert are_equal(counted.pairs, summed.pairs)


def test_other_outcomes_and_many_weights_are_not_counted() -> None:
    assert count_outcomes(drawn((0, 0.3, 1), None), None, 36) is None
    assert count_outcomes(drawn((0, 0.5, 1), np.linspace(0.1, 1, 9).tolist()), None, 36) is None
    late = drawn((0, 0.5, 1), None)
    outcome = late.outcome.copy()
    outcome[-1] = 0.3
    rows = Matches(late.a, late.b, outcome, late.names)
    assert count_outcomes(rows, None, 36) is None
    assert sum_cells(rows, build_terms(rows, False, False, ())).weight.sum() == pytest.approx(len(rows))


def test_few_values_are_found_where_a_glance_misses_them() -> None:
    column = np.zeros(5000)
    column[[1, 4998]] = -1.0, 2.5
    found = few_values(column, 3)
    assert found is not None
    assert found.values.tolist() == [-1.0, 0.0, 2.5]
    assert (found.values[found.place] == column).all()
    assert few_values(column, 2) is None
    assert few_values(np.arange(5000.0), 16) is None
