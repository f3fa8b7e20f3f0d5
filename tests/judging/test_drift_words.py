"""A shift is said with its direction, not with a sign."""

from __future__ import annotations

import pytest

from arena.drift import Shift, say_direction


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.04, "towards ties by 0.04"), (-0.21, "away from ties by 0.21"), (0.0, "towards ties by 0.00")],
)
def test_a_shift_says_where_it_went(value: float, words: str) -> None:
    assert say_direction(Shift("towards ties", value, None, None, None, 40)) == words
