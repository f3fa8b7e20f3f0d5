"""The calibrated lens's units: rows of one pair on one prompt become one, whatever their order and sides."""

import numpy as np
import pytest

from ranking import InvalidMatchesError, Matches
from ranking.units import build_units

NAMES = ("x", "y", "z")


def test_rows_of_one_pair_on_one_prompt_become_one_unit_with_their_mean() -> None:
    judge = Matches(
        [1, 0, 0, 2, 0], [0, 1, 2, 1, 2], [1, 0.5, 1, 0.25, 0], NAMES,
        weight=[1, 1, 2, 1, 0], prompt_id=[7, 7, 3, 7, 9],
    )  # fmt: skip
    human = Matches([0, 1, 2, 0, 1], [1, 0, 0, 2, 2], [1, 1, 1, 1, 0], NAMES, prompt_id=[7, 7, 3, 9, 4])
    units, n_unmatched = build_units(judge, human, np.array([1.0, 3, 2, 5, 5]))
    assert n_unmatched == 2  # one whose unit has no weight, one that the judge did not see
    assert list(zip(units.a.tolist(), units.b.tolist(), strict=True)) == [(0, 2), (0, 1), (1, 2)]
    assert units.judge.tolist() == [1, 0.25, 0.75]
    assert units.decided.unit.tolist() == [0, 1]
    assert units.decided.human.tolist() == [0, 0.5]
    assert units.decided.weight.tolist() == [2, 2]
    assert units.inflated.sum() == pytest.approx(len(units))


def test_units_do_not_hang_on_the_size_of_labels() -> None:
    rng = np.random.default_rng(0)
    a = rng.integers(0, 2, 60)
    prompt, y = rng.integers(0, 9, 60), rng.random(60)
    labels = (prompt, prompt * 10**12, np.array([f"p{p}" for p in prompt]))
    matches = [Matches(a, a + 1, y, NAMES, prompt_id=label) for label in labels]
    small, large, words = (build_units(one, one, y) for one in matches)
    for other, _ in (large, words):
        assert other.judge.tolist() == small[0].judge.tolist()
        assert other.decided.weight.tolist() == small[0].decided.weight.tolist()


def test_units_without_a_common_pair_are_refused() -> None:
    judge = Matches([0], [1], [1.0], NAMES, prompt_id=[1])
    with pytest.raises(InvalidMatchesError, match="no pair on a prompt"):
        build_units(judge, Matches([0], [2], [1.0], NAMES, prompt_id=[1]), np.ones(1))
