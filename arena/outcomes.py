"""How two shown orders become an outcome: chosen when ranking, never when storing.

`mean`: each order counts half. `tie`: a flip counts as a tie (MT-Bench's rule). `drop`: only consistent
matches count. A match of one order counts once under every rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from db.boards import VERDICT_CODES, MatchArrays

Flips = Literal["mean", "tie", "drop"]
BothBad = Literal["tie", "drop"]
Number = TypeVar("Number", bound=np.generic)

A, B, TIE, BOTH_BAD = (VERDICT_CODES[verdict] for verdict in ("a", "b", "tie", "both_bad"))
OUTCOME = np.array([np.nan, 1.0, 0.0, 0.5, 0.5])


@dataclass(frozen=True)
class OutcomeRows:
    """What a fit takes: each array of shape (n_rows,).

    `match` is the row's position in the match arrays, None where each match is one row, in stored order.
    `weight` is None where every row counts one. `shown_first` is +1 where a was shown first, -1 where b was,
    0 where both orders are in one row; None where every row stands for a whole match.
    """

    match: NDArray[np.int64] | None
    outcome: NDArray[np.float64]
    weight: NDArray[np.float64] | None
    shown_first: NDArray[np.int8] | None
    n_flips: int
    n_two_orders: int
    n_both_bad: int
    n_left_out: int
    """Scored matches that the rules leave out."""

    def of(self, column: NDArray[Number]) -> NDArray[Number]:
        """Give each row what the column says of its match."""
        return column if self.match is None else column[self.match]

    def where(self, kept: NDArray[np.bool_]) -> OutcomeRows:
        """Leave out rows; the counts stay those of all matches."""
        return replace(
            self,
            match=np.flatnonzero(kept) if self.match is None else self.match[kept],
            outcome=self.outcome[kept],
            weight=None if self.weight is None else self.weight[kept],
            shown_first=None if self.shown_first is None else self.shown_first[kept],
        )

    def without_order(self) -> OutcomeRows:
        """Forget who was shown first, where a row stands for votes in both orders."""
        nobody = None if self.shown_first is None else np.zeros_like(self.shown_first)
        return replace(self, shown_first=nobody)


_N: int = len(OUTCOME)
N_KINDS: int = 2 * _N * _N
_IS_TWO, _AB, _BA = (place.ravel() for place in np.indices((2, _N, _N)))
KIND_IS_TWO = _IS_TWO == 1
KIND_IS_FLIP = KIND_IS_TWO & (_AB != _BA)
KIND_IS_BAD = (_AB == BOTH_BAD) | (_BA == BOTH_BAD)
KIND_HAS_WINNER = np.isin(_AB, (A, B)) | np.isin(_BA, (A, B))
_OUTCOME_AB, _OUTCOME_BA = OUTCOME[_AB], OUTCOME[_BA]
_OUTCOME_OF_ONE = np.where(_AB > 0, _OUTCOME_AB, _OUTCOME_BA)
_MEAN = np.where(KIND_IS_TWO, 0.5 * (_OUTCOME_AB + _OUTCOME_BA), _OUTCOME_OF_ONE)


def kinds_of(arrays: MatchArrays) -> NDArray[np.int8]:
    """Give each match's kind, under N_KINDS: whether it was judged twice, and the verdict of each order.

    A million matches have few kinds: what a kind says is looked up in tables of shape (N_KINDS,).
    """
    kind = (arrays.n_orders == 2).astype(np.int8)
    for verdict in (arrays.verdict_ab, arrays.verdict_ba):
        kind *= _N
        kind += verdict.astype(np.int8, copy=False)
    return np.asarray(kind)


def count_kinds(kind: NDArray[np.int8]) -> NDArray[np.int64]:
    return np.bincount(kind, minlength=N_KINDS)


def is_flip(arrays: MatchArrays) -> NDArray[np.bool_]:
    """Whether a match was judged in both orders and the two stored verdicts differ."""
    return np.asarray((arrays.n_orders == 2) & (arrays.verdict_ab != arrays.verdict_ba))


def is_both_bad(arrays: MatchArrays) -> NDArray[np.bool_]:
    """Whether either order found both responses bad."""
    return np.asarray((arrays.verdict_ab == BOTH_BAD) | (arrays.verdict_ba == BOTH_BAD))


def has_winner(arrays: MatchArrays) -> NDArray[np.bool_]:
    """Whether either order preferred one response."""
    return np.asarray(KIND_HAS_WINNER[kinds_of(arrays)])


def to_match_rows(arrays: MatchArrays, flips: Flips, both_bad: BothBad) -> OutcomeRows:
    """Turn scored matches into one row each, whose outcome is the mean over the shown orders that count.

    A fit with ties as half wins, to which it is nothing who was shown first, learns the same from these as
    from twice as many rows of `to_outcome_rows`.
    """
    kind = kinds_of(arrays)
    keeps = _kept_kinds(flips, both_bad)
    counts = count_kinds(kind)
    match = None if not counts[~keeps].any() else np.flatnonzero(keeps[kind])
    table = np.where(KIND_IS_FLIP, 0.5, _MEAN) if flips == "tie" else _MEAN
    outcome = table[kind if match is None else kind[match]]
    return _rows(match, outcome, None, None, counts, keeps)


def to_outcome_rows(arrays: MatchArrays, flips: Flips, both_bad: BothBad) -> OutcomeRows:
    """Turn scored matches into rows of a fit; under `mean` each order is a row of half weight.

    Parameters
    ----------
    both_bad : {"tie", "drop"}
        `tie` rates "both bad" as half a win each (the arenas' convention); `drop` leaves out every match
        in which an order said so.
    """
    kind = kinds_of(arrays)
    keeps = _kept_kinds(flips, both_bad)
    pair, one = (np.flatnonzero((keeps & which)[kind]) for which in (KIND_IS_TWO, ~KIND_IS_TWO))
    of_pair, of_one = kind[pair], kind[one]
    shown_one = np.where(_AB > 0, 1, -1).astype(np.int8)[of_one]
    if flips == "mean":
        match = np.concatenate([pair, pair, one])
        outcome = np.concatenate([_OUTCOME_AB[of_pair], _OUTCOME_BA[of_pair], _OUTCOME_OF_ONE[of_one]])
        weight = np.concatenate([np.full(2 * len(pair), 0.5), np.ones(len(one))])
        first = np.ones(len(pair), dtype=np.int8)
        shown = np.concatenate([first, -first, shown_one])
    else:
        match = np.concatenate([pair, one])
        both = np.where(KIND_IS_FLIP, 0.5, _OUTCOME_AB)
        outcome = np.concatenate([both[of_pair], _OUTCOME_OF_ONE[of_one]])
        weight = None
        shown = np.concatenate([np.zeros(len(pair), dtype=np.int8), shown_one])
    return _rows(match, outcome, weight, shown, count_kinds(kind), keeps)


def _kept_kinds(flips: Flips, both_bad: BothBad) -> NDArray[np.bool_]:
    keeps = np.ones(N_KINDS, dtype=bool)
    if flips == "drop":
        keeps &= ~KIND_IS_FLIP
    if both_bad == "drop":
        keeps &= ~KIND_IS_BAD
    return keeps


def _rows(
    match: NDArray[np.int64] | None,
    outcome: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    shown_first: NDArray[np.int8] | None,
    counts: NDArray[np.int64],
    keeps: NDArray[np.bool_],
) -> OutcomeRows:
    return OutcomeRows(
        match=match,
        outcome=outcome,
        weight=weight,
        shown_first=shown_first,
        n_flips=int(counts[KIND_IS_FLIP].sum()),
        n_two_orders=int(counts[KIND_IS_TWO].sum()),
        n_both_bad=int(counts[KIND_IS_BAD].sum()),
        n_left_out=int(counts[~keeps].sum()),
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
