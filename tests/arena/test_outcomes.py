"""How two shown orders become rows of a fit, one a match or one an order."""

import numpy as np
import pytest

from arena.outcomes import (
    BothBad,
    Flips,
    OutcomeRows,
    has_winner,
    is_both_bad,
    to_match_rows,
    to_outcome_rows,
)
from db.boards import MatchArrays
from ranking import Matches, fit_bradley_terry, fit_win_rate

N = 4
A, B, TIE, BAD = 1, 2, 3, 4


def match_arrays(ab: list[int], ba: list[int]) -> MatchArrays:
    """Give matches of these verdict codes, 0 where an order was not judged."""
    rng = np.random.default_rng(2)
    n, zero = len(ab), np.zeros(len(ab), dtype=np.int64)
    first, second = np.array(ab), np.array(ba)
    a = rng.integers(0, N - 1, n)
    return MatchArrays(
        match_id=np.arange(1, n + 1),
        prompt_id=rng.integers(0, 40, n),
        contestant_a=a,
        contestant_b=rng.integers(a + 1, N),
        response_a=zero,
        response_b=zero,
        judge_id=zero,
        verdict_ab=first,
        verdict_ba=second,
        n_orders=(first > 0).astype(np.int64) + (second > 0),
    )


def drawn(n: int = 900) -> MatchArrays:
    """Draw matches of every kind, a tenth of them judged in one order."""
    rng = np.random.default_rng(1)
    ab, ba = rng.integers(1, 5, n), rng.integers(1, 5, n)
    one = rng.random(n) < 0.1
    is_ab = rng.random(n) < 0.5
    return match_arrays(np.where(one & ~is_ab, 0, ab).tolist(), np.where(one & is_ab, 0, ba).tolist())


def to_matches(arrays: MatchArrays, rows: OutcomeRows) -> Matches:
    return Matches(
        rows.of(arrays.contestant_a),
        rows.of(arrays.contestant_b),
        rows.outcome,
        [f"c{k}" for k in range(N)],
        weight=rows.weight,
        prompt_id=rows.of(arrays.prompt_id),
    )


@pytest.mark.parametrize("flips", ["mean", "tie", "drop"])
@pytest.mark.parametrize("both_bad", ["tie", "drop"])
def test_one_row_a_match_rates_as_a_row_of_half_weight_an_order(flips: Flips, both_bad: BothBad) -> None:
    arrays = drawn()
    merged, apart = to_match_rows(arrays, flips, both_bad), to_outcome_rows(arrays, flips, both_bad)
    for name in ("n_flips", "n_two_orders", "n_both_bad", "n_left_out"):
        assert getattr(merged, name) == getattr(apart, name)
    assert len(merged.outcome) == len(arrays) - merged.n_left_out
    for fit in (fit_bradley_terry, fit_win_rate):
        one, two = fit(to_matches(arrays, merged)), fit(to_matches(arrays, apart))
        assert one.rating == pytest.approx(two.rating, abs=1e-9)
        assert one.low == pytest.approx(two.low, abs=1e-9)
        assert one.n_matches.tolist() == two.n_matches.tolist()


def test_what_a_match_counts_under_each_rule() -> None:
    arrays = match_arrays([A, A, TIE, A, 0, BAD], [A, B, A, 0, B, BAD])
    assert to_match_rows(arrays, "mean", "tie").outcome.tolist() == [1, 0.5, 0.75, 1, 0, 0.5]
    assert to_match_rows(arrays, "tie", "tie").outcome.tolist() == [1, 0.5, 0.5, 1, 0, 0.5]
    dropped = to_match_rows(arrays, "drop", "drop")
    assert dropped.of(arrays.match_id).tolist() == [1, 4, 5]
    assert (dropped.n_flips, dropped.n_two_orders, dropped.n_both_bad, dropped.n_left_out) == (2, 4, 1, 3)
    assert has_winner(arrays).tolist() == [True] * 5 + [False]
    assert is_both_bad(arrays).tolist() == [False] * 5 + [True]


def test_rows_are_in_stored_order_and_can_be_narrowed() -> None:
    arrays = match_arrays([A, B, TIE], [A, 0, A])
    rows = to_match_rows(arrays, "mean", "tie")
    assert rows.match is None
    assert rows.of(arrays.match_id) is arrays.match_id
    left = rows.where(np.array([True, False, True]))
    assert left.of(arrays.match_id).tolist() == [1, 3]
    assert left.outcome.tolist() == [1, 0.75]
