"""How two shown orders become an outcome: chosen when ranking, never when storing.

`mean`: each order is a row of half weight. `tie`: a flip counts as a tie (MT-Bench's rule). `drop`: only
consistent matches count. A match of one order is one row of full weight under every rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from db.boards import VERDICT_CODES, MatchArrays

Flips = Literal["mean", "tie", "drop"]
BothBad = Literal["tie", "drop"]

A, B, TIE, BOTH_BAD = (VERDICT_CODES[verdict] for verdict in ("a", "b", "tie", "both_bad"))
OUTCOME = np.array([np.nan, 1.0, 0.0, 0.5, 0.5])


@dataclass(frozen=True)
class OutcomeRows:
    """What a fit takes: each array of shape (n_rows,). `match` is the row's position in the match arrays.

    `shown_first` is +1 where a was shown first, -1 where b was, 0 where both orders are in one row.
    """

    match: NDArray[np.int64]
    outcome: NDArray[np.float64]
    weight: NDArray[np.float64]
    shown_first: NDArray[np.int8]
    n_flips: int
    n_two_orders: int
    n_both_bad: int
    n_left_out: int
    """Scored matches that the rules leave out."""

    def where(self, kept: NDArray[np.bool_]) -> OutcomeRows:
        """Leave out rows; the counts stay those of all matches."""
        return replace(
            self,
            match=self.match[kept],
            outcome=self.outcome[kept],
            weight=self.weight[kept],
            shown_first=self.shown_first[kept],
        )

    def without_order(self) -> OutcomeRows:
        """Forget who was shown first, where a row stands for votes in both orders."""
        return replace(self, shown_first=np.zeros_like(self.shown_first))


def is_flip(arrays: MatchArrays) -> NDArray[np.bool_]:
    """Whether a match was judged in both orders and the two stored verdicts differ."""
    return np.asarray((arrays.n_orders == 2) & (arrays.verdict_ab != arrays.verdict_ba))


def is_both_bad(arrays: MatchArrays) -> NDArray[np.bool_]:
    """Whether either order found both responses bad."""
    return np.asarray((arrays.verdict_ab == BOTH_BAD) | (arrays.verdict_ba == BOTH_BAD))


def to_outcome_rows(arrays: MatchArrays, flips: Flips, both_bad: BothBad) -> OutcomeRows:
    """Turn scored matches into rows of a fit.

    Parameters
    ----------
    both_bad : {"tie", "drop"}
        `tie` rates "both bad" as half a win each (the arenas' convention); `drop` leaves out every match
        in which an order said so.
    """
    flipped, bad = is_flip(arrays), is_both_bad(arrays)
    kept = np.ones(len(arrays), dtype=bool)
    if flips == "drop":
        kept &= ~flipped
    if both_bad == "drop":
        kept &= ~bad
    two = kept & (arrays.n_orders == 2)
    one = np.flatnonzero(kept & (arrays.n_orders == 1))
    pair = np.flatnonzero(two)
    ab, ba = OUTCOME[arrays.verdict_ab], OUTCOME[arrays.verdict_ba]
    one_is_ab = arrays.verdict_ab[one] > 0
    if flips == "mean":
        match = np.concatenate([pair, pair, one])
        outcome = np.concatenate([ab[pair], ba[pair], np.where(one_is_ab, ab[one], ba[one])])
        weight = np.concatenate([np.full(2 * len(pair), 0.5), np.ones(len(one))])
        shown = np.concatenate([np.ones(len(pair)), -np.ones(len(pair)), np.where(one_is_ab, 1, -1)])
    else:
        match = np.concatenate([pair, one])
        both = np.where(flipped[pair], 0.5, ab[pair])
        outcome = np.concatenate([both, np.where(one_is_ab, ab[one], ba[one])])
        weight = np.ones(len(match))
        shown = np.concatenate([np.zeros(len(pair)), np.where(one_is_ab, 1, -1)])
    return OutcomeRows(
        match=match.astype(np.int64),
        outcome=outcome,
        weight=weight,
        shown_first=shown.astype(np.int8),
        n_flips=int(flipped.sum()),
        n_two_orders=int((arrays.n_orders == 2).sum()),
        n_both_bad=int(bad.sum()),
        n_left_out=int(len(arrays) - kept.sum()),
    )


def take_majority(arrays: MatchArrays) -> tuple[MatchArrays, int]:
    """Merge the votes on each pair of responses into its most frequent verdict.

    Returns
    -------
    arrays, n_undecided
        One row a pair, and how many pairs were left out because two verdicts were equally frequent: a
        majority that does not exist is not a tie.
    """
    pairs = np.stack([arrays.response_a, arrays.response_b], axis=1)
    _, first, pair_index = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    verdict = np.where(arrays.verdict_ab > 0, arrays.verdict_ab, arrays.verdict_ba)
    counts = np.zeros((len(first), len(OUTCOME)), dtype=np.int64)
    np.add.at(counts, (pair_index.reshape(-1), verdict), 1)
    best = counts.max(axis=1)
    decided = np.flatnonzero((counts == best[:, None]).sum(axis=1) == 1)
    rows = first[decided]
    merged = MatchArrays(
        match_id=arrays.match_id[rows],
        prompt_id=arrays.prompt_id[rows],
        contestant_a=arrays.contestant_a[rows],
        contestant_b=arrays.contestant_b[rows],
        response_a=arrays.response_a[rows],
        response_b=arrays.response_b[rows],
        judge_id=arrays.judge_id[rows],
        verdict_ab=counts[decided].argmax(axis=1),
        verdict_ba=np.zeros(len(rows), dtype=np.int64),
        n_orders=np.ones(len(rows), dtype=np.int64),
    )
    return merged, int(len(first) - len(decided))
